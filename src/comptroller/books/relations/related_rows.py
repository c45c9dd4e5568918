"""The table `related`: the ways from the parties that rules ask about, updated while ties and parties come and go.

A rule with `references: {related: [counterparty]}` asks about every party in that column of what it judges. No other
party is walked from, and nothing is done where no rule asks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.books.facts.tables import standing
from comptroller.books.relations.ties import RelationTies, Way, ties_of
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

TIES = ("relation", "post", "stake", "entity")
COLUMNS = ("party", "other", "category", "how", "steps", "path", "valid_from", "valid_until", "facts")
_FORMS = {"steps": pa.int32(), "valid_from": pa.date32(), "valid_until": pa.date32(), "facts": pa.list_(pa.int64())}


class Related:
    """The parties that rules ask about, and the ways from them."""

    def __init__(self, duck: DuckDb, pack: Pack, *, known: int | None = None) -> None:
        """Find out what rules ask about, now or as known with an entry; nothing is read yet."""
        self._duck, self._pack, self._known = duck, pack, known
        self._relations: RelationTies | None = None
        self._questions: dict[str, set[str]] = {}
        for rule in pack.rules.values():
            if "related" in rule.references:
                columns = pack.tables[rule.judges].columns
                self._questions.setdefault(rule.judges, set()).update(
                    c for c in rule.references["related"] if c in columns
                )
        self._started: set[str] = set()

    def concerns(self, kinds: set[str]) -> bool:
        """Return whether facts of those kinds may move the table."""
        return bool(self._questions) and not kinds.isdisjoint({*self._questions, *TIES})

    def prepare(self) -> None:
        """Read ties and parties, before facts are folded."""
        if self._relations is None:
            self._relations = RelationTies(self._duck, self._pack, None, known=self._known)
            self._started = {
                party for (party,) in self._duck.rows(f"SELECT party FROM ({self._starts()}) WHERE party IS NOT NULL")
            }

    def _starts(self) -> str:
        parts = [
            f'SELECT "{column}" AS party FROM ({standing(table, self._pack.tables[table], known=self._known)}) AS s'
            for table, by in sorted(self._questions.items())
            for column in sorted(by)
        ]
        return " UNION ".join(parts) or "SELECT NULL AS party WHERE false"

    def rebuild(self) -> None:
        """Write the table afresh."""
        self._relations = None
        self._duck.execute("DELETE FROM related")
        if self._questions:
            self.prepare()
            self._put(self._started)

    def fold(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> pa.Table | None:
        """Move with facts that came and ended; return the rows that came or went."""
        assert self._relations is not None
        ends: set[str] = set()
        before: set[str] = set()
        for kind in TIES:
            if kind in ended:
                self._duck.register("went_facts", pa.table({"fact": ended[kind]}))
                rows = ties_of(
                    self._duck, kind, f"(SELECT * FROM all_{kind} WHERE fact IN (SELECT fact FROM went_facts))"
                )
                self._duck.unregister("went_facts")
                before |= self._relations.starts({p for row in rows for p in row[:2] if p is not None})
                ends |= self._relations.end(kind, rows)
            if kind in added:
                self._duck.register("came_rows", added[kind])
                ends |= self._relations.add(kind, ties_of(self._duck, kind, "came_rows"))
                self._duck.unregister("came_rows")
        left = self._left(ended)
        fresh: set[str] = set()
        for table, columns in self._questions.items():
            for column in columns if table in added else ():
                fresh |= {name for name in added[table].column(column).unique().to_pylist() if name is not None}
        fresh -= self._started
        self._started = (self._started | fresh) - left
        touched = (before | self._relations.starts(ends)) & self._started if ends else set()
        touched |= {party for party in fresh if self._relations.knows(party)}
        touched |= {party for party in left if self._relations.knows(party)}
        return self._put(touched) if touched else None

    def _left(self, ended: Mapping[str, NDArray[np.int64]]) -> set[str]:
        """Return the parties that no current row asks about any more."""
        named: set[str] = set()
        for table, columns in sorted(self._questions.items()):
            kind = self._pack.tables[table].parent or table
            if kind not in ended:
                continue
            self._duck.register("went_facts", pa.table({"fact": ended[kind]}))
            for column in sorted(columns):
                sql = f'SELECT DISTINCT "{column}" FROM all_{table} WHERE fact IN (SELECT fact FROM went_facts)'
                named |= {name for (name,) in self._duck.rows(sql) if name in self._started}
            self._duck.unregister("went_facts")
        if not named:
            return set()
        self._duck.register("named_parties", pa.table({"party": pa.array(sorted(named), pa.string())}))
        sql = f"SELECT party FROM ({self._starts()}) WHERE party IN (SELECT party FROM named_parties)"
        still = {party for (party,) in self._duck.rows(sql)}
        self._duck.unregister("named_parties")
        return named - still

    def rows_as_of(self, valid: dt.date | None) -> pa.Table:
        """Return all rows, without writing them; with a day, those that hold on it."""
        self.prepare()
        rows = self._rows(sorted(self._started) if self._questions else [])
        if valid is None:
            return rows
        since, until = (
            pc.fill_null(rows.column(f"valid_{word}"), end) for word, end in (("from", valid), ("until", dt.date.max))
        )
        return rows.filter(pc.and_(pc.less_equal(since, valid), pc.greater(until, valid)))

    def _rows(self, starts: Sequence[str]) -> pa.Table:
        assert self._relations is not None
        most = self._relations.most_steps
        rows = [_row(party, way) for party in starts for way in self._relations.ways(party, most)[0]]
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in COLUMNS]
        return pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(COLUMNS, columns, strict=True)})

    def _put(self, parties: set[str]) -> pa.Table:
        self._duck.register("graph_rows", self._rows(sorted(parties & self._started)))
        self._duck.register("graph_parties", pa.table({"party": pa.array(sorted(parties), pa.string())}))
        scope = "WHERE party IN (SELECT party FROM graph_parties)"
        was = f"SELECT * FROM related {scope}"
        differ = self._duck.arrow(
            f"({was} EXCEPT SELECT * FROM graph_rows) UNION ALL (SELECT * FROM graph_rows EXCEPT {was})"
        )
        if differ.num_rows:
            self._duck.execute(f"DELETE FROM related {scope}")
            self._duck.execute("INSERT INTO related SELECT * FROM graph_rows")
        self._duck.unregister("graph_rows")
        self._duck.unregister("graph_parties")
        return differ


def _row(party: str, way: Way) -> tuple[object, ...]:
    since = None if way.since.year == 1 else way.since
    until = None if way.until.year == 9999 else way.until
    how = " ".join(tie.how for tie in way.ties)
    facts = [tie.fact for tie in way.ties]
    return party, way.party, way.category, how, len(way.ties), way.path(party), since, until, facts


def circle_name(legs: list[tuple[str, str]]) -> str:
    """Return a circle's name by its legs, in any order."""
    return blake2b("\n".join("\t".join(leg) for leg in sorted(legs)).encode(), digest_size=8).hexdigest()
