"""Shapes of payments around one party as rows of `flow_fan`: many pay it, it pays many, or the one and then the other.

- A flow is watched when a rule refers to `flow_fan` and judges its kind; else its facts cost nothing here.
- Legs that came or ended are looked at for their two parties alone. A party with more partners than the policy's most
  is a hub and is passed over.
- How long, how many and how like in amount is a parameter by flow and shape, the latest ones in force.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.facts.table_diff import differing_groups
from comptroller.books.facts.tables import standing
from comptroller.books.flows.cycle_streams import DAY, FLOWS
from comptroller.books.register.party_ids import PartyIds
from comptroller.books.relations.related_rows import circle_name
from comptroller.graph.flows import Flows, fan_in, fan_out, gather_scatter, repeated, size_class
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb
from comptroller.store.index import Chain, grown

SHAPES = ("fan_in", "fan_out", "gather_scatter")
COLUMNS = {
    "flow": pa.string(),
    "shape": pa.string(),
    "fan": pa.string(),
    "centre": pa.string(),
    "peers": pa.int32(),
    "total": pa.decimal128(38, 2),
    "since": pa.date32(),
    "until": pa.date32(),
    "entity": pa.string(),
    "leg": pa.string(),
    "payee": pa.string(),
    "amount": pa.decimal128(18, 2),
    "day": pa.date32(),
    "fact": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What counts as a shape: a window in seconds, the fewest and most others, how far amounts may differ, and how often
    one pays another alike on a day.
    """

    name: str
    window: int
    least: int
    most: int
    tolerance: float
    repeats: int


def shapes_of(pack: Pack, flow: str) -> list[Shape]:
    """Return the shapes of a flow by the pack's latest parameters; none where the pack has none."""
    shapes = []
    for name in SHAPES:
        numbers = {}
        for word in ("window_days", "peers_min", "peers_max", "tolerance_pct", "repeats_min"):
            values = pack.params[f"fan_{word}"].values if f"fan_{word}" in pack.params else ()
            mine = [v for v in values if v.valid_until is None and dict(v.by) == {"flow": flow, "shape": name}]
            numbers[word] = float(mine[-1].value) if mine else None
        window, least, most, tolerance, repeats = numbers.values()
        if window is not None and least is not None and most is not None and tolerance is not None:
            seconds, often = round(window * DAY), round(repeats or 1)
            shapes.append(Shape(name, seconds, round(least), round(most), tolerance / 100, often))
    return shapes


class Legs:
    """The legs of one flow in arrays, by payer and by payee."""

    def __init__(self, duck: DuckDb, legs: str) -> None:
        """Read legs."""
        self._duck, self._parties, self._count = duck, PartyIds(), 0
        self._cells: NDArray[np.int64] = np.empty((0, 5), np.int64)
        self._of = (Chain(), Chain())
        self.add(legs)

    def add(self, legs: str) -> NDArray[np.int64]:
        """Add legs; return the parties that they are between."""
        rows = self._duck.few(f"{legs} ORDER BY fact")
        ends = [self._parties.numbers(rows.column(word).to_pylist()).astype(np.int64) for word in ("payer", "payee")]
        fresh = [rows.column(word).to_numpy().astype(np.int64) for word in ("fact", "moment", "cents")]
        stop = self._count + rows.num_rows
        if stop > len(self._cells):
            cells = np.empty((len(grown(np.empty(len(self._cells), np.int8), stop)), 5), np.int64)
            cells[: self._count] = self._cells[: self._count]
            self._cells = cells
        self._cells[self._count : stop] = np.stack((*fresh, *ends), axis=1)
        self._count = stop
        for chain, end in zip(self._of, ends, strict=True):
            chain.add(end.astype(np.uint64))
        return np.unique(np.concatenate(ends))

    def end(self, facts: NDArray[np.int64]) -> NDArray[np.int64]:
        """End facts; return the parties that they were between."""
        cells = self._cells[: self._count]
        at = np.searchsorted(cells[:, 0], facts)
        at = at[(at < self._count) & (cells[np.minimum(at, self._count - 1), 0] == facts)] if self._count else at[:0]
        cells[at, 2] = 0
        return np.unique(cells[at, 3:])

    def everybody(self) -> NDArray[np.int64]:
        """Return all parties."""
        return np.arange(len(self._parties))

    def name(self, party: int) -> str:
        """Return a party's name."""
        return self._parties.names[party]

    def names(self, parties: NDArray[np.int64]) -> list[str]:
        """Return the names of parties."""
        return [self._parties.names[party] for party in parties.tolist()]

    def stretches(self, shape: Shape, parties: NDArray[np.int64]) -> Iterator[tuple[int, int, list[int]]]:
        """Yield each stretch around one of those parties: the party, how many others, and the facts in order of
        time.
        """
        gathered = self._fans(shape, parties, is_in=True) if shape.name != "fan_out" else None
        scattered = self._fans(shape, parties, is_in=False) if shape.name != "fan_in" else None
        if gathered and scattered:
            pairs = gather_scatter(gathered[0], scattered[0], window=shape.window, tolerance=shape.tolerance)
            for gather, scatter in pairs:
                peers = (int(gathered[0].peers[gather]), int(scattered[0].peers[scatter]))
                if max(peers) <= shape.most:
                    facts = [gathered[1][p] for p in gathered[0].payments(gather)]
                    facts += [scattered[1][p] for p in scattered[0].payments(scatter)]
                    yield int(gathered[0].account[gather]), sum(peers), [int(fact) for fact in facts]
            return
        fan = gathered or scattered
        assert fan, "each shape has a side"
        for place in range(len(fan[0])):
            if fan[0].peers[place] <= shape.most:
                facts = [int(fan[1][p]) for p in fan[0].payments(place)]
                yield int(fan[0].account[place]), int(fan[0].peers[place]), facts

    def _fans(self, shape: Shape, parties: NDArray[np.int64], *, is_in: bool) -> tuple[Flows, NDArray[np.int64]]:
        """Return the stretches on one side of those parties, and the facts by the numbers that they use."""
        rows = np.sort(self._of[int(is_in)].rows(parties.astype(np.uint64)))
        cells = self._cells[rows]
        cells = cells[cells[:, 2] > 0]
        if shape.repeats > 1 and len(cells):
            lots = self._lots(shape, cells[:, 2])
            cells = cells[repeated(cells[:, 1], cells[:, 3], cells[:, 4], lots, least=shape.repeats, span=DAY)]
        fact, time, cents, payer, payee = cells.T
        lot = self._lots(shape, cents) if shape.name != "gather_scatter" and len(cells) else None
        fan = fan_in if is_in else fan_out
        return fan(time, payer, payee, cents, window=shape.window, least=shape.least, lot=lot), fact

    @staticmethod
    def _lots(shape: Shape, cents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return a code that amounts alike share."""
        return size_class(cents, 1 / (1 - shape.tolerance)) if shape.tolerance else cents


class FanRows:
    """The table of shapes, for the flows that rules ask about."""

    def __init__(self, duck: DuckDb, pack: Pack) -> None:
        """Find out which flows rules ask about; nothing is read yet."""
        self._duck, self._pack = duck, pack
        judged = {r.judges for r in pack.rules.values() if "flow_fan" in r.references}
        shapes_by_flow = {flow: shapes_of(pack, flow) for flow in sorted(judged & FLOWS.keys() & pack.kinds.keys())}
        self._shapes = {flow: shapes for flow, shapes in shapes_by_flow.items() if shapes}
        self._legs: dict[str, Legs] = {}

    def concerns(self, kinds: Iterable[str]) -> bool:
        """Return whether facts of those kinds may move the table."""
        return not self._shapes.keys().isdisjoint(kinds)

    def prepare(self, kinds: Iterable[str]) -> None:
        """Read the legs of flows, before facts of theirs are folded."""
        for flow in kinds:
            if flow in self._shapes and flow not in self._legs:
                self._legs[flow] = Legs(self._duck, FLOWS[flow].sql(flow))

    def rebuild(self) -> None:
        """Write the table afresh."""
        self._duck.execute("DELETE FROM flow_fan")
        self._legs = {}
        self.prepare(self._shapes)
        for flow, legs in self._legs.items():
            self._put(flow, legs, legs.everybody())

    def fold(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> pa.Table | None:
        """Move with facts that came and ended; return the rows that came or went."""
        parts = []
        for flow, legs in sorted(self._legs.items()):
            touched = [legs.end(ended[flow])] if flow in ended else []
            if flow in added:
                self._duck.register("came_rows", added[flow])
                touched.append(legs.add(FLOWS[flow].sql("came_rows")))
                self._duck.unregister("came_rows")
            if touched:
                parts.append(self._put(flow, legs, np.unique(np.concatenate(touched))))
        return pa.concat_tables(parts) if parts else None

    def _put(self, flow: str, legs: Legs, parties: NDArray[np.int64]) -> pa.Table:
        """Write what differs around those parties; return the rows that came or went."""
        self._duck.register("graph_rows", self._rows(flow, legs, parties, FLOWS[flow].sql(flow)))
        self._duck.register("graph_parties", pa.table({"party": pa.array(legs.names(parties), pa.string())}))
        scope = f"WHERE flow = '{flow}' AND centre IN (SELECT party FROM graph_parties)"
        was, now = f"SELECT * FROM flow_fan {scope}", "SELECT * FROM graph_rows"
        differ = differing_groups(self._duck, "fan", was, now)
        if differ.num_rows:
            self._duck.execute(f"DELETE FROM flow_fan {scope}")
            self._duck.execute(f"INSERT INTO flow_fan {now}")
        self._duck.unregister("graph_rows")
        self._duck.unregister("graph_parties")
        return differ

    def _rows(self, flow: str, legs: Legs, parties: NDArray[np.int64], source: str) -> pa.Table:
        stretches = [
            (shape.name, *stretch) for shape in self._shapes[flow] for stretch in legs.stretches(shape, parties)
        ]
        facts = sorted({fact for *_, members in stretches for fact in members})
        rows: list[tuple[object, ...]] = []
        if facts:
            self._duck.register("fan_facts", pa.table({"fact": pa.array(facts, pa.int64())}))
            sql = f"SELECT * FROM ({source}) AS l WHERE fact IN (SELECT fact FROM fan_facts)"
            leg_of = {leg["fact"]: leg for leg in self._duck.records(sql)}
            self._duck.unregister("fan_facts")
            for shape, party, peers, members in stretches:
                mine = [leg_of[fact] for fact in members]
                days = [dt.date(1970, 1, 1) + dt.timedelta(days=leg["moment"] // DAY) for leg in mine]
                first = min(mine, key=lambda leg: (leg["moment"], leg["payer"], leg["leg"]))
                ends = [first] if shape != "gather_scatter" else [first, mine[-1]]
                name = circle_name([(f"{flow}/{shape}", legs.name(party)), *((e["payer"], e["leg"]) for e in ends)])
                total = Decimal(sum(leg["cents"] for leg in mine)).scaleb(-2)
                head = (flow, shape, name, legs.name(party), peers, total, min(days), max(days))
                for leg, day in zip(mine, days, strict=True):
                    amount = Decimal(leg["cents"]).scaleb(-2)
                    rows.append((*head, leg["payer"], leg["leg"], leg["payee"], amount, day, leg["fact"]))
        columns = list(zip(*rows, strict=True)) or [() for _ in COLUMNS]
        return pa.table({n: pa.array(c, form) for (n, form), c in zip(COLUMNS.items(), columns, strict=True)})

    def rows_as_of(self, valid: dt.date | None, known: int) -> pa.Table:
        """Return the shapes of what was paid by a day, as known with an entry, without writing them."""
        parts = [pa.table({n: pa.array([], form) for n, form in COLUMNS.items()})]
        for flow in self._shapes:
            source = FLOWS[flow].sql(f"({standing(flow, self._pack.kinds[flow], known=known)})")
            if valid is not None:
                source = (
                    f"SELECT * FROM ({source}) AS l WHERE moment < {((valid - dt.date(1970, 1, 1)).days + 1) * DAY}"
                )
            legs = Legs(self._duck, source)
            parts.append(self._rows(flow, legs, legs.everybody(), source))
        return pa.concat_tables(parts)
