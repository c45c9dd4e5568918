"""Streams of payments and shipments, and the circles that their legs close, as lists of facts.

- What counts as a circle is a pattern. It is in order of time; or the same with parties of one control group as one
  party; or in any order where amounts are alike.
- Legs that are alike in parties, amount, goods and time are one leg, which is current as long as one of them is.
- Each circle occurs once, in any order of its legs' arrival; it goes when one of its legs ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.register.party_ids import PartyIds
from comptroller.graph.cycles import CycleHits, CycleOptions, Cycles
from comptroller.store.duck import DuckDb
from comptroller.store.index import grown

DAY = 86_400
"""Seconds."""
Circle = list[list[int]]
"""The legs of a circle in order, each as the facts behind it."""


@dataclass(frozen=True, slots=True)
class PaymentFlow:
    """How a kind is read as legs: payer, payee, amount, time, goods, and the name of the leg."""

    payer: str
    payee: str
    amount: str
    at: str
    goods: str
    leg: str

    def sql(self, source: str) -> str:
        """Return SQL for the legs in rows of the kind, amounts in whole hundredths; what rounds to none is no leg."""
        cents = f'CAST("{self.amount}" * 100 AS BIGINT)'
        return (
            f'SELECT fact, "{self.payer}" AS payer, "{self.payee}" AS payee, "{self.leg}" AS leg, '
            f"{cents} AS cents, CAST(epoch(CAST({self.at} AS TIMESTAMP)) AS BIGINT) AS moment, "
            f"coalesce({self.goods}, '') AS goods "
            f'FROM {source} AS s WHERE "{self.payee}" IS NOT NULL AND {cents} > 0 AND ({self.at}) IS NOT NULL'
        )


FLOWS = {
    "payment": PaymentFlow("entity", "payee", "amount_cny", "coalesce(paid_at, paid_on)", "''", "payment"),
    "shipment": PaymentFlow("shipper", "receiver", "quantity", "shipped_on", "goods", "shipment"),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What counts as a circle of a flow; `is_merged` takes parties of one control group for one."""

    flow: str
    name: str
    law: CycleOptions

    @property
    def is_merged(self) -> bool:
        """Return whether control groups count as one party each."""
        return self.name == "merged"

    @property
    def key(self) -> str:
        """Return SQL over a leg for what distinguishes it from other legs of its pattern."""
        if not self.law.twins:
            return "concat_ws(chr(9), payer, leg)"
        moment = f"moment // {DAY}" if self.law.any_order else "moment"
        return f"concat_ws(chr(9), payer, payee, cents, {moment}, goods)"


class Stream:
    """The legs of one pattern as they came, and the circles that they close."""

    def __init__(
        self, duck: DuckDb, pattern: Pattern, groups: Mapping[str, str], *, legs: str = "", order: str = "fact"
    ) -> None:
        """Read all current legs, or those of other SQL, in that order; `groups` maps a party to its group."""
        self._duck, self.pattern, self._groups = duck, pattern, groups if pattern.is_merged else {}
        self._turned: dict[str, str] = {}
        self._order = order
        self._all = legs or FLOWS[pattern.flow].sql(pattern.flow)
        self.parties, self._goods = PartyIds(), PartyIds()
        self._facts: NDArray[np.int64] = np.empty(0, np.int64)
        self._count = 0
        self._dead: set[int] = set()
        self._twins: dict[int, list[int]] = {}
        self._cycles: Cycles | None = None
        self.crowded: list[str] = []
        self.cut: list[int] = []
        self.circles, _ = self.feed(self._all)

    def feed(self, legs: str) -> tuple[list[Circle], list[tuple[int, int]]]:
        """Add legs; return the circles that they close, and (fact, earlier fact) of legs that are one.

        Where the search was cut short, `crowded` has the parties and `cut` the facts concerned.
        """
        self.crowded, self.cut = [], []
        rows = self._duck.few(f"{legs} ORDER BY {self._order}")
        if not rows.num_rows:
            return [], []
        columns, facts = self._columns(rows), rows.column("fact").to_numpy()
        if self._cycles is None or len(self.parties) > len(self._cycles.group):
            return self._again(set(facts.tolist()))
        self._facts = grown(self._facts, self._count + len(facts))
        self._facts[self._count : self._count + len(facts)] = facts
        self._count += len(facts)
        hits = self._cycles.feed(*columns)
        self.crowded, self.cut = [self.parties.names[n] for n in hits.crowded.tolist()], self._facts[hits.cut].tolist()
        joined, revived = self._join(hits)
        circles = [[self._members(number) for number in circle] for circle in hits.circles()]
        live = [circle for circle in circles if all(circle)]
        late = [*self._facts[hits.late].tolist(), *revived]
        return (live + self._around(late) if late else live), joined

    def end(self, facts: NDArray[np.int64]) -> None:
        """End facts: none of them is behind a leg from now on."""
        self._dead |= set(facts.tolist())

    def turn(self, heads: Mapping[str, str]) -> None:
        """Count parties to these heads; if a leg has named one of them already, the stream begins anew."""
        self._turned |= heads

    def _head(self, name: str) -> str:
        return self._turned.get(name) or self._groups.get(name, name)

    def _columns(self, rows: pa.Table) -> tuple[NDArray[Any], ...]:
        """Return time, payer, payee, amount and goods of legs as numbers; new parties get theirs, with that of
        their group.
        """
        before = len(self.parties)
        payers = self.parties.numbers(rows.column("payer").to_pylist())
        payees = self.parties.numbers(rows.column("payee").to_pylist())
        group: NDArray[np.int32] = np.empty(0, np.int32) if self._cycles is None else self._cycles.group
        for name in self.parties.names[before:] if self._groups or self._turned else ():
            number, head = self.parties.number(name), self.parties.number(self._head(name))
            if max(number, head) < len(group):
                group[number] = head
        goods = self._goods.numbers(rows.column("goods").to_pylist())
        times = rows.column("moment").to_numpy().astype(np.int64)
        if self.pattern.law.any_order:
            times = times // DAY * DAY
        return times, payers, payees, rows.column("cents").to_numpy().astype(np.int64), goods

    def _again(self, fresh: set[int]) -> tuple[list[Circle], list[tuple[int, int]]]:
        """Begin the stream anew with capacity for more parties; return what the fresh facts close and join."""
        size = 2 * len(self.parties) + 64
        group: NDArray[np.int32] = np.arange(size, dtype=np.int32)
        for number, name in enumerate(list(self.parties.names) if self._groups or self._turned else ()):
            group[number] = self.parties.number(self._head(name))
        self._cycles = Cycles(size, self.pattern.law, group)
        self._count, self._dead, self._twins = 0, set(), {}
        circles, joined = self.feed(self._all)
        self.cut = [fact for fact in self.cut if fact in fresh]
        closed = [circle for circle in circles if any(fresh.issuperset(leg) for leg in circle)]
        return closed, [pair for pair in joined if pair[0] in fresh and pair[1] not in fresh]

    def _join(self, hits: CycleHits) -> tuple[list[tuple[int, int]], list[int]]:
        """Note twins; return (fact, an earlier fact of the leg), and the facts of legs that had no fact any more."""
        joined, revived = [], []
        for number, first in hits.twins.tolist():
            fact, living = int(self._facts[number]), self._members(first)
            self._twins.setdefault(first, [first]).append(number)
            if living:
                joined.append((fact, living[0]))
            else:
                revived.append(fact)
        return joined, revived

    def _members(self, number: int) -> list[int]:
        """Return the facts behind a leg."""
        facts = (int(self._facts[n]) for n in self._twins.get(number, (number,)))
        return [fact for fact in facts if fact not in self._dead]

    def _around(self, late: list[int]) -> list[Circle]:
        """Look for the circles of facts that came too late for the stream, among all legs near their days."""
        self._duck.register("late_facts", pa.table({"fact": pa.array(late, pa.int64())}))
        window = self.pattern.law.window + DAY
        self._duck.execute(
            f"CREATE OR REPLACE TEMP TABLE near_legs AS SELECT DISTINCT l.* FROM ({self._all}) AS l "
            f"JOIN (SELECT moment FROM ({self._all}) AS a WHERE fact IN (SELECT fact FROM late_facts)) AS x "
            f"ON l.moment BETWEEN x.moment - {window} AND x.moment + {window}"
        )
        self._duck.unregister("late_facts")
        # In order of time nothing is late.
        near = Stream(self._duck, self.pattern, self._groups, legs="SELECT * FROM near_legs", order="moment, fact")
        wanted = set(late)
        return [circle for circle in near.circles if any(not wanted.isdisjoint(leg) for leg in circle)]
