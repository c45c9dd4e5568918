"""The line: a report is checked, folded, judged, and sealed when all of it held; whoever reads this file has read the product.

    intake   May this be said?     a report becomes facts, or refusals
    books    What is known?        rows of the fact tables, the register, lists, the calendar
    watch    Is it right?          findings raised, changed, cleared
    cases    What is done?         cases opened, moved, closed; clocks
    ledger   It was said.          an entry: numbered, hashed, sealed

- A batch is folded and judged before it is sealed, and committed to the books after it: nothing acknowledged is lost,
  nothing is in the books that is not in the ledger, and no report can stop the node.
- What is in the ledger is folded sooner or later, also after a crash; what cannot be folded is set aside by an entry.
- One checkpoint of the ledger is one batch: replaying the same batches gives the same books and findings.
- Policy, clock ticks and acts about the clock are entries like reports.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from comptroller import acts, node, trial
from comptroller.acts import MADE, POLICY, TICK
from comptroller.clock import Moment, moment_at, refused_jump, utc
from comptroller.intake import Report
from comptroller.intake.validate import Checked, Facts
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import SignerKey
from comptroller.model.finding import FindingChange
from comptroller.model.refusal import ComptrollerError, Refusal, Refused
from comptroller.packs import read_pack
from comptroller.packs.bundle import pack_files
from comptroller.projection import Progress
from comptroller.replay import Replay
from comptroller.store.faults import is_of_values
from comptroller.suspects import halves, unfoldable

__all__ = ["MADE", "POLICY", "TICK", "Engine", "Progress", "Taken", "create", "open_node", "rebuild", "utc"]
Work = Callable[[], list[FindingChange]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the reports of a batch: entries by position, refusals by position, and what turned."""

    entries: dict[int, int]
    refused: dict[int, list[Refusal]]
    turns: tuple[FindingChange, ...]


class Engine(Replay):
    """One node at work. Time is handed in; nothing here asks the world."""

    def _moment(self, at: dt.datetime) -> tuple[Moment, Refusal | None]:
        """Return the moment of what comes now, and the refusal of a clock that jumped; first, what is left is folded.

        Raises ValueError for an instant that does not say its offset.
        """
        at = utc(at)
        if not self.is_whole or self.books.entries < self.ledger.size:
            self.catch_up()
        last = self.last_moment()
        return moment_at(at, self.ledger.last_at, last), refused_jump(at, last, self.pack.clock_jump_days)

    def take(self, reports: Sequence[Report], at: dt.datetime) -> Taken:
        """Take a batch of reports that arrived by `at`: each is accepted whole or rejected whole.

        A clock that was set back waits at the last moment; one that jumped rejects all. Where folding a batch fails,
        the reports at fault are found and rejected, and the others are accepted.
        """
        moment, jumped = self._moment(at)
        if jumped:
            return Taken({}, {place: [replace(jumped, file=one.name)] for place, one in enumerate(reports)}, ())
        taken = Taken({}, {}, ())
        stretches = [list(range(len(reports)))]
        while stretches:
            waiting = stretches.pop()
            if waiting:
                taken, later = self._take_some(reports, waiting, moment, taken)
                stretches += later
        return taken

    def _take_some(
        self, reports: Sequence[Report], waiting: list[int], moment: Moment, taken: Taken
    ) -> tuple[Taken, list[list[int]]]:
        """Take what can be taken of the reports that wait; returns the outcome so far, and what still waits, last first."""
        batch, checked, size = [reports[i] for i in waiting], None, self.ledger.size
        try:
            checked = self._checked(batch, moment.at)
            first, turns = self._accept([batch[i] for i in checked.accepted], checked.facts, moment)
        except Exception as fault:
            suspects = checked.accepted if checked else list(range(len(batch)))
            if (
                self.ledger.size > size
                or isinstance(fault, ComptrollerError)
                or not is_of_values(fault)
                or not suspects
            ):
                raise
            if len(suspects) > 1:
                return taken, list(reversed(halves(waiting, suspects)))
            (place,) = suspects
            _log.warning("a report by %s cannot be folded", batch[place].reporter, exc_info=fault)
            why = [unfoldable(batch[place].name, checked.facts.tables if checked else {}, fault)]
            rest = [i for i in waiting if i != waiting[place]]
            return replace(taken, refused={**taken.refused, waiting[place]: why}), [rest]
        entries = {waiting[i]: first + n for n, i in enumerate(checked.accepted)}
        refused = {waiting[i]: found for i, found in checked.refused.items()}
        outcome = Taken({**taken.entries, **entries}, {**taken.refused, **refused}, (*taken.turns, *turns))
        return outcome, [[waiting[i] for i in checked.later]]

    def _checked(self, batch: list[Report], at: dt.datetime) -> Checked:
        shaped = node.check_reports(self._desk, self.pack, self.books, batch, self.day(at))
        return shaped.but(self.cases.refuse(shaped.facts.tables, self.day(at)), batch)

    def _accept(self, reports: Sequence[Report], facts: Facts, moment: Moment) -> tuple[int, list[FindingChange]]:
        """Fold and judge reports, then seal them; returns the first entry and what turned."""
        first = self.ledger.size + 1
        if not reports:
            return first, []
        blobs = {sha256(text).hexdigest(): text for r in reports if (text := r.mapping.encode())}
        missing = {named: text for named, text in blobs.items() if not self.ledger.has_blob(named)}
        span = first, first + len(reports) - 1

        def work() -> list[FindingChange]:
            return self.fold(facts.tables, facts.lists, span, moment.at)

        return first, self._enter([node.to_keep(one) for one in reports], moment, work, missing)

    def _enter(
        self, made: Sequence[Accepted], moment: Moment, work: Work, blobs: Mapping[str, bytes] | None = None
    ) -> list[FindingChange]:
        """Do what entries make of the books, and seal the entries as one group, both or neither; returns what turned.

        Where the books cannot be committed after the seal, they follow the ledger at once.
        """
        before = self.ledger.size
        noted = [replace(one, note={**one.note, **moment.note}) for one in made] if moment.note else made

        def seal() -> None:
            self.ledger.append(noted, moment.stamp, blobs)

        try:
            return self.settle(work, before + len(made), seal)
        except Exception:
            if self.ledger.size == before:
                raise
            return self.catch_up()

    def _act(self, made: Accepted, moment: Moment, work: Callable[[int], list[FindingChange]]) -> list[FindingChange]:
        """Enter one entry of the engine's own; raises Refused where the books cannot follow it."""
        number = self.ledger.size + 1
        try:
            return self._enter([made], moment, lambda: work(number))
        except Exception as fault:
            if self.ledger.size >= number or isinstance(fault, ComptrollerError) or not is_of_values(fault):
                raise
            raise Refused([acts.unfoldable(made.media, fault)]) from fault

    def tick(self, instant: dt.datetime, at: dt.datetime) -> list[FindingChange]:
        """Let the clock stand at `instant`, as an entry received at `at`; whatever reads the clock is judged again.

        Raises Refused for an instant or a clock that jumps further than the policy allows.
        """
        moment, jumped = self._moment(at)
        instant = utc(instant)
        jumped = jumped or refused_jump(instant, moment.at, self.pack.clock_jump_days)
        if jumped:
            raise Refused([jumped])
        return self._act(acts.tick(instant, self.charter.owner), moment, lambda n: self.turn_clock(instant, n))

    def adopt(
        self, files: Mapping[str, bytes], name: str, at: dt.datetime, progress: Progress | None = None
    ) -> list[FindingChange]:
        """Adopt a policy as an entry received at `at`, when everything was judged again under it.

        Raises BrokenPack for a policy whose rules do not run, or under which facts that are kept would have other types.
        """
        moment, jumped = self._moment(at)
        if jumped:
            raise Refused([jumped])
        pack = read_pack(files, name)
        trial.try_out(pack, self.pack)
        made = acts.policy(pack_files(files, name), name, self.charter.owner)
        return self._act(made, moment, lambda n: self.change_policy(pack, n, moment.at, progress))

    def pass_clock(self, by: str, why: str, at: dt.datetime) -> int:
        """Let the clock jump to `at` by an officer's act, as an entry that says who and why; returns its number."""
        moment, _ = self._moment(at)
        if outside := refused_jump(utc(at), moment.at, None):
            raise Refused([outside])
        return self._clock_act(acts.passing(self.last_moment(), moment.at, by, why), moment)

    def name_wrong_clock(self, stretch: tuple[int, int], by: str, why: str, at: dt.datetime) -> int:
        """Say by an officer's act that entries `stretch` (first and last) were made by a wrong clock; returns its number.

        The moments after it are measured from before the stretch, so that the clock may be right again.
        """
        self._moment(at)
        said = acts.wrong_stretch(stretch, self.ledger.size, by, why)
        last = self.last_moment(stretch)
        if jumped := refused_jump(utc(at), last, self.pack.clock_jump_days):
            raise Refused([jumped])
        return self._clock_act(said, moment_at(utc(at), self.ledger.last_at, last))

    def _clock_act(self, said: Mapping[str, Any], moment: Moment) -> int:
        made = acts.clock(said, self.charter.owner)
        self._act(made, moment, lambda number: self.act_on_clock(said, number, moment.at))
        return self.ledger.size


def create(  # noqa: PLR0913 - what a node begins with
    folder: Path,
    files: Mapping[str, bytes],
    charter: node.Charter,
    *,
    key: SignerKey,
    at: dt.datetime,
    passphrase: bytes | None = None,
) -> Engine:
    """Make a node in an empty folder: its first entry is the policy it works under.

    It is a node when that entry is durable; a folder whose founding was cut off before may be given again.
    """
    at = utc(at)
    if outside := refused_jump(at, at, None):
        raise Refused([outside])
    pack = read_pack(files, charter.pack)
    trial.try_out(pack, pack)
    node.start(folder, charter, key, passphrase)
    stores = node.begin(folder, charter, key, at)
    stores.ledger.append([acts.policy(pack_files(files, pack.name), pack.name, charter.owner)], at)
    node.finish(folder)
    return at_work(node.add_books(stores))


def open_node(folder: Path, *, passphrase: bytes | None = None) -> Engine:
    """Open a node; raises Refused by name for a folder that is none, is busy, or is not as it must be."""
    return at_work(node.open_all(folder, passphrase))


def rebuild(folder: Path, *, passphrase: bytes | None = None, loss: node.Loss | None = None) -> Engine:
    """Fold new books from the ledger, batch by batch; the old ones are dropped when all is folded.

    Raises BrokenLedger where the ledger lacks what was acknowledged, unless `loss` accepts exactly that.
    """
    stores = node.open_ledger(folder, passphrase, loss)
    with stores.guard():
        at_work(node.add_new_books(stores))
        return at_work(node.put_new_books(stores))


def at_work(stores: node.Stores) -> Engine:
    """Return a node at work on open stores; they are closed where it cannot be."""
    with stores.guard():
        return Engine(stores)
