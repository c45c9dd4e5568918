"""The line: a report is checked, kept, folded, judged; whoever reads this file has read the product.

    intake   May this be said?     a report becomes facts, or refusals
    ledger   It was said.          an entry: numbered, hashed, sealed
    books    What is known?        rows of the fact tables, the register, lists, the calendar
    watch    Is it right?          findings raised, changed, cleared
    cases    What is done?         cases opened, moved, closed; clocks

- Nothing is folded that is not in the ledger; what is in the ledger is folded sooner or later, also after a crash.
- One checkpoint of the ledger is one batch: replaying the same batches gives the same books and findings.
- Policy and clock ticks are entries like reports.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from comptroller import node
from comptroller.books import Books, Change
from comptroller.cases import Cases
from comptroller.intake import Incoming, shape
from comptroller.ledger.entry import Accepted, Entry
from comptroller.ledger.key import SignerKey
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.schema import BrokenChain
from comptroller.model.finding import Turn
from comptroller.model.policy import Pack
from comptroller.model.refusal import BrokenLedger, Refusal, Refused, RuleBroken
from comptroller.node import check_reports as check
from comptroller.packs import read_pack
from comptroller.packs.bundle import pack_files, unpack_files
from comptroller.store.duck import Duck, SqlError
from comptroller.store.sqlite import StoreDown
from comptroller.watch import Watch

Progress = Callable[[str, int, int], None]
TICK, POLICY = "tick", "policy"
"""Media of entries that the engine itself makes, and that no reader takes: a moment that has come, an adopted policy."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the reports of a batch: entries by position, refusals by position, and what turned."""

    entries: dict[int, int]
    refused: dict[int, list[Refusal]]
    turns: tuple[Turn, ...]


class Engine:
    """One node at work. Time is handed in; nothing here asks the world."""

    def __init__(self, ledger: Ledger, duck: Duck, charter: node.Charter) -> None:
        """Take up a node: fold what the ledger holds and the books do not; the policy in force is the last adopted."""
        self.ledger, self.duck, self.charter = ledger, duck, charter
        self._desk = Duck(memory="1GB")
        self._is_whole = True
        self._begin()

    def _begin(self) -> None:
        for first, last in self._batches(self._take_up()):
            self._replay(first, last)

    def _take_up(self) -> int:
        """Open books and watch as the store has them, under the policy that is folded; gives the last entry folded."""
        folded, policy = node.folded(self.duck)
        if folded > self.ledger.size:
            raise BrokenLedger(f"the books stand at entry {folded}, the ledger ends at entry {self.ledger.size}")
        self._open(self._policy(self.ledger.entry(policy)))
        self._is_whole = True
        return folded

    def _ready(self, at: dt.datetime) -> dt.datetime:
        """Give the instant in UTC, not before the ledger's last one; first, what a fault left unfolded is folded.

        Refuses (ValueError) an instant that does not say its offset.
        """
        at = utc(at)
        if not self._is_whole or self.books.entries < self.ledger.size:
            self._begin()
        return max(at, self.ledger.last_at)

    def _open(self, pack: Pack) -> None:
        """Work under `pack`: books and watch are opened on it."""
        self.pack = pack
        self.books = Books(self.duck, pack, owner=self.charter.owner, zone=pack.zone)
        self.watch = Watch(self.duck, pack)
        self.cases = Cases(self.duck, pack, self.books)
        self._desk.set_zone(pack.zone)

    def take(self, reports: Sequence[Incoming], at: dt.datetime) -> Taken:
        """Take a batch of reports that arrived by `at`: each is kept whole or refused whole, then what is kept is judged.

        A clock that was set back waits at the ledger's last instant.
        """
        at = self._ready(at)
        entries: dict[int, int] = {}
        refused: dict[int, list[Refusal]] = {}
        turns: list[Turn] = []
        waiting = list(range(len(reports)))
        while waiting:
            batch = [reports[i] for i in waiting]
            shaped = check(self._desk, self.pack, self.books, batch, self._day(at))
            checked = shaped.but(self.cases.refuse(shaped.facts.tables, self._day(at)), batch)
            refused.update({waiting[i]: found for i, found in checked.refused.items()})
            if checked.accepted:
                kept = [batch[i] for i in checked.accepted]
                first = self._seal(kept, at)
                entries.update({waiting[i]: first + n for n, i in enumerate(checked.accepted)})
                turns += self._fold(checked.facts.tables, checked.facts.lists, first, first + len(kept) - 1, at)
            waiting = [waiting[i] for i in checked.later]
        return Taken(entries, refused, tuple(turns))

    def tick(self, instant: dt.datetime, at: dt.datetime) -> list[Turn]:
        """Let the clock stand at `instant`, as an entry received at `at`; whatever reads the clock is judged again."""
        at = self._ready(at)
        payload = json.dumps({"instant": utc(instant).isoformat()}).encode()
        number = self._append([Accepted(payload, TICK, self.charter.owner, kind=TICK)], at)
        return self._turn_clock(instant, number)

    def adopt(
        self, files: Mapping[str, bytes], name: str, at: dt.datetime, progress: Progress | None = None
    ) -> list[Turn]:
        """Adopt a policy as an entry received at `at`; everything is judged again under it.

        Refuses (BrokenPack) a policy whose rules do not run, or under which facts that are kept would have other types.
        """
        at = self._ready(at)
        pack = read_pack(files, name)
        node.try_out(pack, self.pack)
        bundle = pack_files(files, name)
        number = self._append([Accepted(bundle, POLICY, self.charter.owner, name=name, kind=POLICY)], at)
        return self._change_policy(pack, number, progress)

    def _seal(self, reports: Sequence[Incoming], at: dt.datetime) -> int:
        """Put accepted reports into the ledger, with their mappings beside them; gives the first entry's number."""
        blobs = {sha256(text).hexdigest(): text for r in reports if (text := r.mapping.encode())}
        missing = {named: text for named, text in blobs.items() if not self._has_blob(named)}
        return self._append([node.to_keep(one) for one in reports], at, missing) - len(reports) + 1

    def _append(self, kept: Sequence[Accepted], at: dt.datetime, blobs: Mapping[str, bytes] | None = None) -> int:
        """Append as one group and give its last number."""
        return self.ledger.append(kept, at, blobs).last

    def _has_blob(self, named: str) -> bool:
        try:
            return bool(self.ledger.blob(named))
        except LookupError:
            return False

    def _fold(self, tables: node.Tables, lists: node.Tables, first: int, last: int, at: dt.datetime) -> list[Turn]:
        """Fold one batch of facts and judge what it makes due, in one transaction of the books."""

        def fold() -> list[Turn]:
            self.watch.prepare([*tables, *lists])
            return self._judge(self.books.fold(tables, lists, first, at), last, at)

        return self._settle(fold, last)

    def _settle(self, work: Callable[[], list[Turn]], last: int) -> list[Turn]:
        """Do work on the books in one transaction; a rule that fails is put to sleep, and the work is done without it.

        After any other fault, memory follows what the store has; what is in the ledger is folded before anything else.
        """
        while True:
            try:
                with self.duck.transaction():
                    return work()
            except RuleBroken as broken:
                self._open(self.pack)
                self.watch.put_to_sleep(broken, last)
            except BaseException:
                self._is_whole = False
                with suppress(SqlError, Refused):
                    self._take_up()
                raise

    def _judge(self, change: Change, last: int, at: dt.datetime) -> list[Turn]:
        turns = self.watch.judge(change.added, change.ended, renewed=change.renewed, known=last)
        turns += self._follow(change, turns, last, at)
        self.books.advance(last)
        return turns

    def _follow(self, change: Change, turns: list[Turn], last: int, at: dt.datetime) -> list[Turn]:
        """Let cases follow what was said and what turned; how they stand is folded and judged like facts."""
        ticked = "clock" in change.renewed
        made = self.cases.fold(change.added, change.ended, turns, self._day(at), ticked=ticked)
        self.watch.prepare(made)
        changed = self.books.fold(made, {}, last, at) if made else Change()
        return self.watch.judge(changed.added, changed.ended, renewed=changed.renewed, known=last) if made else []

    def _day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.books.zone).date()

    def _turn_clock(self, instant: dt.datetime, number: int) -> list[Turn]:
        return self._settle(lambda: self._judge(self.books.tick(instant), number, instant), number)

    def _change_policy(self, pack: Pack, number: int, progress: Progress | None = None) -> list[Turn]:
        is_first = self.books.entries == 0

        def change() -> list[Turn]:
            self.books = self.books.adopt(pack)
            turns = [] if is_first else self.watch.adopt(pack, number, progress)
            self.cases = Cases(self.duck, pack, self.books)
            stands = [Turn("stands", verdict) for verdict in self.watch.findings.found()]
            turns += self._follow(Change(), [*turns, *stands], number, self.ledger.entry(number).received_at)
            self.books.advance(number, policy=number)
            return turns

        self.pack = pack
        turns = self._settle(change, number)
        self._desk.set_zone(pack.zone)
        return turns

    def _replay(self, first: int, last: int) -> None:
        """Fold and judge entries that make one batch, as they were when they came."""
        entries = list(self.ledger.entries(first, last))
        head = entries[0].fields
        if head["media"] == TICK:
            assert entries[0].payload is not None, "a tick is never erased"
            self._turn_clock(dt.datetime.fromisoformat(json.loads(entries[0].payload)["instant"]), last)
        elif head["media"] == POLICY:
            self._change_policy(self._policy(entries[0]), last)
        else:
            facts, _ = shape(self._desk, self.pack.told, [self._incoming(entry) for entry in entries])
            self._fold(facts.tables, facts.lists, first, last, entries[0].received_at)

    def _incoming(self, entry: Entry) -> Incoming:
        """Give an entry as the report that it was; an erased payload says nothing."""
        said = entry.fields
        mapping = self.ledger.blob(said["attachments"][0]).decode() if said["attachments"] else ""
        return Incoming(entry.payload or b"", said["media"], said["name"], said["reporter"], said["kind"], mapping)

    def _policy(self, entry: Entry) -> Pack:
        assert entry.payload is not None, "a policy is never erased"
        return read_pack(*unpack_files(entry.payload), adopted=True)

    def policy_of(self, digest: str, known: int) -> Pack:
        """Give the policy of that digest, as it was adopted not later than entry `known`."""
        if digest == self.pack.digest:
            return self.pack
        return self._policy(self.ledger.entry(self.books.adopted(digest, known)))

    def _batches(self, folded: int) -> list[tuple[int, int]]:
        """Give the first and last entry of each batch that is not folded: the stretches between checkpoints."""
        sizes = [folded, *(size for size, _, _ in self.ledger.checkpoints(folded))]
        return [(low + 1, high) for low, high in pairwise(sizes)]

    def close(self) -> None:
        """Let go of the stores."""
        self.duck.close()
        self.ledger.close()
        self._desk.close()


def utc(instant: dt.datetime) -> dt.datetime:
    """Give an instant in UTC; refuses (ValueError) one that does not say its offset."""
    if instant.utcoffset() is None:
        raise ValueError(f"an instant says its offset from UTC: saw {instant.isoformat()}")
    return instant.astimezone(dt.UTC)


def create(
    folder: Path, files: Mapping[str, bytes], charter: node.Charter, *, key: SignerKey, at: dt.datetime
) -> Engine:
    """Make a node in an empty folder: its first entry is the policy it works under.

    It is a node when that entry is durable; a folder whose founding was cut off before may be given again.
    """
    at = utc(at)
    pack = read_pack(files, charter.pack)
    node.try_out(pack, pack)
    node.found(folder, charter, key)
    ledger = Ledger.create(folder / node.LEDGER, charter.origin, key, at)
    bundle = pack_files(files, pack.name)
    ledger.append([Accepted(bundle, POLICY, charter.owner, name=pack.name, kind=POLICY)], at)
    node.finish(folder)
    return Engine(ledger, Duck(folder / node.BOOKS), charter)


def open_node(folder: Path, *, passphrase: bytes | None = None) -> Engine:
    """Open a node; refuses (Refused) a folder that is none, and one that another process works on."""
    charter, key = node.take_up(folder, passphrase)
    try:
        ledger = Ledger.open(folder / node.LEDGER, key)
    except (OSError, ValueError, StoreDown, BrokenChain) as fault:
        raise BrokenLedger(str(fault)) from fault
    return Engine(ledger, node.open_books(folder), charter)


def rebuild(folder: Path, *, passphrase: bytes | None = None) -> Engine:
    """Throw the books away and fold them again from the ledger, batch by batch."""
    node.drop_books(folder)
    return open_node(folder, passphrase=passphrase)
