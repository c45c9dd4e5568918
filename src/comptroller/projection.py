"""Books, evaluation and cases of one node, which change together: completely with an entry, or not at all.

- Work is done in one transaction of the books. The entry is sealed within it, after judging and before the commit.
- A failure before the seal leaves no trace: not in the ledger, not in the books, not in memory.
- A rule that fails on facts is suspended from that entry on, by the same transaction.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from comptroller.books import Books, Change
from comptroller.cases import Cases
from comptroller.evaluation import Evaluation
from comptroller.model.finding import FindingChange
from comptroller.model.policy import Pack
from comptroller.model.refusal import ComptrollerError, RuleBroken
from comptroller.store.duck import DuckDb, SqlError

Progress = Callable[[str, int, int], None]
Seal = Callable[[], None]
Tables = Mapping[str, pa.Table]


class _NothingRecorded(Exception):
    """Raised in place of sealing, so that the books are taken back."""


class Projection:
    """Books, evaluation and cases of one node, computed from the ledger's entries."""

    pack: Pack
    books: Books
    evaluation: Evaluation
    cases: Cases

    def __init__(
        self, duck: DuckDb, owner: str, stored: Callable[[], tuple[int, Pack]], mark: Callable[[int], str]
    ) -> None:
        """Open on a store; `stored` returns the last entry that is folded there, and the policy in force there.

        `mark` returns the mark of books that are folded to an entry, once that entry is sealed.
        """
        self.duck, self._owner, self._stored, self._mark_of = duck, owner, stored, mark
        self.is_whole = True

    def load(self) -> int:
        """Open books, evaluation and cases from the store; returns the last entry that is folded."""
        folded, pack = self._stored()
        self._open(pack)
        self.is_whole = True
        return folded

    def _open(self, pack: Pack) -> None:
        self.pack = pack
        self.books = Books(self.duck, pack, owner=self._owner, zone=pack.zone)
        self.evaluation = Evaluation(self.duck, pack)
        self.cases = Cases(self.duck, pack, self.books)

    def settle(self, work: Callable[[], list[FindingChange]], last: int, seal: Seal) -> list[FindingChange]:
        """Do the work of entry `last`, then seal it, in one transaction of the books; returns the changes of findings.

        A rule that fails is suspended, and the work is done again without it. After any other fault, memory is loaded
        again from the store; `is_whole` is false if that failed.
        """
        broken: list[RuleBroken] = []
        while True:
            try:
                with self.duck.transaction():
                    for rule in broken:
                        self.evaluation.suspend(rule, last)
                    changes = work()
                    seal()
                    self.books.bear(self._mark_of(last))
            except RuleBroken as fault:
                self.load()
                broken.append(fault)
            except BaseException:
                self.is_whole = False
                with suppress(SqlError, ComptrollerError):
                    self.load()
                raise
            else:
                return changes

    def fold(self, tables: Tables, lists: Tables, span: tuple[int, int], at: dt.datetime) -> list[FindingChange]:
        """Fold the facts of entries `span` (first and last) that arrived at `at`, and judge what they make due."""
        first, last = span
        self.evaluation.prepare([*tables, *lists])
        return self._judge(self.books.fold(tables, lists, first, at), last, at)

    def try_fold(self, tables: Tables, lists: Tables, number: int, at: dt.datetime) -> list[FindingChange]:
        """Return what folding the facts of entry `number` would change; the books are taken back and loaded again."""
        changes: list[FindingChange] = []

        def work() -> list[FindingChange]:
            changes[:] = self.fold(tables, lists, (number, number), at)
            return changes

        def seal() -> None:
            raise _NothingRecorded

        with suppress(_NothingRecorded):
            self.settle(work, number, seal)
        return changes

    def turn_clock(self, instant: dt.datetime, number: int) -> list[FindingChange]:
        """Set the clock with entry `number`, and judge the rules that read it."""
        return self._judge(self.books.tick(instant), number, instant)

    def change_policy(
        self, pack: Pack, number: int, at: dt.datetime, progress: Progress | None = None
    ) -> list[FindingChange]:
        """Change to another policy with entry `number` that arrived at `at`; everything is judged again."""
        is_first = self.books.entries == 0
        self.pack = pack
        self.books = self.books.adopt(pack)
        changes = [] if is_first else self.evaluation.adopt(pack, number, progress)
        self.cases = Cases(self.duck, pack, self.books)
        stands = [FindingChange("stands", verdict) for verdict in self.evaluation.findings.found()]
        changes += self._follow(Change(), [*changes, *stands], number, at)
        self.books.advance(number, policy=number)
        return changes

    def pass_over(self, number: int, at: dt.datetime) -> list[FindingChange]:
        """Advance to entry `number`, which changes nothing in books, findings or cases."""
        return self._judge(Change(), number, at)

    def set_aside(self, faults: Mapping[int, str], number: int, at: dt.datetime) -> list[FindingChange]:
        """Record with entry `number` which entries are not folded, and why."""
        self.books.notes.put_aside(faults, number)
        return self._judge(Change(), number, at)

    def act_on_clock(self, fields: Mapping[str, Any], number: int, at: dt.datetime) -> list[FindingChange]:
        """Record an act about the clock with entry `number`."""
        self.books.notes.put_clock_act(fields, number)
        return self._judge(Change(), number, at)

    def _judge(self, change: Change, last: int, at: dt.datetime) -> list[FindingChange]:
        turns = self.evaluation.judge(change.added, change.ended, renewed=change.renewed, known=last)
        turns += self._follow(change, turns, last, at)
        self.books.advance(last)
        return turns

    def _follow(self, change: Change, turns: list[FindingChange], last: int, at: dt.datetime) -> list[FindingChange]:
        """Update cases with reported facts and changes of findings; the rows of cases are folded and judged
        like facts.
        """
        ticked = "clock" in change.renewed
        made = self.cases.fold(change.added, change.ended, turns, self.day(at), ticked=ticked)
        self.evaluation.prepare(made)
        changed = self.books.fold(made, {}, last, at) if made else Change()
        return self.evaluation.judge(changed.added, changed.ended, renewed=changed.renewed, known=last) if made else []

    def day(self, at: dt.datetime) -> dt.date:
        """Return the day of an instant in the owner's zone."""
        return at.astimezone(self.books.zone).date()
