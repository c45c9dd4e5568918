"""Replay of the ledger: folds the entries that the books lack, batch by batch, and sets aside what cannot be folded.

- An entry with content that cannot be folded is set aside, by a further entry that names it and the fault. The others
  are
  folded. A rebuild reads these entries first, and leaves out the same.
- A fault of the machine sets nothing aside: it is raised, and the same entries are folded later.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import pairwise
from typing import Protocol

from comptroller import acts, node
from comptroller.clock import last_right, moment_of
from comptroller.intake import Report, shape
from comptroller.ledger.acts import ACTS
from comptroller.ledger.entry import Entry
from comptroller.ledger.entry_headers import EntryHeaders
from comptroller.ledger.ledger import Ledger
from comptroller.model.finding import FindingChange
from comptroller.model.policy import Pack
from comptroller.model.refusal import BrokenPack, ComptrollerError
from comptroller.packs import read_pack
from comptroller.packs.bundle import unpack_files
from comptroller.projection import Projection
from comptroller.store.duck import DuckDb
from comptroller.store.faults import is_of_values
from comptroller.suspects import sift

FOUNDING = 1
"""The number of the entry with the first policy: without it nothing can be folded."""


class Opened(Protocol):
    """The open stores of a node: its ledger, its books, and its charter."""

    ledger: Ledger
    charter: node.Charter

    @property
    def duck(self) -> DuckDb:
        """Return the open books."""

    def close(self) -> None:
        """Close the stores."""


class _Rollback(Exception):
    """Raised instead of sealing: the trial succeeded, and is rolled back."""


class Replay(Projection):
    """Books, evaluation and cases that follow a ledger."""

    def __init__(self, stores: Opened) -> None:
        """Open a node: fold what the ledger holds and the books lack. The policy in force is the last one adopted."""
        super().__init__(stores.duck, stores.charter.owner, self._in_store, self._mark)
        self._stores = stores
        self.ledger, self.charter = stores.ledger, stores.charter
        self._scratch = DuckDb(memory="1GB")
        self._adopted: tuple[int, Pack] | None = None
        self._aside: frozenset[int] = frozenset()
        self.catch_up()

    def _in_store(self) -> tuple[int, Pack]:
        """Return the last entry that is folded in the store, and the policy in force there."""
        folded, number = node.check_books(self.duck, self.ledger)
        if self._adopted is None or self._adopted[0] != number:
            self._adopted = number, self._policy(self.ledger.entry(number))
        return folded, self._adopted[1]

    def _mark(self, entries: int) -> str:
        return node.books_mark(self.duck, self.ledger, entries)

    def load(self) -> int:
        """Open books, evaluation and cases from the store; raises Refused if the books are damaged or belong to
        another ledger.
        """
        with node.reading():
            return super().load()

    def _open(self, pack: Pack) -> None:
        super()._open(pack)
        self._scratch.set_zone(pack.zone)

    def catch_up(self) -> list[FindingChange]:
        """Load the store, and fold the entries that it lacks; returns the changes of findings."""
        folded, changes = self.load(), list[FindingChange]()
        self._aside = self._entries_aside(folded)
        while self.books.entries < self.ledger.size:
            for first, last in self._batches(self.books.entries):
                changes += self._replay(first, last)
        return changes

    def _entries_aside(self, folded: int) -> frozenset[int]:
        """Return the entries that the ledger sets aside after the last folded entry."""
        if folded == self.ledger.size:
            return frozenset()
        with closing(EntryHeaders(self.ledger.path)) as heads:
            numbers = heads.of_media(acts.ASIDE, folded)
        return frozenset(entry for number in numbers for entry in acts.faults_in(self.ledger.entry(number)))

    def _replay(self, first: int, last: int) -> list[FindingChange]:
        """Fold and judge the entries of one batch as when they arrived, without those that are set aside."""
        entries = list(self.ledger.entries(first, last))
        try:
            return self._refold(entries, self._aside)
        except Exception as fault:
            if first == FOUNDING or not _is_of_content(fault):
                raise
            wrong = self._at_fault(entries)
            if not wrong:
                raise
        self._set_aside(wrong)
        return self._refold(entries, self._aside)

    def _at_fault(self, entries: Sequence[Entry]) -> dict[int, Exception]:
        """Return the entries that must be left out so that the rest of their batch can be folded, each with its
        fault.
        """
        standing = [entry.number for entry in entries if entry.number not in self._aside]

        def attempt(numbers: Sequence[int]) -> Exception | None:
            left_out = frozenset(entry.number for entry in entries) - frozenset(numbers)
            try:
                self._refold(entries, left_out, is_trial=True)
            except _Rollback:
                return None
            except Exception as fault:
                if not _is_of_content(fault):
                    raise
                return fault
            raise AssertionError("an attempt is always taken back")

        return sift(standing, attempt)

    def _set_aside(self, wrong: dict[int, Exception]) -> None:
        """Record in the ledger which entries are set aside, before anything is folded without them."""
        faults = {number: f"{type(fault).__name__}: {fault}"[:1000] for number, fault in wrong.items()}
        self.ledger.append([acts.aside(faults, self.charter.owner)], self.ledger.last_at)
        self._aside |= frozenset(wrong)

    def _refold(
        self, entries: Sequence[Entry], left_out: frozenset[int], *, is_trial: bool = False
    ) -> list[FindingChange]:
        """Fold the entries of a batch in one transaction; an entry that is left out counts as erased. A trial
        raises _Rollback.
        """
        return self.settle(self._work_of(entries, left_out), entries[-1].number, _roll_back if is_trial else _in_ledger)

    def _work_of(self, entries: Sequence[Entry], left_out: frozenset[int]) -> Callable[[], list[FindingChange]]:
        """Return the work to do for the entries of a batch."""
        head, at, number = entries[0], moment_of(entries[0]), entries[-1].number
        media = head.fields["media"]
        if head.number in left_out and media in acts.MADE:
            return lambda: self.fold({}, {}, (head.number, number), at)
        if all(entry.fields["media"] in ACTS for entry in entries):
            return lambda: self.pass_over(number, at)
        if media == acts.TICK:
            return lambda: self.turn_clock(acts.instant_in(head), number)
        if media == acts.POLICY:
            return lambda: self.change_policy(self._policy(head), number, at)
        if media == acts.ASIDE:
            return lambda: self.set_aside(acts.faults_in(head), number, at)
        if media == acts.CLOCK:
            return lambda: self.act_on_clock(acts.content_of(head), number, at)
        return lambda: self._fold_again(entries, left_out)

    def _fold_again(self, entries: Sequence[Entry], left_out: frozenset[int]) -> list[FindingChange]:
        reports = [self._incoming(entry, is_left_out=entry.number in left_out) for entry in entries]
        facts, _ = shape(self._scratch, self.pack.told, reports, is_bounded=False)
        return self.fold(facts.tables, facts.lists, (entries[0].number, entries[-1].number), moment_of(entries[0]))

    def _incoming(self, entry: Entry, *, is_left_out: bool) -> Report:
        """Return an entry as its report; an erased payload, or one that is left out, is empty."""
        head = entry.fields
        mapping = self.ledger.blob(head["attachments"][0]).decode() if head["attachments"] else ""
        is_silent = is_left_out or head["media"] in ACTS
        payload = b"" if is_silent else node.payload_of(self.ledger, entry)
        return Report(payload, head["media"], head["name"], head["reporter"], head["kind"], mapping)

    def _policy(self, entry: Entry) -> Pack:
        return read_pack(*unpack_files(node.payload_of(self.ledger, entry)), adopted=True)

    def policy_of(self, digest: str, known: int) -> Pack:
        """Return the policy of that digest, as it was adopted not later than entry `known`."""
        return (
            self.pack
            if digest == self.pack.digest
            else self._policy(self.ledger.entry(self.books.adopted(digest, known)))
        )

    def last_moment(self, *more: tuple[int, int]) -> dt.datetime:
        """Return the moment of the last entry outside every stretch of a wrong clock; `more` are further stretches."""
        stretches = [*self.books.notes.wrong, *more]
        if not stretches:
            return self.ledger.last_at
        number = last_right(self.ledger.size, stretches)
        return moment_of(self.ledger.entry(number)) if number else self.ledger.created_at

    def _batches(self, folded: int) -> list[tuple[int, int]]:
        """Return the first and last entry of each batch that is not folded: the stretches between checkpoints."""
        sizes = [folded, *(size for size, _, _ in self.ledger.checkpoints(folded))]
        return [(low + 1, high) for low, high in pairwise(sizes)]

    def close(self) -> None:
        """Close the stores."""
        self._stores.close()
        self._scratch.close()


def _is_of_content(fault: BaseException) -> bool:
    """Return whether the content of an entry is the cause: its values, or a policy that no reader takes.

    A payload that is missing or altered is damage, which is named by number and never set aside.
    """
    return isinstance(fault, BrokenPack) or (is_of_values(fault) and not isinstance(fault, ComptrollerError))


def _in_ledger() -> None:
    """Do nothing: the entries are in the ledger already."""


def _roll_back() -> None:
    """Raise _Rollback, so that the transaction is rolled back."""
    raise _Rollback
