"""Circles as rows: payments and goods that come back (`trade_cycle`), and guarantees that go round (`guarantee_circle`).

- A flow is watched when a rule refers to `trade_cycle` and judges its kind; else its facts cost nothing here.
- Each circle stands once, whatever the order in which its legs came; it goes when one of its legs ends.
- Window, legs and tolerance are parameters by flow, the ones in force on the day of the newest lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.parties import Parties
from comptroller.books.related_rows import circle_name
from comptroller.graph.cycles import Cycles, Law
from comptroller.graph.rings import circles
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

    def __init__(self, duck: Duck, kind: str, law: Law) -> None:
        """Read all legs that stand."""
        self._duck, self._kind, self.law = duck, kind, law
        self._parties, self._goods = Parties(), Parties()
        self._facts: list[NDArray[np.int64]] = []
        self._dead: set[int] = set()
        self._cycles: Cycles | None = None
        self.found: list[list[int]] = self.feed(kind)

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
        return [circle for circle in self.feed(self._kind) if not set(circle).isdisjoint(fresh.tolist())]

    def _around(self, late: NDArray[np.int64]) -> list[list[int]]:
        """Look for the circles of facts that came too late for the stream, among all legs near their days."""
        self._duck.register("late_facts", pa.table({"fact": late}))
        legs = FLOWS[self._kind].sql(self._kind)
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
            self._guarantees()

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
            rows_found = self._guarantees()
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
        if not found:
            return None
        legs = {row[0]: row[1:] for row in self._legs(kind, {fact for circle in found for fact in circle})}
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
        table = pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(COLUMNS, columns, strict=True)})
        self._duck.register("graph_rows", table)
        self._duck.execute("INSERT INTO trade_cycle SELECT * FROM graph_rows")
        self._duck.unregister("graph_rows")
        return table

    def _legs(self, kind: str, facts: set[int]) -> list[tuple[object, ...]]:
        self._duck.register("circle_facts", pa.table({"fact": pa.array(sorted(facts), pa.int64())}))
        sql = (
            "SELECT fact, payer, payee, leg, cents, CAST(make_timestamp(CAST(moment * 1000000 AS BIGINT)) AS DATE), "
            f"goods FROM ({FLOWS[kind].sql(kind)}) WHERE fact IN (SELECT fact FROM circle_facts)"
        )
        rows = [(*row[:4], Decimal(row[4]).scaleb(-2), *row[5:]) for row in self._duck.rows(sql)]
        self._duck.unregister("circle_facts")
        return rows

    def _guarantees(self) -> pa.Table:
        """Find every circle of guarantees that holds on some day, and write what differs."""
        sql = (
            "SELECT entity, debtor, guarantee, amount_cny, coalesce(date_diff('day', DATE '1970-01-01', valid_from), -1000000), "
            "coalesce(date_diff('day', DATE '1970-01-01', valid_until), 10000000), fact FROM guarantee "
            "WHERE debtor IS NOT NULL ORDER BY entity, guarantee"
        )
        given, parties, rows = self._duck.rows(sql), Parties(), []
        if given:
            holder, debtor = (parties.numbers(column) for column in list(zip(*given, strict=True))[:2])
            since, until = (np.array([row[at] for row in given], np.int64) for at in (4, 5))
            found = circles(len(parties), holder, debtor, since, until)
            for at in range(len(found)):
                legs = [given[edge] for edge in found.circle(at)]
                name = circle_name([(leg[0], leg[2]) for leg in legs])
                for position, leg in enumerate(legs, 1):
                    span = (int(found.since[at]), int(found.until[at]))
                    rows.append((name, position, len(legs), leg[0], leg[2], leg[1], leg[3], *span, leg[6]))
        names = ("circle", "position", "legs", "entity", "guarantee", "debtor", "amount_cny", "since", "until", "fact")
        forms = {"position": pa.int32(), "legs": pa.int32(), "amount_cny": pa.decimal128(18, 4), "fact": pa.int64()}
        forms |= {"since": pa.int64(), "until": pa.int64()}
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in names]
        table = pa.table({n: pa.array(c, forms.get(n, pa.string())) for n, c in zip(names, columns, strict=True)})
        self._duck.register("graph_rows", table)
        now = (
            "SELECT * REPLACE (CASE WHEN since > -1000000 THEN DATE '1970-01-01' + CAST(since AS INTEGER) END AS since, "
            "CASE WHEN until < 10000000 THEN DATE '1970-01-01' + CAST(until AS INTEGER) END AS until) FROM graph_rows"
        )
        was = "SELECT * FROM guarantee_circle"
        differ = self._duck.arrow(f"({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was})")
        if differ.num_rows:
            self._duck.execute("DELETE FROM guarantee_circle")
            self._duck.execute(f"INSERT INTO guarantee_circle {now}")
        self._duck.unregister("graph_rows")
        return differ


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
