"""The ownership graph in memory: who holds and who asserts what on the clock's day, moved by facts and by days.

- The state depends on the current facts, the policy and the day, and not on the order of arrival.
- A change returns the entities that lie below what changed, before or after: nothing else can differ.
- Nothing is read from the books before it is needed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.facts.tables import as_of, standing
from comptroller.books.ownership.ancestors_over_time import AncestorsOverTime
from comptroller.books.ownership.bases import KINDS, Assertions, bases_on
from comptroller.books.ownership.control_pruning import ControlPruning
from comptroller.books.ownership.edges import edge_request
from comptroller.books.ownership.stake_issues import Fault
from comptroller.books.ownership.stakes import WHOLE, Ownership, StakeRecord, day_number, named
from comptroller.books.register.party_ids import PartyIds
from comptroller.graph.chains import Chains, below, chains
from comptroller.graph.stakes import (
    BASIS,
    COMPANY,
    NEXT_OUT,
    OUT,
    PUT_COMPANY,
    PUT_HOLDER,
    PUT_LOW,
    PUT_ROW,
    STAKE,
    Stakes,
    edges_into,
    put_all,
)
from comptroller.graph.weights import Weights, weights
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

WIDE = 256
"""An entity that is not in the register and has more than so many above it gets no rows of shares: ask `owners` for it."""
Look = Callable[[NDArray[np.int32]], None]


class OwnershipGraph:
    """Stakes and assertions of one day, as the kernels read them, and the facts behind them."""

    def __init__(  # noqa: PLR0913 - the state to read is chosen by name
        self,
        duck: DuckDb,
        pack: Pack,
        day: dt.date | None,
        *,
        known: int | None = None,
        about: Iterable[str] | None = None,
        ever: bool = False,
    ) -> None:
        """Read the current facts (or those known with an entry) and build what holds on the day.

        With `about`, only what lies above those parties is read: answers about them are complete, and there are none
        about others. With `ever`, all that holds on some day is read, so that the day may be changed.
        """
        self.day, self._duck, self._pack, self._known = day, duck, pack, known
        self.parties = PartyIds()
        self.is_registered: Callable[[str], bool] = lambda _: True
        self.ownership = Ownership(self.parties)
        self._assertions = Assertions(self.parties)
        self.bases = bases_on(pack, day)
        self._climbed: set[int] | None = None
        self.ever_above = AncestorsOverTime(pack, known, self.parties)
        self.useful = ControlPruning(self.bases.threshold)
        has_edges = self._read_assertions(None)
        if about is not None:
            has_edges &= self._climb(about, ever=ever)
        elif "stake" in pack.kinds:
            self.ownership.add(duck, standing("stake", pack.kinds["stake"], known=known))
        exact, odd = self.ownership.exact_shares(self._day_number)
        size = len(self.parties)
        self.stakes = Stakes(size, exact[:, 0], exact[:, 1], exact[:, 2])
        self.low: NDArray[np.int64] = self.stakes.parts.copy()
        self.high: NDArray[np.int64] = self.stakes.parts.copy()
        self.faults: dict[int, list[Fault]] = {}
        sums = np.bincount(exact[:, 1], exact[:, 2], size)
        wrong = np.flatnonzero((sums > WHOLE) | (np.bincount(exact[:, 1], minlength=size) > 0) & (sums == 0))
        own = exact[exact[:, 0] == exact[:, 1], 1]
        self._put({*odd.tolist(), *wrong.tolist(), *own.tolist(), *has_edges, *self._agreeing()})

    @property
    def _day_number(self) -> int | None:
        return None if self.day is None else day_number(self.day)

    def rows(self, kind: str) -> str:
        """Return SQL for the rows of a kind that hold on the day; no rows where the pack has no such kind."""
        if kind not in self._pack.kinds:
            columns = {"entity": "entity, parent, form, is_owner", "body": "entity, body, seats"}
            names = columns.get(kind, "left_party, right_party, relation, entity, person, post, appointed_by").split(
                ", "
            )
            return f"SELECT {', '.join(f'CAST(NULL AS VARCHAR) AS {n}' for n in names)} WHERE false"
        spec = self._pack.kinds[kind]
        if self.day is not None:
            return as_of(kind, spec, valid=self.day, known=self._known)
        return f"SELECT * FROM ({standing(kind, spec, known=self._known)}) AS s WHERE valid_until IS NULL"

    def _climb(self, about: Iterable[str], *, ever: bool) -> set[int]:
        """Read the stakes in those parties, in their holders, and so on up; return all parties that these name."""
        rows = "SELECT 1 WHERE false"
        if "stake" in self._pack.kinds:
            kind = self._pack.kinds["stake"]
            rows = standing("stake", kind, known=self._known) if ever else self.rows("stake")
        read = self.ever_above.read if ever else lambda _: None
        waiting, climbed = {self.parties.number(name) for name in about}, set[int]()
        while waiting:
            climbed |= waiting
            names = [self.parties.names[n] for n in sorted(waiting)]
            self._duck.register("asked_entities", pa.table({"entity": pa.array(names, pa.string())}))
            self.ownership.add(
                self._duck, f"SELECT * FROM ({rows}) AS s WHERE entity IN (SELECT entity FROM asked_entities)"
            )
            uppers = read(self._duck) or {h for n in waiting for h in (*self.holders(n), *self._assertions.holders(n))}
            self._duck.unregister("asked_entities")
            waiting = uppers - climbed
        self._climbed = climbed
        return climbed

    def named(self) -> list[str]:
        """Return the parties that were read with their holders."""
        return [self.parties.names[n] for n in sorted(self._climbed or ())]

    def _read_assertions(self, companies: Iterable[int] | None) -> set[int]:
        if companies is None:
            self._assertions.read_relations(self._duck, self.rows)
        return self._assertions.read(self._duck, self.rows, self.bases, companies)

    def _agreeing(self) -> set[int]:
        """Return the parties that have an agreement, and the companies that they hold."""
        concerned = set()
        for party in self._assertions.agreeing():
            concerned |= {party, *self.holdings_of(party)}
        return concerned

    def holdings_of(self, party: int) -> set[int]:
        """Return the companies that a party holds or controls by assertion."""
        companies, row = set(), int(self.stakes.head[party, OUT]) if party < self.stakes.size else -1
        while row >= 0:
            if self.stakes.parts[row] > 0:
                companies.add(int(self.stakes.link[row, COMPANY]))
            row = int(self.stakes.link[row, NEXT_OUT])
        return companies

    def holders(self, company: int) -> dict[int, StakeRecord]:
        """Return what each holder has of a company on the day."""
        return self.ownership.holders(company, self._day_number)

    def _put(self, companies: Iterable[int], always: Iterable[int] = (), look: Look | None = None) -> NDArray[np.int32]:
        """Bring the kernels' rows into these companies in line with the facts; return the entities that may differ.

        These are what hangs below companies with changed rows, and `always`: reports about their stakes may differ
        though all shares are the same. `look` receives them before anything moves.
        """
        self.stakes.grow(len(self.parties))
        want = edge_request(
            {*companies}, self.ownership, self._assertions, self.bases, self._day_number, self.parties.names
        )
        put, asserted = want.turns(self.stakes, (self.low, self.stakes.parts, self.high))
        differ = np.union1d(put[:, PUT_COMPANY], np.array([company for _, company, *_ in asserted], np.int64))
        # What enters a company can only be reached through it: what hangs below is the same before and after.
        hang = below(self.stakes, differ.astype(np.int32))
        touched = np.union1d(hang, np.array(list(always), np.int32)).astype(np.int32)
        if look:
            look(touched)
        for company in self.faults.keys() & set(want.companies.tolist()):
            del self.faults[company]
        self.faults |= want.faults
        had = np.where(put[:, PUT_ROW] >= 0, self.low[put[:, PUT_ROW]], 0)
        self.useful.turn(put[:, PUT_HOLDER], STAKE, had, put[:, PUT_LOW])
        self.stakes.make_room(len(put) + len(asserted))
        self._fit()
        bounds = (self.low, self.stakes.parts, self.high)
        self.stakes.row_count = put_all(put, self.stakes.link, bounds, self.stakes.head, self.stakes.row_count)
        for holder, company, basis, holds in asserted:
            row = self.stakes.assert_control(holder, company, basis, holds=holds)
            self.low[row] = self.high[row] = int(holds)
            self.useful.turn(np.array([holder]), basis, np.array([not holds]), np.array([holds]))
        self.useful.open(touched, self.stakes.size)
        return touched

    def stake_parts(self, company: int) -> int:
        """Return the parts of all stakes in a company."""
        rows = edges_into(company, self.stakes.link, self.stakes.parts, self.stakes.head)
        return int(self.stakes.parts[rows][self.stakes.link[rows, BASIS] == STAKE].sum())

    def _fit(self) -> None:
        room = len(self.stakes.parts)
        if len(self.low) < room:
            self.low = np.concatenate((self.low, np.zeros(room - len(self.low), np.int64)))
            self.high = np.concatenate((self.high, np.zeros(room - len(self.high), np.int64)))

    def move(
        self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]], look: Look | None = None
    ) -> NDArray[np.int32]:
        """Add and end facts (the books have them already); return the entities that may differ."""
        touched: set[int] = set()
        boards: set[int] = set()
        agreed: set[int] = set()
        for kind in KINDS:
            if kind in added:
                touched |= self._came(kind, added[kind], boards, agreed)
            if kind in ended:
                touched |= self._went(kind, ended[kind], boards, agreed)
        if "relation" in added or "relation" in ended:
            parties = self._assertions.groups(agreed)
            self._assertions.read_relations(self._duck, self.rows)
            for party in parties | self._assertions.groups(agreed):
                touched |= {party, *self.holdings_of(party)}
        if boards:
            self._read_assertions(boards)
        return self._put(touched | boards, always=touched | boards, look=look)

    def turn(self, day: dt.date | None, look: Look | None = None, *, asserts: bool = True) -> NDArray[np.int32]:
        """Move to another day; return the entities that may differ, all of them where the policy differs.

        `asserts` is true where assertions may change as well, and must be read again.
        """
        before, self.day = self._day_number, day
        bases, self.bases = self.bases, bases_on(self._pack, day)
        if bases != self.bases:
            self.useful.forget(self.bases.threshold)
        if before is None or day is None or bases != self.bases:
            touched = {*self.ownership.companies().tolist(), *self._assertions.companies()}
        else:
            touched = {*self.ownership.turning(before, day_number(day)).tolist(), *self._assertions.companies()}
        touched |= self._agreeing()
        if asserts:
            self._read_assertions(None)
            touched |= self._assertions.companies() | self._agreeing()
        if self._climbed is not None:
            touched &= self._climbed
        return self._put(touched, always=touched, look=look)

    def _came(self, kind: str, rows: pa.Table, boards: set[int], agreed: set[int]) -> set[int]:
        if kind == "stake":
            return set(self.ownership.add_rows(self._duck, rows).tolist())
        self._concern(kind, rows, boards, agreed)
        return set()

    def _went(self, kind: str, facts: NDArray[np.int64], boards: set[int], agreed: set[int]) -> set[int]:
        if kind == "stake":
            return set(self.ownership.end(facts).tolist())
        self._duck.register("went_facts", pa.table({"fact": facts}))
        rows = self._duck.arrow(f"SELECT * FROM all_{kind} WHERE fact IN (SELECT fact FROM went_facts)")
        self._duck.unregister("went_facts")
        self._concern(kind, rows, boards, agreed)
        return set()

    def _concern(self, kind: str, rows: pa.Table, boards: set[int], agreed: set[int]) -> None:
        """Note the companies with assertions that must be read again, and the parties with agreements that may
        differ.
        """
        if kind == "relation":
            for column in ("left_party", "right_party"):
                agreed |= {self.parties.number(name) for name in rows.column(column).to_pylist()}
            boards |= {self.parties.number(name) for name in rows.column("right_party").to_pylist()}
            return
        boards |= {self.parties.number(name) for name in rows.column("entity").to_pylist() if name is not None}
        if kind == "entity":
            self._duck.register("named_entities", rows.select(["entity"]))
            sql = f"SELECT entity FROM ({self.rows('entity')}) AS e WHERE parent IN (SELECT entity FROM named_entities)"
            boards |= {self.parties.number(name) for (name,) in self._duck.rows(sql)}
            self._duck.unregister("named_entities")

    def chains(self, entities: NDArray[np.int32]) -> Chains:
        """Return who controls those entities, with the chain and the basis."""
        marks = self.useful.of(len(self.parties))
        order = self.parties.order
        return chains(self.stakes, self.bases.threshold, entities, order, parts=self.low, marks=marks)

    def learn(self, entities: NDArray[np.int32], roots: Mapping[int, int]) -> None:
        """Note which of those entities have a controller, and the root of each; parties that cannot count are
        then passed by.
        """
        self.useful.learn(self.stakes, self.low, entities, roots)

    def weights(self, entities: NDArray[np.int32], most: NDArray[np.int32] | None = None) -> Weights:
        """Return what everything above those entities has of them, of each where no more than so many are above it."""
        return weights(self.stakes, WHOLE, entities, self.low, self.high, most=most)

    def numbers(self, names: Iterable[str]) -> NDArray[np.int32]:
        """Return the numbers of names that the graph knows."""
        return np.array(named(self.parties, names), np.int32)
