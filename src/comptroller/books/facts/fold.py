"""Facts folded into the books: what is new is added, what is corrected or retracted ends, and nothing is overwritten.

- A fact is current from its entry on, until an entry ends it.
- The same fact reported again adds nothing.
- The books store their ledger position, in the same transaction as the rows.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.books.facts.as_of import views
from comptroller.books.facts.natural_keys import NaturalKeys
from comptroller.books.facts.policy import put_lists, put_policy
from comptroller.books.facts.table_diff import differences
from comptroller.books.facts.tables import FIXED, GOVERNANCE, create
from comptroller.books.group_heads import GroupHeads
from comptroller.books.notes import Notes
from comptroller.books.register.last_report import LastReport, record_report
from comptroller.books.register.register import Register, put_register
from comptroller.books.relations.graph import Graph
from comptroller.books.relations.graph_as_of import GraphAsOf
from comptroller.books.stamps import stamped
from comptroller.model.kind import FACT_LINES, Kind
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

_REGISTER = ("entity", "stake")
_FEW = 50
"""So many facts are named one by one where they are looked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch changed: rows added by table, facts ended by kind, and tables that are made from others.

    `renewed` names the entities with changed rows in such a table; None is for all. Of the graph's tables, `added` has
    the rows that came and those that went.
    """

    added: Mapping[str, pa.Table] = field(default_factory=dict)
    ended: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    renewed: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)


class Books:
    """The books of one node, folded from its ledger; the one writer of every table but the findings'."""

    def __init__(self, duck: DuckDb, pack: Pack, *, owner: str, zone: str) -> None:
        """Open the books under `pack`: tables that are missing are made; instants are shown in `zone`."""
        self.duck = duck
        self.pack = pack
        self.zone = ZoneInfo(zone)
        self.register = Register(owner)
        self._keys: dict[str, NaturalKeys] = {}
        duck.set_zone(zone)
        duck.execute(f"CREATE TABLE IF NOT EXISTS position ({FIXED['position']})")
        if not duck.rows("SELECT 1 FROM position"):
            duck.execute("INSERT INTO position VALUES (true, 0, 0, 1, '', '')")
        entries, batches, digest = duck.rows("SELECT entries, batches, pack FROM position")[0]
        self.entries, self.batches = int(entries), int(batches)
        if digest != pack.digest:
            create(duck, pack)
            put_policy(duck, pack)
        self.register.load(duck)
        self.notes = Notes(duck)
        self._heads = GroupHeads(duck)
        self._last_report = LastReport(duck, self.register.is_known)
        self.graph = Graph(duck, pack, self.register.is_known)
        if digest != pack.digest:
            put_register(duck, self.register)
            self._heads.put()
            put_lists(duck)
            self.graph.rebuild(self.entries + 1)
            duck.execute("UPDATE position SET pack = ?", [pack.digest])

    def adopt(self, pack: Pack) -> "Books":
        """Return the books under another pack: its kinds, parameters, lists and calendar."""
        return Books(self.duck, pack, owner=self.owner, zone=self.zone.key)

    @property
    def owner(self) -> str:
        """Return the code of the node's owner."""
        return self.register.owner

    def is_known(self, entity: str) -> bool:
        """Return whether the register holds that entity."""
        return self.register.is_known(entity)

    def parent(self, entity: str) -> str | None:
        """Return the entity that manages it, or None."""
        return self.register.parent(entity)

    def standing(self, kind: str, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the current facts of those key hashes (0 where none) and the hashes of their contents."""
        return self._keys_of(kind).standing(keys)

    def whose_books(self, kind: str, facts: NDArray[np.int64]) -> dict[int, tuple[str | None, ...]]:
        """Return, for each of those facts, the entities that have it in their books."""
        columns = ", ".join(f'"{column}"' for column in self.pack.kinds[kind].books)
        self.duck.register("asked_facts", pa.table({"fact": facts}))
        sql = f"SELECT fact, {columns} FROM all_{kind} WHERE fact IN (SELECT fact FROM asked_facts)"
        books_of = {fact: tuple(books) for fact, *books in self.duck.rows(sql)}
        self.duck.unregister("asked_facts")
        return books_of

    def keys(self, entity: str) -> list[tuple[str, dt.date | None, dt.date | None]]:
        """Return the entity's public keys with the days from and until which they are valid."""
        if "reporter_key" not in self.pack.kinds:
            return []
        sql = "SELECT public_key, valid_from, valid_until FROM reporter_key WHERE entity = ?"
        return [(key, start, end) for key, start, end in self.duck.rows(sql, [entity])]

    def tightens(self, name: str) -> str:
        """Return how a lower list of that name may differ; '' where no pack names it."""
        return self.pack.lists[name].tightens if name in self.pack.lists else ""

    def lines_above(self, entity: str, name: str) -> list[dict[str, Any]]:
        """Return the lines of that list which reach the entity from above; unverified lines do not bind."""
        columns = ("holder", "item", "limit_cny", "valid_from", "valid_until")
        sql = f"SELECT {', '.join(columns)} FROM list_in_force WHERE entity = ? AND list = ? AND distance > 0 AND verified"
        return [dict(zip(columns, row, strict=True)) for row in self.duck.rows(sql, [entity, name])]

    def _keys_of(self, kind: str) -> NaturalKeys:
        if kind not in self._keys:
            keys = NaturalKeys()
            rows = self.duck.arrow(
                f"SELECT f.key_hash, f.fact, f.content_hash FROM all_{kind} AS f "
                f"WHERE NOT EXISTS (SELECT 1 FROM gone_{kind} AS g WHERE g.fact = f.fact) ORDER BY f.fact"
            )
            if rows.num_rows:
                keys.add(*(rows.column(name).to_numpy() for name in ("key_hash", "fact", "content_hash")))
            self._keys[kind] = keys  # only when all is read: a fault in between must not leave a part behind
        return self._keys[kind]

    def fold(
        self, tables: Mapping[str, pa.Table], lists: Mapping[str, pa.Table], first: int, received_at: dt.datetime
    ) -> Change:
        """Fold typed rows of a batch of reports, which are entries `first`, `first + 1`, … received at that
        instant (UTC).
        """
        at = received_at.astimezone(self.zone).replace(tzinfo=None)
        self.graph.prepare(tables)
        added: dict[str, pa.Table] = {}
        ended: dict[str, NDArray[np.int64]] = {}
        latest: dict[str, int] = {}
        for name in sorted(tables):
            kind, table = self.pack.kinds[name], tables[name]
            facts = (table.column("report").to_numpy() + first) * FACT_LINES + table.column("seq").to_numpy()
            new, gone = self._fold_kind(kind, table, facts, at)
            if new is not None:
                added[name] = new
            if gone is not None:
                ended[name] = gone[0]
                self.duck.insert(f"gone_{name}", pa.table({"fact": gone[0], "entry": gone[1]}))
            if not kind.is_made:
                record_report(kind, table, facts, latest)
        for name in sorted(lists):
            kind = self.pack.tables[name]
            rows = self._fold_list(kind, lists[name], added.get(kind.parent), first, at)
            if rows is not None:
                added[name] = rows
        renewed = self._renew(added, ended)
        added |= self.graph.fold(added, ended, first)
        if "ancestor" in renewed:
            renewed |= dict.fromkeys(GOVERNANCE, renewed["ancestor"])
        if reported := self._last_report.put(latest, at):
            renewed |= dict.fromkeys(("last_report", "heard"), reported)
        return Change(added, ended, renewed)

    def _fold_kind(
        self, kind: Kind, table: pa.Table, facts: NDArray[np.int64], at: dt.datetime
    ) -> tuple[pa.Table | None, tuple[NDArray[np.int64], NDArray[np.int64]] | None]:
        keys = self._keys_of(kind.name)
        hashes = table.column("key_hash").to_numpy()
        contents = table.column("content_hash").to_numpy()
        standing, stored = keys.standing(hashes)
        acts = table.column("act")
        retracts = pc.equal(acts, "retract").to_numpy(zero_copy_only=False)
        corrects = pc.equal(acts, "correct").to_numpy(zero_copy_only=False)
        is_known = standing != 0
        adds = ~retracts & (~is_known | (corrects & (stored != contents)))
        ends = is_known & (retracts | (corrects & (stored != contents)))
        changed = adds | (retracts & is_known)
        if changed.any():
            keys.add(hashes[changed], np.where(adds, facts, 0)[changed], contents[changed])
        gone = (standing[ends], facts[ends] // FACT_LINES) if ends.any() else None
        if not adds.any():
            return None, gone
        rows = stamped(table.select([f.name for f in kind.fields]), facts, at, adds)
        rows = rows.append_column("first_at", self._first_at(kind, rows.column("received_at"), standing[adds]))
        hashed = rows.append_column("key_hash", pa.array(hashes[adds])).append_column(
            "content_hash", pa.array(contents[adds])
        )
        self.duck.insert(f"all_{kind.name}", hashed)
        return rows, gone

    def _first_at(self, kind: Kind, received: pa.ChunkedArray, ends: NDArray[np.int64]) -> pa.ChunkedArray:
        """Return when the first fact was received under each key: that of the fact which ends, else the row's own."""
        if not ends.any():
            return received
        self.duck.register("asked_facts", pa.table({"fact": ends, "own": received, "row": np.arange(len(ends))}))
        # Facts are stored in order: between the first and the last that are needed, only few blocks are read.
        near = f"fact BETWEEN {int(ends[ends > 0].min())} AND {int(ends.max())}"
        if len(ends) <= _FEW:
            near = f"fact IN ({', '.join(map(str, ends.tolist()))})"
        firsts = self.duck.few(
            "SELECT coalesce(f.first_at, f.received_at, a.own) AS first_at FROM asked_facts AS a "
            f"LEFT JOIN (SELECT fact, first_at, received_at FROM all_{kind.name} WHERE {near}) AS f "
            "ON f.fact = a.fact ORDER BY a.row"
        )
        self.duck.unregister("asked_facts")
        return firsts.column("first_at")

    def _fold_list(
        self, kind: Kind, table: pa.Table, parents: pa.Table | None, first: int, at: dt.datetime
    ) -> pa.Table | None:
        if parents is None:
            return None
        facts = (table.column("report").to_numpy() + first) * FACT_LINES + table.column("seq").to_numpy()
        adds = np.isin(facts, parents.column("fact").to_numpy())
        if not adds.any():
            return None
        rows = stamped(table.select([f.name for f in kind.fields]), facts, at, adds)
        self.duck.insert(f"all_{kind.name}", rows)
        return rows

    def _renew(
        self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]
    ) -> dict[str, tuple[str, ...] | None]:
        """Write the changed tables that depend on the register or on lists; return the entities with changed
        rows by table.
        """
        renewed: dict[str, tuple[str, ...] | None] = {}
        touched = added.keys() | ended.keys()
        if touched & set(_REGISTER):
            moved = self.register.move(self.duck, added, ended)
            if moved is None or moved:
                with differences(self.duck, ("ancestor", "level"), moved, renewed):
                    put_register(self.duck, self.register, moved)
        self._heads.renew(self.register.named(self.duck, added, ended), renewed)
        if "list_line" in touched or renewed.get("ancestor"):
            few = None if "list_line" in touched else renewed["ancestor"]
            with differences(self.duck, ("list_in_force",), few, renewed):
                put_lists(self.duck, few)
        return renewed

    def introduce(self, entities: Iterable[str]) -> None:
        """Add entities without a manager to the register in memory, as examples need them."""
        self.register.introduce(entities)
        put_register(self.duck, self.register)
        put_lists(self.duck)

    def tick(self, instant: dt.datetime) -> Change:
        """Set the clock (UTC instant); the day is that of the owner's zone."""
        now = instant.astimezone(self.zone).replace(tzinfo=None)
        self.graph.prepare(("stake",))
        self.duck.execute("DELETE FROM clock")
        self.duck.execute("INSERT INTO clock VALUES (?, ?)", [now.date(), now])
        return Change(added=self.graph.tick(now.date(), self.entries + 1), renewed={"clock": None})

    def adopted(self, digest: str, known: int) -> int:
        """Return the entry that adopted the policy of that digest: the last one that was known with entry `known`."""
        sql = "SELECT max(entry) FROM adopted WHERE pack = ? AND entry <= ?"
        return int(self.duck.rows(sql, [digest, known])[0][0])

    def views(self, valid: dt.date | None, known: int | None, duck: DuckDb) -> dict[str, str]:
        """Return SQL for each table as of a day and as known with an entry; nothing where neither is set.

        A caller that is not the thread of the books must pass a connection of its own: theirs may be busy.
        """
        if valid is None and known is None:
            return {}
        return views(self.pack, valid=valid, known=known, is_same_policy=self._is_same_policy(known, duck))

    def views_here(self, valid: dt.date | None, known: int | None) -> Mapping[str, str]:
        """Return the same, and the tables that are derived from graphs; only this connection can read them."""
        tables = self.views(valid, known, self.duck)
        if not tables or not self._is_same_policy(known, self.duck):
            return tables
        return GraphAsOf(self.duck, self.pack, self.owner, valid=valid, known=known).beside(tables)

    def _is_same_policy(self, known: int | None, duck: DuckDb) -> bool:
        (policy,) = duck.rows("SELECT coalesce(max(entry), 0) FROM main.adopted")[0]
        return known is None or policy <= known

    def advance(self, entries: int, *, policy: int | None = None) -> None:
        """Record the last folded entry, one batch more, and the entry of the policy that is followed."""
        self.entries, self.batches = entries, self.batches + 1
        if policy is not None:
            self.duck.execute("INSERT INTO adopted VALUES (?, ?)", [policy, self.pack.digest])
        cells = [self.entries, self.batches, policy]
        self.duck.execute("UPDATE position SET entries = ?, batches = ?, policy = coalesce(?, policy)", cells)

    def bear(self, mark: str) -> None:
        """Write the mark of the ledger's state that the books are folded from."""
        self.duck.execute("UPDATE position SET mark = ?", [mark])
