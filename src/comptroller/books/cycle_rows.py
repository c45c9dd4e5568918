"""Circles as rows: payments and goods that come back (`trade_cycle`), and guarantees that go round (`guarantee_circle`).

- A flow is watched when a rule refers to `trade_cycle` and judges its kind; else its facts cost nothing here.
- Each circle stands once, whatever the order in which its legs came; it goes when one of its legs ends.
- Window, legs and tolerance are parameters by flow, the ones in force on the day of the newest lines.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.books.guarantee_rows import put_guarantees
from comptroller.books.parties import Parties
from comptroller.books.related_rows import circle_name
from comptroller.books.tables import standing
from comptroller.graph.cycles import Cycles, Law
from comptroller.model.policy import Pack
from comptroller.store.duck import Duck

_DAY = 86_400
_SLACK = 3_660 * _DAY
"""What comes later than this behind the newest is looked for afresh around its own day, not in the stream."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How a kind is read as legs: who gives, who takes, how much, when, of which goods, and what names the leg."""

    payer: str
    payee: str
    amount: str
    at: str
    goods: str
    leg: str

    def sql(self, source: str) -> str:
        """Give SQL for the legs in rows of the kind, amounts in whole hundredths."""
        return (
            f'SELECT fact, "{self.payer}" AS payer, "{self.payee}" AS payee, "{self.leg}" AS leg, '
            f'CAST("{self.amount}" * 100 AS BIGINT) AS cents, epoch(CAST({self.at} AS TIMESTAMP)) AS moment, {self.goods} AS goods '
            f'FROM {source} AS s WHERE "{self.payee}" IS NOT NULL AND "{self.amount}" > 0 AND ({self.at}) IS NOT NULL'
        )


FLOWS = {
    "payment": Flow("entity", "payee", "amount_cny", "coalesce(paid_at, paid_on)", "''", "payment"),
    "shipment": Flow("shipper", "receiver", "quantity", "shipped_on", "goods", "shipment"),
}
COLUMNS = ("flow", "cycle", "position", "legs", "entity", "leg", "payee", "amount", "goods", "day", "fact")
_FORMS = {
    "position": pa.int32(),
    "legs": pa.int32(),
    "amount": pa.decimal128(18, 2),
    "day": pa.date32(),
    "fact": pa.int64(),
}


class Stream:
    """One flow's legs as they came, and the circles that they close."""

    def __init__(self, duck: Duck, kind: str, law: Law, source: str = "") -> None:
        """Read all legs that stand, or those of other rows of the kind."""
        self._duck, self._kind, self.law, self._source = duck, kind, law, source or kind
        self._parties, self._goods = Parties(), Parties()
        self._facts: list[NDArray[np.int64]] = []
        self._dead: set[int] = set()
        self._cycles: Cycles | None = None
        self.found: list[list[int]] = self.feed(self._source)

    def feed(self, source: str) -> list[list[int]]:
        """Take in legs; gives the circles that they close, as lists of facts in their order."""
        rows = self._duck.arrow(FLOWS[self._kind].sql(source) + " ORDER BY fact")
        if not rows.num_rows:
            return []
        payers = self._parties.numbers(rows.column("payer").to_pylist())
        payees = self._parties.numbers(rows.column("payee").to_pylist())
        goods = self._goods.numbers([g or "" for g in rows.column("goods").to_pylist()])
        amounts = rows.column("cents").to_numpy().astype(np.int64)
        times = rows.column("moment").to_numpy().astype(np.int64)
        facts = rows.column("fact").to_numpy()
        if self._cycles is None or len(self._parties) > len(self._cycles.group):
            return self._again(facts)
        self._facts.append(facts)
        told = self._cycles.feed(times, payers, payees, amounts, goods)
        known = np.concatenate(self._facts)
        self._facts = [known]
        found = [known[list(circle)].tolist() for circle in told.circles()]
        if len(told.late):
            found += self._around(known[told.late])
        return [circle for circle in found if self._dead.isdisjoint(circle)]

    def _again(self, fresh: NDArray[np.int64]) -> list[list[int]]:
        """Begin the stream anew with room for more parties; gives the circles that the fresh facts close."""
        self._cycles = Cycles(2 * len(self._parties) + 64, self.law)
        self._facts, self._dead = [], set()
        return [circle for circle in self.feed(self._source) if not set(circle).isdisjoint(fresh.tolist())]

    def _around(self, late: NDArray[np.int64]) -> list[list[int]]:
        """Look for the circles of facts that came too late for the stream, among all legs near their days."""
        self._duck.register("late_facts", pa.table({"fact": late}))
        legs = FLOWS[self._kind].sql(self._source)
        near = (
            f"SELECT DISTINCT l.* FROM ({legs}) AS l JOIN (SELECT moment FROM ({legs}) WHERE fact IN (SELECT fact FROM late_facts)) AS x "
            f"ON l.moment BETWEEN x.moment - {self.law.window} AND x.moment + {self.law.window} ORDER BY l.moment, l.fact"
        )
        rows = self._duck.arrow(near)
        self._duck.unregister("late_facts")
        cycles = Cycles(len(self._parties), self.law)
        told = cycles.feed(
            rows.column("moment").to_numpy().astype(np.int64),
            self._parties.numbers(rows.column("payer").to_pylist()),
            self._parties.numbers(rows.column("payee").to_pylist()),
            rows.column("cents").to_numpy().astype(np.int64),
            self._goods.numbers([g or "" for g in rows.column("goods").to_pylist()]),
        )
        facts, wanted = rows.column("fact").to_numpy(), set(late.tolist())
        found = [facts[list(circle)].tolist() for circle in told.circles()]
        return [circle for circle in found if not wanted.isdisjoint(circle)]

    def end(self, facts: NDArray[np.int64]) -> None:
        """Let legs end: no circle has them from now on."""
        self._dead |= set(facts.tolist())


class CycleRows:
    """The two tables of circles, for the flows that rules ask about."""

    def __init__(self, duck: Duck, pack: Pack) -> None:
        """Find out which flows rules ask about; nothing is read yet."""
        self._duck, self._pack = duck, pack
        asked = {r.judges for r in pack.rules.values() if "trade_cycle" in r.references}
        self._laws = {flow: law for flow in sorted(asked & FLOWS.keys()) if (law := law_of(pack, flow))}
        self._streams: dict[str, Stream] = {}

    def concerns(self, kinds: Iterable[str]) -> bool:
        """Say whether facts of those kinds may move the tables."""
        return not {*self._laws, "guarantee"}.isdisjoint(kinds)

    def prepare(self, kinds: Iterable[str]) -> None:
        """Read the legs of flows, before facts of theirs are folded."""
        for kind in kinds:
            if kind in self._laws and kind not in self._streams:
                self._streams[kind] = Stream(self._duck, kind, self._laws[kind])

    def rebuild(self) -> None:
        """Write both tables afresh."""
        self._duck.execute("DELETE FROM trade_cycle")
        for kind in self._laws:
            self._streams.pop(kind, None)
            self.prepare([kind])
            self._insert(kind, self._streams[kind].found)
        if "guarantee" in self._pack.kinds:
            put_guarantees(self._duck)

    def fold(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> dict[str, pa.Table]:
        """Move with facts that came and ended; gives the rows that came or went, by table."""
        changed: dict[str, pa.Table] = {}
        parts = []
        for kind, stream in self._streams.items():
            if kind in ended:
                stream.end(ended[kind])
                parts.append(self._drop(ended[kind]))
            if kind in added:
                self._duck.register("came_rows", added[kind])
                found = stream.feed("came_rows")
                self._duck.unregister("came_rows")
                parts.append(self._insert(kind, found))
        if rows := [part for part in parts if part is not None and part.num_rows]:
            changed["trade_cycle"] = pa.concat_tables(rows)
        if "guarantee" in added or "guarantee" in ended:
            rows_found = put_guarantees(self._duck)
            if rows_found.num_rows:
                changed["guarantee_circle"] = rows_found
        return changed

    def _drop(self, facts: NDArray[np.int64]) -> pa.Table | None:
        self._duck.register("went_facts", pa.table({"fact": facts}))
        named = "WHERE cycle IN (SELECT cycle FROM trade_cycle WHERE fact IN (SELECT fact FROM went_facts))"
        rows = self._duck.arrow(f"SELECT * FROM trade_cycle {named}")
        if rows.num_rows:
            self._duck.execute(f"DELETE FROM trade_cycle {named}")
        self._duck.unregister("went_facts")
        return rows

    def _insert(self, kind: str, found: list[list[int]]) -> pa.Table | None:
        table = legs_of(self._duck, kind, found, kind)
        if table is not None:
            self._duck.register("graph_rows", table)
            self._duck.execute("INSERT INTO trade_cycle SELECT * FROM graph_rows")
            self._duck.unregister("graph_rows")
        return table

    def told(self, valid: dt.date | None, known: int) -> pa.Table:
        """Give the circles that were closed by a day, as known with an entry, without writing them.

        Where no leg of a flow has ended since, they are those that stand and whose legs were all known.
        """
        parts, first_unknown = [], (known + 1) << 20
        for kind, law in self._laws.items():
            ended = f"SELECT 1 FROM gone_{kind} WHERE entry > {known} AND fact < {first_unknown} LIMIT 1"
            if not self._duck.rows(ended):
                whole = f"cycle NOT IN (SELECT cycle FROM trade_cycle WHERE fact >= {first_unknown})"
                parts.append(self._duck.arrow(f"SELECT * FROM trade_cycle WHERE flow = '{kind}' AND {whole}"))
                continue
            source = f"({standing(kind, self._pack.kinds[kind], known=known)})"
            stream = Stream(self._duck, kind, law, source)
            if (rows := legs_of(self._duck, kind, stream.found, source)) is not None:
                parts.append(rows)
        whole = pa.concat_tables(parts) if parts else self._duck.arrow("SELECT * FROM trade_cycle WHERE false")
        return closed_by(whole, valid)


def legs_of(duck: Duck, kind: str, found: list[list[int]], source: str) -> pa.Table | None:
    """Give circles of facts as rows, a row a leg; None where there are none."""
    facts = sorted({fact for circle in found for fact in circle})
    duck.register("circle_facts", pa.table({"fact": pa.array(facts, pa.int64())}))
    sql = (
        "SELECT fact, payer, payee, leg, cents, CAST(make_timestamp(CAST(moment * 1000000 AS BIGINT)) AS DATE), "
        f"goods FROM ({FLOWS[kind].sql(source)}) WHERE fact IN (SELECT fact FROM circle_facts)"
    )
    legs = {row[0]: (*row[1:4], Decimal(row[4]).scaleb(-2), *row[5:]) for row in duck.rows(sql)} if facts else {}
    duck.unregister("circle_facts")
    rows = []
    for circle in found:
        if not all(fact in legs for fact in circle):
            continue
        name = circle_name([(str(legs[fact][0]), str(legs[fact][2])) for fact in circle])
        first = min(range(len(circle)), key=lambda i: (legs[circle[i]][4], legs[circle[i]][0], legs[circle[i]][2]))
        for position, fact in enumerate((*circle[first:], *circle[:first]), 1):
            payer, payee, leg, cents, day, goods = legs[fact]
            rows.append((kind, name, position, len(circle), payer, leg, payee, cents, goods, day, fact))
    if not rows:
        return None
    columns = zip(*rows, strict=True)
    return pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(COLUMNS, columns, strict=True)})


def closed_by(legs: pa.Table, valid: dt.date | None) -> pa.Table:
    """Give the legs of circles that were closed by a day."""
    if valid is None:
        return legs
    late = legs.filter(pc.greater(legs.column("day"), pa.scalar(valid))).column("cycle")
    return legs.filter(
        pc.invert(
            pc.is_in(legs.column("cycle"), late.combine_chunks() if late.num_chunks else pa.array([], pa.string()))
        )
    )


def law_of(pack: Pack, flow: str) -> Law | None:
    """Give what counts as a circle of a flow, by the pack's latest parameters; None where the pack says nothing."""
    said = {name: _latest(pack, f"cycle_{name}", flow) for name in ("window_days", "legs_max", "tolerance_pct")}
    if any(value is None for value in said.values()):
        return None
    window, legs, tolerance = (float(value or 0) for value in said.values())
    return Law(
        window=round(window * _DAY),
        legs=(2, round(legs)),
        tolerance=tolerance / 100,
        same_goods=flow == "shipment",
        slack=_SLACK,
        any_order=False,
    )


def _latest(pack: Pack, name: str, flow: str) -> float | None:
    values = pack.params[name].values if name in pack.params else ()
    mine = [value for value in values if ("flow", flow) in value.by and value.valid_until is None]
    return mine[-1].value if mine else None
