"""The outcome of a batch of reports: what was accepted, rejected and read, and which findings changed."""

from dataclasses import dataclass, field

from comptroller.intake.echo import Echo, echo_of
from comptroller.intake.validate import Facts
from comptroller.model.finding import FindingChange
from comptroller.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Taken:
    """The outcome of a batch.

    `entries` are the entry numbers of accepted reports, `refused` the refusals of rejected ones; both by the report's
    position in the batch. `turns` are the changes of findings that the batch caused. `read` is, for an accepted report,
    the facts of its group and its position among them.
    """

    entries: dict[int, int]
    refused: dict[int, list[Refusal]]
    turns: tuple[FindingChange, ...]
    read: dict[int, tuple[Facts, int]] = field(default_factory=dict)

    def echo(self, place: int) -> Echo | None:
        """Return what was read of the accepted report at a position of the batch; None for any other."""
        return echo_of(*self.read[place]) if place in self.read else None
