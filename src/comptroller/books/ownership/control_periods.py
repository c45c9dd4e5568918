"""The table `control_period`: the controllers of each party that rules ask about, with their days.

A rule judges an act by the control of the act's day, and not by that of the day of judging. A rule with `references:
{control_period: [counterparty]}` asks about every party in that column of what it judges and of the tables that it
reads by docket. Its controllers are computed for every day when anything above it changes, and equal answers of
neighbouring days are one row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.facts.tables import standing
from comptroller.books.ownership.bases import BASES, KINDS, LIST
from comptroller.books.ownership.control_rows import path_text
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

TABLE = "control_period"
COLUMNS = ("owner", "entity", "basis", "path", "valid_from", "valid_until")
_FORMS = {"valid_from": pa.date32(), "valid_until": pa.date32()}
_NAMES = {
    "stake": ("holder", "entity"),
    "relation": ("left_party", "right_party"),
    "post": ("entity",),
    "body": ("entity",),
    "entity": ("entity", "parent"),
}
"""The parties that a fact of each kind names; the answer may change for what is below one of them."""
Row = tuple[str, str, str, str, dt.date | None, dt.date | None]
_BEFORE = dt.date.min


class ControlPeriods:
    """The parties that rules ask about, and who lies above each on any day."""

    def __init__(self, duck: DuckDb, pack: Pack, *, known: int | None = None) -> None:
        """Find out what rules ask about, now or as known with an entry; nothing is read yet."""
        self._duck, self._pack, self._known = duck, pack, known
        self._questions: dict[str, set[str]] = {}
        for rule in pack.rules.values():
            for table in dict.fromkeys((rule.judges, *rule.reads)) if TABLE in rule.references else ():
                asked = {column for column in rule.references[TABLE] if column in pack.tables[table].columns}
                if asked:
                    self._questions.setdefault(table, set()).update(asked)
        self._started: set[str] = set()
        self._above: dict[str, set[str]] = {}
        self._lower: set[str] = set()
        self._is_read = False

    def concerns(self, kinds: set[str]) -> bool:
        """Return whether facts of those kinds may move the table."""
        return bool(self._questions) and not kinds.isdisjoint({*self._questions, *KINDS})

    def prepare(self) -> None:
        """Find the parties that rules ask about, and what lies above them, before facts are folded."""
        if not self._is_read:
            self._is_read = True
            self._started, self._lower = self._starts(), self._connected()
            if parties := self._started & self._lower:
                self._climb(parties)

    def _starts(self) -> set[str]:
        parties: set[str] = set()
        for table, columns in sorted(self._questions.items()):
            rows = standing(table, self._pack.tables[table], known=self._known)
            for column in sorted(columns):
                sql = f'SELECT DISTINCT "{column}" FROM ({rows}) AS s WHERE "{column}" IS NOT NULL'
                parties |= {name for (name,) in self._duck.rows(sql)}
        return parties

    def _connected(self) -> set[str]:
        """Return every party that was ever above or below another: others have no rows, and nothing is read for
        them.
        """
        parties: set[str] = set()
        for kind, columns in _NAMES.items():
            if kind in self._pack.kinds:
                rows = standing(kind, self._pack.kinds[kind], known=self._known)
                parties |= {
                    name
                    for column in columns
                    for (name,) in self._duck.rows(f"SELECT DISTINCT {column} FROM ({rows}) AS s")
                }
        return parties

    def _climb(self, parties: Iterable[str]) -> OwnershipGraph:
        """Return the graph above those parties, with all that ever holds; notes what lies above each."""
        names = sorted(parties)
        capital = OwnershipGraph(self._duck, self._pack, None, known=self._known, about=names, ever=True)
        for party in names:
            for upper in capital.ever_above.of(party):
                self._above.setdefault(upper, set()).add(party)
        return capital

    def rebuild(self) -> None:
        """Write the table afresh."""
        self._is_read, self._above = False, {}
        self._duck.execute(f"DELETE FROM {TABLE}")
        if self._questions:
            self.prepare()
            self._put(self._started & self._lower)

    def fold(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> pa.Table | None:
        """Move with facts that came and ended; return the rows that came or went."""
        named: set[str] = set()
        for kind, columns in _NAMES.items():
            rows = [added[kind].select(columns)] if kind in added else []
            if kind in ended:
                self._duck.register("went_facts", pa.table({"fact": ended[kind]}))
                sql = f"SELECT {', '.join(columns)} FROM all_{kind} WHERE fact IN (SELECT fact FROM went_facts)"
                rows.append(self._duck.arrow(sql))
                self._duck.unregister("went_facts")
            named |= {name for part in rows for column in part.columns for name in column.to_pylist() if name}
        self._lower |= named
        fresh: set[str] = set()
        for table, columns_asked in self._questions.items():
            for column in columns_asked if table in added else ():
                fresh |= {name for name in added[table].column(column).unique().to_pylist() if name is not None}
        fresh -= self._started
        left = set()
        if any((self._pack.tables[table].parent or table) in ended for table in self._questions):
            left = (self._started & self._lower) - self._starts()
        self._started = (self._started | fresh) - left
        below = {party for name in named for party in (*self._above.get(name, ()), name)}
        touched = (fresh & self._lower) | left | (below & self._started)
        return self._put(touched) if touched else None

    def _put(self, parties: set[str]) -> pa.Table:
        self._duck.register("graph_rows", period_table(self.rows(parties & self._started)))
        self._duck.register("graph_parties", pa.table({"entity": pa.array(sorted(parties), pa.string())}))
        scope = "WHERE entity IN (SELECT entity FROM graph_parties)"
        was, now = f"SELECT * FROM {TABLE} {scope}", "SELECT * FROM graph_rows"
        differ = self._duck.arrow(f"({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was})")
        if differ.num_rows:
            self._duck.execute(f"DELETE FROM {TABLE} {scope}")
            self._duck.execute(f"INSERT INTO {TABLE} {now}")
        self._duck.unregister("graph_rows")
        self._duck.unregister("graph_parties")
        return differ

    def rows_as_of(self, valid: dt.date | None) -> list[Row]:
        """Return all rows, without writing them; with a day, those that hold on it."""
        rows = self.rows(self._starts() & self._connected())
        if valid is None:
            return rows
        return [row for row in rows if (row[4] or _BEFORE) <= valid and (row[5] is None or valid < row[5])]

    def rows(self, parties: set[str]) -> list[Row]:
        """Return who controlled each of those parties, and when."""
        if not parties:
            return []
        capital = self._climb(parties)
        numbers = capital.numbers(sorted(parties))
        asserted, days = self._turns(capital), capital.ownership.days()
        capital.turn(_BEFORE)
        open_rows: dict[tuple[str, str, str, str], dt.date] = {}
        periods: list[Row] = []
        for day in (_BEFORE, *sorted(asserted | days)):
            moved = (
                set(numbers.tolist()) if day == _BEFORE else set(capital.turn(day, asserts=day in asserted).tolist())
            )
            due = np.array([n for n in numbers.tolist() if n in moved], np.int32)
            if not len(due):
                continue
            now, names = set(_controllers(capital, due)), {capital.parties.names[n] for n in due.tolist()}
            over = sorted(row for row in open_rows if row[1] in names and row not in now)
            periods += [_period(row, open_rows.pop(row), day) for row in over]
            for row in now:
                open_rows.setdefault(row, day)
        periods += [_period(row, since, None) for row, since in open_rows.items()]
        return sorted(periods, key=str)

    def _turns(self, capital: OwnershipGraph) -> set[dt.date]:
        """Return the days when an assertion above the parties begins or ends, and those when the policy changes."""
        days: set[dt.date] = set()
        names = pa.table({"party": pa.array(capital.named(), pa.string())})
        self._duck.register("asked_parties", names)
        inside = "IN (SELECT party FROM asked_parties)"
        for kind, columns in _NAMES.items():
            if kind == "stake" or kind not in self._pack.kinds:
                continue
            rows = standing(kind, self._pack.kinds[kind], known=self._known)
            scope = " OR ".join(f"{column} {inside}" for column in columns)
            for pair in self._duck.rows(f"SELECT DISTINCT valid_from, valid_until FROM ({rows}) AS s WHERE {scope}"):
                days |= {day for day in pair if day is not None}
        self._duck.unregister("asked_parties")
        lines = self._pack.lists[LIST].lines if LIST in self._pack.lists else ()
        return days | {day for line in lines for day in (line.valid_from, line.valid_until) if day is not None}


def period_table(rows: list[Row]) -> pa.Table:
    """Return rows of the table as Arrow."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [() for _ in COLUMNS]
    return pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(COLUMNS, columns, strict=True)})


def _controllers(capital: OwnershipGraph, entities: NDArray[np.int32]) -> Iterable[tuple[str, str, str, str]]:
    chains, names = capital.chains(entities), capital.parties.names
    for at in range(len(chains)):
        ends = (names[chains.owner[at]], names[chains.entity[at]])
        yield *ends, BASES[int(chains.basis[at])], path_text(capital, chains.chain(at))


def _period(row: tuple[str, str, str, str], since: dt.date, until: dt.date | None) -> Row:
    return *row, None if since == _BEFORE else since, until
