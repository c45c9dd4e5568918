"""The table `group_head`: the head of each entity's group, from when to when.

- The head is the uppermost entity below the owner's bodies, by the chain of managing entities; a body of the owner has
  none. A ring of managers has one head: the first of its members by name.
- A later report about an entity replaces an earlier one from its own `valid_from` on: before that day the earlier one
  holds. What is retracted never held.
- Rows of one entity never overlap; an end that is open is NULL.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

import pyarrow as pa

from comptroller.books.facts.table_diff import differences
from comptroller.store.duck import DuckDb

TABLE = "group_head"
_FIRST, _LAST = dt.date.min, dt.date.max
_LINES_BITS = 20
"""A fact's number is its entry's number, shifted by so many bits, and its place in the entry."""
Stretch = tuple[dt.date, dt.date, str | None, bool]
"""From and until a day: who manages the entity, and whether it is a body of the owner."""
Row = tuple[str, str, dt.date | None, dt.date | None]


class GroupHeads:
    """The managers of entities over time, current or as known with an entry; read on first use."""

    def __init__(self, duck: DuckDb, known: int | None = None) -> None:
        """Start with the books, as known with an entry; nothing is read yet."""
        self._duck, self._known = duck, known
        self._stretches: dict[str, tuple[Stretch, ...]] = {}
        self._below: dict[str, set[str]] = {}
        self._is_read = False

    def read(self, entities: Iterable[str] | None = None) -> None:
        """Read what is reported of those entities, of all where None; of the others it stays as it was read."""
        if entities is None or not self._is_read:
            self._stretches, self._below, self._is_read = {}, {}, True
            scope = ""
        else:
            self._duck.register("asked_entities", pa.table({"entity": pa.array(sorted(entities), pa.string())}))
            scope = "WHERE f.entity IN (SELECT entity FROM asked_entities)"
            for entity in entities:
                self._stretches.pop(entity, None)
        versions: dict[str, list[tuple[int, int | None, Stretch]]] = {}
        for entity, fact, gone, *cells in self._duck.rows(self._sql(scope)):
            manager, is_owner, since, until = cells
            stretch = (since or _FIRST, until or _LAST, manager, bool(is_owner))
            versions.setdefault(entity, []).append((fact >> _LINES_BITS, gone, stretch))
        if scope:
            self._duck.unregister("asked_entities")
        for entity, versions_of in versions.items():
            if stretches := stretches_of(versions_of):
                self._stretches[entity] = stretches
                for _, _, manager, _ in stretches:
                    if manager is not None:
                        self._below.setdefault(manager, set()).add(entity)

    def _sql(self, scope: str) -> str:
        """Return SQL for every version of each entity, the first first, with the entry that ended it."""
        there = set(self._duck.columns("SELECT * FROM all_entity"))
        wanted = (("parent", "VARCHAR"), ("is_owner", "BOOLEAN"), ("valid_from", "DATE"), ("valid_until", "DATE"))
        columns = ", ".join(f"f.{name}" if name in there else f"CAST(NULL AS {form})" for name, form in wanted)
        facts, ends = "all_entity", "gone_entity"
        if self._known is not None:
            facts = f"(SELECT * FROM all_entity WHERE fact < {(self._known + 1) << _LINES_BITS})"
            ends = f"(SELECT * FROM gone_entity WHERE entry <= {self._known})"
        return (
            f"SELECT f.entity, f.fact, g.entry, {columns} FROM {facts} AS f "
            f"LEFT JOIN {ends} AS g ON g.fact = f.fact {scope} ORDER BY f.entity, f.fact"
        )

    def below(self, entities: Iterable[str]) -> set[str]:
        """Return those entities and all that were ever managed by them, directly or through others."""
        if not self._is_read:
            self.read()
        members, waiting = set(entities), list(entities)
        while waiting:
            fresh = self._below.get(waiting.pop(), set()) - members
            members |= fresh
            waiting += fresh
        return members

    def rows(self, entities: Iterable[str] | None = None, valid: dt.date | None = None) -> pa.Table:
        """Return the rows of those entities (of all, where None); with a day, those that hold on it."""
        if not self._is_read:
            self.read()
        rows = [row for entity in (self._stretches if entities is None else entities) for row in self._of(entity)]
        if valid is not None:
            rows = [row for row in rows if (row[2] or _FIRST) <= valid < (row[3] or _LAST)]
        names, heads, since, until = zip(*rows, strict=True) if rows else ((), (), (), ())
        return pa.table(
            {
                "entity": pa.array(names, pa.string()),
                "head": pa.array(heads, pa.string()),
                "valid_from": pa.array(since, pa.date32()),
                "valid_until": pa.array(until, pa.date32()),
            }
        )

    def put(self, entities: Iterable[str] | None = None) -> None:
        """Write the rows of those entities (of all, where None) afresh."""
        if entities is None:
            self._duck.execute(f"DELETE FROM {TABLE}")
        else:
            self._duck.register("moved_entities", pa.table({"entity": pa.array(sorted(entities), pa.string())}))
            self._duck.execute(f"DELETE FROM {TABLE} WHERE entity IN (SELECT entity FROM moved_entities)")
            self._duck.unregister("moved_entities")
        rows = self.rows(entities)
        if rows.num_rows:
            self._duck.insert(TABLE, rows)

    def renew(self, named: set[str], renewed: dict[str, tuple[str, ...] | None]) -> None:
        """Write the rows of entities that were reported, and of all that were ever below them; note where rows differ."""
        if not named:
            return
        before = self.below(named)
        self.read(named)
        moved = before | self.below(named)
        with differences(self._duck, (TABLE,), moved, renewed):
            self.put(moved)

    def _of(self, entity: str) -> list[Row]:
        """Return the rows of an entity in the order of days; equal heads of neighbouring stretches are one row."""
        own = self._stretches.get(entity, ())
        cuts = sorted({cut for name in self._above(entity) for s in self._stretches.get(name, ()) for cut in s[:2]})
        periods: list[tuple[str, dt.date, dt.date]] = []
        for since, until in pairwise(cuts):
            if not any(s[0] <= since < s[1] for s in own):
                continue
            head = self._head(entity, since)
            if periods and periods[-1][0] == head and periods[-1][2] == since:
                periods[-1] = (periods[-1][0], periods[-1][1], until)
            elif head is not None:
                periods.append((head, since, until))
        return [(entity, h, None if s == _FIRST else s, None if u == _LAST else u) for h, s, u in periods]

    def _above(self, entity: str) -> set[str]:
        """Return an entity and all that ever managed it, directly or through others."""
        managers, waiting = {entity}, [entity]
        while waiting:
            for _, _, manager, _ in self._stretches.get(waiting.pop(), ()):
                if manager is not None and manager not in managers:
                    managers.add(manager)
                    waiting.append(manager)
        return managers

    def _head(self, entity: str, day: dt.date) -> str | None:
        """Return the head of an entity's group on a day; None for a body of the owner."""
        chain: list[str] = []
        current: str | None = entity
        while current is not None and current not in chain:
            stretch = next((s for s in self._stretches.get(current, ()) if s[0] <= day < s[1]), None)
            if stretch is None or stretch[3]:
                break
            chain.append(current)
            current = stretch[2]
        else:
            if current is not None:
                return min(chain[chain.index(current) :])
        return chain[-1] if chain else None


def stretches_of(versions: list[tuple[int, int | None, Stretch]]) -> tuple[Stretch, ...]:
    """Return who manages an entity in the order of days, from its versions: entry, the entry that ended it, and the
    content.

    >>> stretches_of([(1, 2, (dt.date.min, dt.date.max, "G", False)), (2, None, (dt.date(2024, 1, 1), dt.date.max, "H", False))])[0][1:3]
    (datetime.date(2024, 1, 1), 'G')
    """
    entry, gone, last = versions[-1]
    if gone is not None:
        return ()
    stretches = [last]
    for earlier, ended, stretch in reversed(versions[:-1]):
        since, until = stretch[0], min(stretch[1], stretches[-1][0])
        if ended != entry:
            break
        if earlier == ended:  # corrected within its own report
            continue
        entry = earlier
        if since < until:
            stretches.append((since, until, *stretch[2:]))
    return tuple(reversed(stretches))
