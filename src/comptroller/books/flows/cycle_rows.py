"""Circles as rows: payments and goods that come back (`trade_cycle`), and guarantees that go round
(`guarantee_circle`).

- A flow is watched when a rule refers to `trade_cycle` and judges its kind; else its facts cost nothing here.
- A circle is current as long as each of its legs has a fact; a leg has a row for each fact behind it.
- Control groups are those of the clock's day. Where control of a party changes, merged circles are found anew.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.facts.table_diff import differing_groups
from comptroller.books.facts.tables import standing
from comptroller.books.flows.cycle_legs import circle_rows, closed_by, patterns_of
from comptroller.books.flows.cycle_streams import FLOWS, Stream
from comptroller.books.flows.guarantee_rows import put_guarantees
from comptroller.books.ownership.control_groups import groups_of
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

_NONE = "SELECT * FROM trade_cycle WHERE false"


class CycleRows:
    """The two tables of circles, for the flows that rules ask about."""

    def __init__(self, duck: DuckDb, pack: Pack) -> None:
        """Find out which flows rules ask about; nothing is read yet."""
        self._duck, self._pack = duck, pack
        judged = {r.judges for r in pack.rules.values() if "trade_cycle" in r.references}
        patterns_by_flow = {flow: patterns_of(pack, flow) for flow in sorted(judged & FLOWS.keys() & pack.kinds.keys())}
        self._patterns = {flow: patterns for flow, patterns in patterns_by_flow.items() if patterns}
        self._streams: dict[str, dict[str, Stream]] = {}
        self._turned: dict[str, set[str]] = {}
        self._has_groups = "stake" in pack.kinds and "entity" in pack.kinds

    def concerns(self, kinds: Iterable[str]) -> bool:
        """Return whether facts of those kinds may move the tables."""
        return not {*self._patterns, "guarantee"}.isdisjoint(kinds)

    def prepare(self, kinds: Iterable[str]) -> None:
        """Read the legs of flows, before facts of theirs are folded."""
        for flow in kinds:
            if flow in self._patterns and flow not in self._streams:
                self._streams[flow] = self._started(flow, self._groups())

    def _groups(self) -> dict[str, str]:
        is_asked = any("merged" in patterns for patterns in self._patterns.values())
        return groups_of(self._duck) if is_asked and self._has_groups else {}

    def _started(self, flow: str, groups: Mapping[str, str], source: str = "") -> dict[str, Stream]:
        legs = FLOWS[flow].sql(source or flow)
        return {n: Stream(self._duck, p, groups, legs=legs) for n, p in self._patterns[flow].items()}

    def rebuild(self) -> None:
        """Write both tables afresh."""
        self._duck.execute("DELETE FROM trade_cycle")
        self._streams, self._turned = {}, {}
        self.prepare(self._patterns)
        for flow, streams in self._streams.items():
            for name, stream in streams.items():
                self._insert(circle_rows(self._duck, self._patterns[flow], name, stream.circles, flow))
        if "guarantee" in self._pack.kinds:
            put_guarantees(self._duck)

    def fold(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> dict[str, pa.Table]:
        """Move with facts that came and ended; return the rows that came or went, by table."""
        changed: dict[str, pa.Table] = {}
        parts: list[pa.Table] = []
        for flow in sorted(self._streams):
            if flow in ended:
                parts.append(self._drop(flow, ended[flow]))
            if flow in added:
                parts += self._came(flow, added[flow])
        if rows := [part for part in parts if part.num_rows]:
            changed["trade_cycle"] = pa.concat_tables(rows)
        if "guarantee" in added or "guarantee" in ended:
            rows_found = put_guarantees(self._duck)
            if rows_found.num_rows:
                changed["guarantee_circle"] = rows_found
        return changed

    def _came(self, flow: str, rows: pa.Table) -> Iterator[pa.Table]:
        """Add facts of a flow; yield the rows that they make."""
        self._meet(flow, rows)
        for name, stream in self._streams[flow].items():
            self._duck.register("came_rows", rows)
            circles, joined = stream.feed(FLOWS[flow].sql("came_rows"))
            if stream.crowded or stream.cut:
                self._note(flow, stream)
            if circles:
                yield self._insert(circle_rows(self._duck, self._patterns[flow], name, circles, flow))
            self._duck.unregister("came_rows")
            if joined:
                yield self._circles_of(self._insert(self._beside(flow, name, joined)))

    def _note(self, flow: str, stream: Stream) -> None:
        """Write where the search was cut short, unless that is recorded already."""
        came = f"SELECT * FROM ({FLOWS[flow].sql('came_rows')})"
        self._duck.register("crowded_parties", pa.table({"entity": pa.array(stream.crowded, pa.string())}))
        self._duck.register("cut_facts", pa.table({"fact": pa.array(stream.cut, pa.int64())}))
        self._duck.execute(
            f"INSERT INTO search_limit SELECT entity, '{flow}', '{stream.pattern.name}', reached, leg, entry FROM ("
            f"SELECT entity, 'crowded' AS reached, NULL AS leg, (SELECT max(fact) >> 20 FROM ({came})) AS entry FROM crowded_parties "
            f"UNION ALL SELECT payer, 'cut', leg, fact >> 20 FROM ({came}) WHERE fact IN (SELECT fact FROM cut_facts)) AS n "
            "WHERE NOT EXISTS (SELECT 1 FROM search_limit AS s WHERE s.entity = n.entity AND s.reached = n.reached "
            f"AND s.leg IS NOT DISTINCT FROM n.leg AND s.flow = '{flow}' AND s.pattern = '{stream.pattern.name}')"
        )
        self._duck.unregister("crowded_parties")
        self._duck.unregister("cut_facts")

    def _meet(self, flow: str, rows: pa.Table) -> None:
        """Look up the group of parties that come into a flow after control of them changed."""
        turned = self._turned.get(flow)
        if not turned:
            return
        named = {
            party for end in (FLOWS[flow].payer, FLOWS[flow].payee) for party in rows.column(end).to_pylist()
        } & turned
        if named:
            heads = groups_of(self._duck, named)
            self._streams[flow]["merged"].turn({party: heads.get(party, party) for party in named})
            turned -= named

    def _beside(self, flow: str, name: str, joined: list[tuple[int, int]]) -> pa.Table:
        """Return rows for facts that share a leg of a circle with other facts."""
        facts, others = (pa.array(column, pa.int64()) for column in zip(*joined, strict=True))
        self._duck.register("joined_facts", pa.table({"fact": facts, "other": others}))
        circles = self._duck.few(
            f"SELECT t.* REPLACE (l.leg AS leg, l.fact AS fact) FROM trade_cycle AS t JOIN joined_facts AS j ON j.other = t.fact "
            f"JOIN ({FLOWS[flow].sql(flow)}) AS l ON l.fact = j.fact WHERE t.flow = '{flow}' AND t.pattern = '{name}'"
        )
        self._duck.unregister("joined_facts")
        return circles

    def _circles_of(self, rows: pa.Table) -> pa.Table:
        """Return all rows of the circles of these rows: a fact that joins a leg is evidence of each other leg as well."""
        if not rows.num_rows:
            return rows
        self._duck.register("joined_rows", rows)
        circles = self._duck.few("SELECT * FROM trade_cycle WHERE cycle IN (SELECT cycle FROM joined_rows)")
        self._duck.unregister("joined_rows")
        return circles

    def _drop(self, flow: str, facts: NDArray[np.int64]) -> pa.Table:
        """End facts, and the circles that lose a leg with them; return the rows of all circles that they were in."""
        for stream in self._streams[flow].values():
            stream.end(facts)
        self._duck.register("went_facts", pa.table({"fact": facts}))
        named = "SELECT cycle FROM trade_cycle WHERE fact IN (SELECT fact FROM went_facts)"
        rows = self._duck.few(f"SELECT * FROM trade_cycle WHERE cycle IN ({named})")
        self._duck.unregister("went_facts")
        if rows.num_rows:
            self._duck.register("went_rows", rows.append_column("gone", pa.array(np.isin(rows.column("fact"), facts))))
            open_cycles = "SELECT cycle FROM went_rows GROUP BY cycle HAVING count(DISTINCT position) FILTER (WHERE NOT gone) < max(legs)"
            self._duck.execute(
                "DELETE FROM trade_cycle WHERE fact IN (SELECT fact FROM went_rows WHERE gone) OR cycle IN ("
                + open_cycles
                + ")"
            )
            self._duck.unregister("went_rows")
        return rows

    def _insert(self, rows: pa.Table) -> pa.Table:
        """Write the rows that are not in the table yet; return all rows."""
        if rows.num_rows:
            self._duck.register("graph_rows", rows)
            self._duck.execute(
                "INSERT INTO trade_cycle SELECT DISTINCT * FROM graph_rows AS n "
                "WHERE NOT EXISTS (SELECT 1 FROM trade_cycle AS t WHERE t.cycle = n.cycle AND t.fact = n.fact)"
            )
            self._duck.unregister("graph_rows")
        return rows

    def regroup(self, parties: Iterable[str] | None) -> pa.Table | None:
        """Find merged circles anew where control of parties (of any, where None) changed; return the rows that
        differ.
        """
        turned = None if parties is None else set(parties)
        parts = []
        for flow, patterns in self._patterns.items():
            if "merged" not in patterns or not self._has_groups:
                continue
            if not self._trades(flow, turned):
                if flow in self._streams:
                    self._turned.setdefault(flow, set()).update(turned or ())
                continue
            self._turned.pop(flow, None)
            groups = self._groups()
            stream = Stream(self._duck, patterns["merged"], groups)
            if flow in self._streams:
                self._streams[flow]["merged"] = stream
            parts.append(self._replace(flow, circle_rows(self._duck, patterns, "merged", stream.circles, flow)))
        return pa.concat_tables(parts) if parts else None

    def _trades(self, flow: str, parties: set[str] | None) -> bool:
        """Return whether any of those parties is one of a flow's."""
        if parties is None:
            return True
        if flow in self._streams:
            known = self._streams[flow]["merged"].parties
            return any(known.find(party) >= 0 for party in parties)
        self._duck.register("asked_parties", pa.table({"party": pa.array(sorted(parties), pa.string())}))
        scope = "IN (SELECT party FROM asked_parties)"
        rows = self._duck.rows(
            f'SELECT 1 FROM {flow} WHERE "{FLOWS[flow].payer}" {scope} OR "{FLOWS[flow].payee}" {scope} LIMIT 1'
        )
        self._duck.unregister("asked_parties")
        return bool(rows)

    def _replace(self, flow: str, rows: pa.Table) -> pa.Table:
        self._duck.register("graph_rows", rows)
        scope = f"WHERE flow = '{flow}' AND pattern = 'merged'"
        was, now = f"SELECT * FROM trade_cycle {scope}", "SELECT * FROM graph_rows"
        differ = differing_groups(self._duck, "cycle", was, now)
        if differ.num_rows:
            self._duck.execute(f"DELETE FROM trade_cycle {scope}")
            self._duck.execute(f"INSERT INTO trade_cycle {now}")
        self._duck.unregister("graph_rows")
        return differ

    def rows_as_of(self, valid: dt.date | None, known: int, groups: Mapping[str, str]) -> pa.Table:
        """Return the circles that were closed by a day, as known with an entry and by those groups, without writing
        them.

        Where no leg of a flow has ended since, they are the current circles with legs that were all known.
        """
        parts, first_unknown = [], (known + 1) << 20
        is_same = groups == self._groups()
        for flow, patterns in self._patterns.items():
            ended = self._duck.rows(
                f"SELECT 1 FROM gone_{flow} WHERE entry > {known} AND fact < {first_unknown} LIMIT 1"
            )
            source = f"({standing(flow, self._pack.kinds[flow], known=known)})"
            for name, pattern in patterns.items():
                if ended or (pattern.is_merged and not is_same):
                    stream = Stream(self._duck, pattern, groups, legs=FLOWS[flow].sql(source))
                    parts.append(circle_rows(self._duck, patterns, name, stream.circles, source))
                    continue
                mine = f"flow = '{flow}' AND pattern = '{name}' AND fact < {first_unknown}"
                complete = f"SELECT cycle FROM trade_cycle WHERE {mine} GROUP BY cycle HAVING count(DISTINCT position) = max(legs)"
                parts.append(self._duck.few(f"SELECT * FROM trade_cycle WHERE {mine} AND cycle IN ({complete})"))
        return closed_by(pa.concat_tables(parts) if parts else self._duck.few(_NONE), valid)
