"""Validation of a batch: schema, then authorization, then consistency. Each report is accepted whole, rejected
or deferred.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from comptroller.intake.authorization import check_sender
from comptroller.intake.batch import gather
from comptroller.intake.channel import check_channels, check_names
from comptroller.intake.consistency import check_consistency, register_changes
from comptroller.intake.files import Limits
from comptroller.intake.list_inheritance import check_lists, listing_reports
from comptroller.intake.raw_table import Note
from comptroller.intake.schema import shape_rows
from comptroller.intake.signature import check_signatures
from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal
from comptroller.model.register_view import RegisterView
from comptroller.model.report import Report
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class Facts:
    """Typed rows by table: kinds have report, seq, act and the hashes; nested lists have report and seq.

    `notes` are, by report, the changes that reading made to values.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    lists: dict[str, pa.Table] = field(default_factory=dict)
    notes: dict[int, list[Note]] = field(default_factory=dict)

    def only(self, reports: Sequence[int]) -> "Facts":
        """Return the rows of those reports, renumbered by their position among them."""
        place = {report: at for at, report in enumerate(reports)}
        notes = {place[report]: notes for report, notes in self.notes.items() if report in place}
        return Facts(_only(self.tables, place), _only(self.lists, place), notes)

    @property
    def count(self) -> int:
        """Return how many facts there are, nested lines not counted."""
        return sum(table.num_rows for table in self.tables.values())


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of each report of a batch: its position is in exactly one of the three."""

    accepted: list[int]
    refused: dict[int, list[Refusal]]
    later: list[int]
    facts: Facts

    def but(self, refused: Mapping[int, list[Refusal]], reports: Sequence[Report]) -> "Checked":
        """Return what is left when a later check rejects reports, numbered by their position among those accepted."""
        if not refused:
            return self
        names = {at: reports[self.accepted[at]].name for at in refused}
        more = {self.accepted[at]: [replace(r, file=names[at]) for r in faults] for at, faults in refused.items()}
        remaining = [at for at in range(len(self.accepted)) if at not in refused]
        every = dict(sorted({**self.refused, **more}.items()))
        return Checked([self.accepted[at] for at in remaining], every, self.later, self.facts.only(remaining))


def shape(
    duck: DuckDb,
    kinds: Mapping[str, Kind],
    reports: Sequence[Report],
    limits: Limits | None = None,
    *,
    is_bounded: bool = True,
) -> tuple[Facts, dict[int, list[Refusal]]]:
    """Return the typed rows of all reports, and the refusals by report; needs nothing that is known.

    What the ledger holds already is shaped without the bounds of values (`is_bounded`): it was accepted.
    """
    raws, refused, about = gather(reports, kinds, limits or Limits())
    return _typed(duck, kinds, reports, raws, refused, about, is_bounded=is_bounded), refused


def _typed(  # noqa: PLR0913, PLR0917 - what typing needs
    duck: DuckDb,
    kinds: Mapping[str, Kind],
    reports: Sequence[Report],
    raws: Mapping[str, pa.Table],
    refused: dict[int, list[Refusal]],
    about: Mapping[int, list[Note]],
    *,
    is_bounded: bool = True,
) -> Facts:
    """Return the typed rows of raw tables by kind; refusals are added to those by report."""
    tables: dict[str, pa.Table] = {}
    lists: dict[str, pa.Table] = {}
    notes = defaultdict(list, {at: list(file_notes) for at, file_notes in about.items()})
    for kind in sorted(raws):
        shaped, wrong = shape_rows(duck, kinds[kind], raws[kind], "", is_bounded=is_bounded)
        for at, fault in wrong:
            refused.setdefault(at, []).append(replace(fault, file=reports[at].name))
        if shaped is not None:
            tables[kind] = shaped.table
            lists.update(shaped.lists)
            for at, note in shaped.notes:
                notes[at].append(note)
    return Facts(tables, lists, dict(notes))


def check(  # noqa: PLR0913 - what a batch is held against
    duck: DuckDb,
    kinds: Mapping[str, Kind],
    reports: Sequence[Report],
    *,
    known: RegisterView,
    on: dt.date | None = None,
    limits: Limits | None = None,
) -> Checked:
    """Return the decision on each report; a report is accepted whole, or rejected whole with every refusal at once.

    A report may depend on another one of the batch that changes an entity, a key or an authority. It is then deferred
    until that one is recorded, with all reports after it, so that the order of arrival is preserved.
    """
    raws, refused, about = gather(reports, kinds, limits or Limits())
    raws, barred = check_channels(kinds, reports, raws)
    facts = _typed(duck, kinds, reports, raws, refused, about)
    refusals_by_report: dict[int, list[Refusal]] = defaultdict(list, {**refused, **barred})
    later_faults = [*check_sender(kinds, reports, facts.tables, known), *check_signatures(reports, known, on)]
    later_faults += check_names(kinds, reports, facts.tables)
    for at, fault in (*later_faults, *check_lists(facts.tables, known)):
        refusals_by_report[at].append(replace(fault, file=reports[at].name))
    wrong, waits = check_consistency(kinds, facts.tables, known)
    for at, fault in wrong:
        refusals_by_report[at].append(replace(fault, file=reports[at].name))
    changes = register_changes(kinds, facts.tables)
    if changes is not None:
        waits |= {at for at in range(changes + 1, len(reports)) if reports[at].reporter != known.owner}
    waits |= set(sorted(listing_reports(facts.tables))[1:])
    first_wait = min(waits, default=len(reports))
    later = list(range(first_wait, len(reports)))
    accepted = [at for at in range(first_wait) if at not in refusals_by_report]
    rejected = {at: refusals_by_report[at] for at in sorted(refusals_by_report) if at < first_wait}
    return Checked(accepted, rejected, later, facts.only(accepted))


def _only(tables: dict[str, pa.Table], place: dict[int, int]) -> dict[str, pa.Table]:
    selected: dict[str, pa.Table] = {}
    if not place:
        return selected
    positions = np.full(max(place) + 1, -1, dtype=np.int64)
    for report, at in place.items():
        positions[report] = at
    for name, table in tables.items():
        reports = table.column("report").to_numpy()
        within = np.where(reports < len(positions), positions[np.minimum(reports, len(positions) - 1)], -1)
        mask = within >= 0
        rows = table if mask.all() else table.filter(pa.array(mask))
        if rows.num_rows:
            selected[name] = rows.set_column(rows.column_names.index("report"), "report", pa.array(within[mask]))
    return selected
