"""The engine of one node. This file is the main path of the product: read it first, from top to bottom.

`Engine.take` passes a batch of reports through five packages, each with one question:

    intake      May this be reported?   a report becomes facts, or refusals
    books       What is known?          rows of the fact tables, the register, lists, the calendar
    evaluation  Is it right?            findings are raised, changed, cleared
    cases       What is done?           cases are opened, moved, closed; clocks run
    ledger      What was recorded?      an entry: numbered, hashed, signed

Inside it, `_check` asks intake and cases, `_accept` folds and judges, and `_record` writes. The order of writing
protects what was acknowledged:

- A batch is folded and judged first, then appended to the ledger ("sealed"), then committed to the books.
- So the books never hold anything that the ledger lacks, and no acknowledged report is lost.
- After a crash between the two writes, the books follow the ledger when the node is opened (`Replay.catch_up`).
- An entry that cannot be folded is set aside by a further entry. No report can stop the node.
- One checkpoint of the ledger is one batch: replaying the same batches produces the same books and findings.
- Policies, clock ticks and acts about the clock are entries too, made by the engine (`acts.py`).

Below this file: `Replay` folds ledger entries again, and `Projection` holds books, evaluation and cases in one transaction.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from comptroller import acts, node, trial
from comptroller.acts import MADE, POLICY, TICK
from comptroller.clock import Moment, jump_refusal, moment_at, utc
from comptroller.intake import Report
from comptroller.intake.validate import Checked, Facts
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import SignerKey
from comptroller.model.finding import FindingChange
from comptroller.model.refusal import ComptrollerError, Refusal, Refused
from comptroller.outcome import Taken
from comptroller.packs import read_pack
from comptroller.packs.bundle import pack_files
from comptroller.projection import Progress
from comptroller.replay import Replay
from comptroller.store.faults import is_of_values
from comptroller.suspects import halves, unfoldable

__all__ = ["MADE", "POLICY", "TICK", "Engine", "Progress", "Taken", "create", "open_node", "rebuild", "utc"]
Work = Callable[[], list[FindingChange]]
_log = logging.getLogger(__name__)


class Engine(Replay):
    """The engine of one open node. The caller passes the time; nothing here reads a clock or the network."""

    def _moment(self, at: dt.datetime) -> tuple[Moment, Refusal | None]:
        """Return the moment of what arrives now, and the refusal of a clock that jumped.

        Entries that are not folded yet are folded first. Raises ValueError for an instant without an offset.
        """
        at = utc(at)
        if not self.is_whole or self.books.entries < self.ledger.size:
            self.catch_up()
        last = self.last_moment()
        return moment_at(at, self.ledger.last_at, last), jump_refusal(at, last, self.pack.clock_jump_days)

    def take(self, reports: Sequence[Report], at: dt.datetime) -> Taken:
        """Process a batch of reports that arrived by `at`; each is accepted or rejected as a whole.

        - If the clock was set back, the last moment is used. If it jumped too far ahead, all reports are rejected.
        - If folding a batch fails, the batch is halved until the reports at fault are found. These are rejected, the
          others accepted.
        """
        moment, jumped = self._moment(at)
        if jumped:
            return Taken({}, {place: [replace(jumped, file=report.name)] for place, report in enumerate(reports)}, ())
        taken = Taken({}, {}, ())
        groups = [list(range(len(reports)))]
        while groups:
            waiting = groups.pop()
            if waiting:
                taken, later = self._take_group(reports, waiting, moment, taken)
                groups += later
        return taken

    def _take_group(
        self, reports: Sequence[Report], waiting: list[int], moment: Moment, taken: Taken
    ) -> tuple[Taken, list[list[int]]]:
        """Process what can be processed of the reports at the positions `waiting`.

        Returns the outcome so far and the groups of positions that still wait, last group first. A fault of the
        machine, or one after the ledger was written, is raised: it is no fault of a report.
        """
        batch, checked, size = [reports[i] for i in waiting], None, self.ledger.size
        try:
            checked = self._check(batch, moment.at)
            first, changes = self._accept([batch[i] for i in checked.accepted], checked.facts, moment)
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
        refused = {waiting[i]: refusals for i, refusals in checked.refused.items()}
        read = {waiting[i]: (checked.facts, n) for n, i in enumerate(checked.accepted)}
        outcome = replace(
            taken,
            entries={**taken.entries, **entries},
            refused={**taken.refused, **refused},
            turns=(*taken.turns, *changes),
            read={**taken.read, **read},
        )
        return outcome, [[waiting[i] for i in checked.later]]

    def try_out(self, report: Report, at: dt.datetime) -> Taken:
        """Return what accepting a report at `at` would do: it is checked, folded and judged, and nothing is recorded.

        The books are loaded again afterwards, so on a large node this costs as much as opening it.
        """
        moment, jumped = self._moment(at)
        if jumped:
            return Taken({}, {0: [replace(jumped, file=report.name)]}, ())
        checked, number = self._check([report], moment.at), self.ledger.size + 1
        if not checked.accepted:
            return Taken({}, checked.refused, ())
        try:
            changes = self.try_fold(checked.facts.tables, checked.facts.lists, number, moment.at)
        except Exception as fault:
            if isinstance(fault, ComptrollerError) or not is_of_values(fault):
                raise
            return Taken({}, {0: [unfoldable(report.name, checked.facts.tables, fault)]}, ())
        return Taken({}, {}, tuple(changes), {0: (checked.facts, 0)})

    def _check(self, batch: list[Report], at: dt.datetime) -> Checked:
        """Return the facts of the reports that intake and cases accept, and the refusals of the others."""
        shaped = node.check_reports(self._scratch, self.pack, self.books, batch, self.day(at))
        return shaped.but(self.cases.refuse(shaped.facts.tables, self.day(at)), batch)

    def _accept(self, reports: Sequence[Report], facts: Facts, moment: Moment) -> tuple[int, list[FindingChange]]:
        """Fold and judge checked reports, then append them to the ledger.

        Returns the number of the first entry, and the changes of findings.
        """
        first = self.ledger.size + 1
        if not reports:
            return first, []
        blobs = {sha256(text).hexdigest(): text for r in reports if (text := r.mapping.encode())}
        missing = {named: text for named, text in blobs.items() if not self.ledger.has_blob(named)}
        span = first, first + len(reports) - 1

        def work() -> list[FindingChange]:
            return self.fold(facts.tables, facts.lists, span, moment.at)

        return first, self._record([node.to_keep(report) for report in reports], moment, work, missing)

    def _record(
        self, entries: Sequence[Accepted], moment: Moment, work: Work, blobs: Mapping[str, bytes] | None = None
    ) -> list[FindingChange]:
        """Do `work` in the books and append the entries to the ledger: both or neither. Returns the changes of findings.

        If committing the books fails after the ledger was written, the books are caught up with the ledger at once.
        """
        before = self.ledger.size
        noted = [replace(entry, note={**entry.note, **moment.note}) for entry in entries] if moment.note else entries

        def seal() -> None:
            self.ledger.append(noted, moment.stamp, blobs)

        try:
            return self.settle(work, before + len(entries), seal)
        except Exception:
            if self.ledger.size == before:
                raise
            return self.catch_up()

    def _record_own(
        self, entry: Accepted, moment: Moment, work: Callable[[int], list[FindingChange]]
    ) -> list[FindingChange]:
        """Append one entry made by the engine itself; raises Refused if the books cannot follow it."""
        number = self.ledger.size + 1
        try:
            return self._record([entry], moment, lambda: work(number))
        except Exception as fault:
            if self.ledger.size >= number or isinstance(fault, ComptrollerError) or not is_of_values(fault):
                raise
            raise Refused([acts.unfoldable(entry.media, fault)]) from fault

    def tick(self, instant: dt.datetime, at: dt.datetime) -> list[FindingChange]:
        """Set the clock to `instant` by an entry received at `at`, and judge again every rule that reads the clock.

        Raises Refused for an instant outside the calendar or further ahead than the policy allows.
        """
        moment, jumped = self._moment(at)
        instant = utc(instant)
        jumped = jumped or jump_refusal(instant, moment.at, self.pack.clock_jump_days)
        if jumped:
            raise Refused([jumped])
        return self._record_own(acts.tick(instant, self.charter.owner), moment, lambda n: self.turn_clock(instant, n))

    def adopt(
        self, files: Mapping[str, bytes], name: str, at: dt.datetime, progress: Progress | None = None
    ) -> list[FindingChange]:
        """Judge everything under a new policy, and adopt it by an entry received at `at`.

        Raises BrokenPack if its rules do not run, or if it changes the type of a column with recorded facts.
        """
        moment, jumped = self._moment(at)
        if jumped:
            raise Refused([jumped])
        pack = read_pack(files, name)
        trial.try_out(pack, self.pack)
        entry = acts.policy(pack_files(files, name), name, self.charter.owner)
        return self._record_own(entry, moment, lambda n: self.change_policy(pack, n, moment.at, progress))

    def pass_clock(self, by: str, why: str, at: dt.datetime) -> int:
        """Accept a jump of the clock to `at` by an officer's act, which is an entry; returns its number.

        Raises Refused without an officer and a reason, or for an instant outside the calendar.
        """
        moment, _ = self._moment(at)
        if outside := jump_refusal(utc(at), moment.at, None):
            raise Refused([outside])
        return self._clock_act(acts.passing(self.last_moment(), moment.at, by, why), moment)

    def name_wrong_clock(self, stretch: tuple[int, int], by: str, why: str, at: dt.datetime) -> int:
        """Mark entries `stretch` (first and last) as made by a wrong clock, by an officer's act; returns its number.

        Later moments are measured from before the stretch, so that the clock may be set right again.
        """
        self._moment(at)
        fields = acts.wrong_stretch(stretch, self.ledger.size, by, why)
        last = self.last_moment(stretch)
        if jumped := jump_refusal(utc(at), last, self.pack.clock_jump_days):
            raise Refused([jumped])
        return self._clock_act(fields, moment_at(utc(at), self.ledger.last_at, last))

    def _clock_act(self, fields: Mapping[str, Any], moment: Moment) -> int:
        """Record an act about the clock; returns its entry number."""
        entry = acts.clock(fields, self.charter.owner)
        self._record_own(entry, moment, lambda number: self.act_on_clock(fields, number, moment.at))
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
    """Create a node in an empty folder, and open it; its first entry is the policy it works under.

    The node exists once that entry is durable. If creation was interrupted before, the same folder may be used again.
    """
    at = utc(at)
    if outside := jump_refusal(at, at, None):
        raise Refused([outside])
    pack = read_pack(files, charter.pack)
    trial.try_out(pack, pack)
    node.start(folder, charter, key, passphrase)
    stores = node.begin(folder, charter, key, at)
    stores.ledger.append([acts.policy(pack_files(files, pack.name), pack.name, charter.owner)], at)
    node.finish(folder)
    return at_work(node.add_books(stores))


def open_node(folder: Path, *, passphrase: bytes | None = None) -> Engine:
    """Open a node; raises Refused if the folder is no node, is in use, or is damaged."""
    return at_work(node.open_all(folder, passphrase))


def rebuild(folder: Path, *, passphrase: bytes | None = None, loss: node.Loss | None = None) -> Engine:
    """Fold new books from the ledger, batch by batch, and open the node; the old books are dropped when all is folded.

    Raises BrokenLedger if the ledger lacks acknowledged entries, unless `loss` accepts exactly that loss.
    """
    stores = node.open_ledger(folder, passphrase, loss)
    with stores.guard():
        at_work(node.add_new_books(stores))
        return at_work(node.put_new_books(stores))


def at_work(stores: node.Stores) -> Engine:
    """Return the engine on open stores; they are closed if it cannot start."""
    with stores.guard():
        return Engine(stores)
