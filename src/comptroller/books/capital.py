"""The capital graph in memory: who holds and who asserts what on the clock's day, moved by facts and by days.

- What it says depends on the facts that stand, the policy and the day, and not on the order in which facts came.
- A change gives the entities that lie below what changed, before or after: nothing else can differ.
- Nothing is read from the books before something is asked of it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.bases import KINDS, Assertions, bases_on
from comptroller.books.ownership import Held, Ownership, day_number, named
from comptroller.books.parties import Parties
from comptroller.books.tables import as_of, standing
from comptroller.graph.chains import Chains, below, chains
from comptroller.graph.stakes import STAKE, Stakes
from comptroller.graph.weights import Weights, weights
from comptroller.model.policy import Pack
from comptroller.store.duck import Duck

WHOLE = 100_000_000
"""What a whole company is in parts."""


class Capital:
    """Stakes and assertions of one day, as the kernels read them, and the facts behind them."""

    def __init__(self, duck: Duck, pack: Pack, day: dt.date | None, *, known: int | None = None) -> None:
        """Read what stands (or stood, as known with an entry) and build what holds on the day."""
        self.day, self._duck, self._pack, self._known = day, duck, pack, known
        self.parties = Parties()
        self.ownership = Ownership(self.parties)
        self._assertions = Assertions(self.parties)
        self.bases = bases_on(pack, day)
        if "stake" in pack.kinds:
            self.ownership.add(duck, standing("stake", pack.kinds["stake"], known=known))
        has_edges = self._read_assertions(None)
        exact, odd = self.ownership.whole(self._day_number)
        size = len(self.parties)
        self.stakes = Stakes(size, exact[:, 0], exact[:, 1], exact[:, 2])
        self.low: NDArray[np.int64] = self.stakes.parts.copy()
        self.high: NDArray[np.int64] = self.stakes.parts.copy()
        self._put({*odd.tolist(), *has_edges, *self._agreeing()})

    @property
    def _day_number(self) -> int | None:
        return None if self.day is None else day_number(self.day)

    def rows(self, kind: str) -> str:
        """Give SQL for the rows of a kind that hold on the day; no rows where the pack has no such kind."""
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

    def _read_assertions(self, companies: Iterable[int] | None) -> set[int]:
        if companies is None:
            self._assertions.read_relations(self._duck, self.rows)
        return self._assertions.read(self._duck, self.rows, self.bases, companies)

    def _agreeing(self) -> set[int]:
        """Give the companies in which somebody has a stake who has an agreement, and those who have one themselves."""
        found = set()
        for party in self._assertions.agreeing():
            found |= {party, *self.held_by(party)}
        return found

    def held_by(self, party: int) -> set[int]:
        """Give the companies of which a party has a stake or control by assertion."""
        found, row = set(), int(self.stakes.head[party, 1]) if party < self.stakes.size else -1
        while row >= 0:
            if self.stakes.parts[row] > 0:
                found.add(int(self.stakes.link[row, 1]))
            row = int(self.stakes.link[row, 3])
        return found

    def held(self, company: int) -> dict[int, Held]:
        """Give what each holder has of a company on the day."""
        return self.ownership.held(company, self._day_number)

    def _put(self, companies: Iterable[int], always: Iterable[int] = ()) -> NDArray[np.int32]:
        """Let the kernels' rows into these companies be what is held and asserted; gives those whose rows were others.

        And those of `always`: what was said of their stakes may differ though nobody has another share.
        """
        self.stakes.grow(len(self.parties))
        want = {c: self._wanted(c) for c in sorted(companies)}
        had = {c: self._edges_of(c) for c in want}
        differ = np.array(sorted({*always, *(c for c in want if want[c] != had[c])}), np.int32)
        hung = below(self.stakes, differ)
        for company, edges in want.items():
            gone = {key: (0, 0, 0) for key in had[company] if key not in edges}
            for (holder, basis), (low, middle, high) in {**gone, **edges}.items():
                set_row = self.stakes.assert_control if basis != STAKE else None
                if set_row:
                    row = set_row(holder, company, basis, holds=middle > 0)
                else:
                    row = self.stakes.set_stake(holder, company, middle)
                self._fit()
                if row >= 0:
                    self.low[row], self.high[row] = low, high
        return np.union1d(hung, below(self.stakes, differ)).astype(np.int32)

    def _wanted(self, company: int) -> dict[tuple[int, int], tuple[int, int, int]]:
        held = self.held(company)
        edges = {(h, STAKE): (one.low, one.middle, one.high) for h, one in held.items() if one.middle > 0}
        edges |= dict.fromkeys(self._assertions.of(company, held, self.bases), (1, 1, 1))
        return edges

    def _edges_of(self, company: int) -> dict[tuple[int, int], tuple[int, int, int]]:
        found, row = {}, int(self.stakes.head[company, 0])
        while row >= 0:
            if self.stakes.parts[row] > 0:
                key = (int(self.stakes.link[row, 0]), int(self.stakes.link[row, 4]))
                found[key] = (int(self.low[row]), int(self.stakes.parts[row]), int(self.high[row]))
            row = int(self.stakes.link[row, 2])
        return found

    def _fit(self) -> None:
        room = len(self.stakes.parts)
        if len(self.low) < room:
            self.low = np.concatenate((self.low, np.zeros(room - len(self.low), np.int64)))
            self.high = np.concatenate((self.high, np.zeros(room - len(self.high), np.int64)))

    def move(self, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> NDArray[np.int32]:
        """Take in facts that came and ended (they stand in the books already); gives the entities that may differ."""
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
                touched |= {party, *self.held_by(party)}
        if boards:
            self._read_assertions(boards)
        return self._put(touched | boards, always=touched)

    def turn(self, day: dt.date | None) -> NDArray[np.int32]:
        """Let the day be another; gives the entities that may differ, all of them where the policy differs."""
        before, self.day = self._day_number, day
        bases, self.bases = self.bases, bases_on(self._pack, day)
        if before is None or day is None or bases != self.bases:
            touched = {*self.ownership.companies().tolist(), *self._assertions.companies()}
        else:
            touched = {*self.ownership.turning(before, day_number(day)).tolist(), *self._assertions.companies()}
        touched |= self._agreeing()
        self._read_assertions(None)
        return self._put(touched | self._assertions.companies() | self._agreeing(), always=touched)

    def _came(self, kind: str, rows: pa.Table, boards: set[int], agreed: set[int]) -> set[int]:
        if kind == "stake":
            self._duck.register("came_rows", rows)
            found = set(self.ownership.add(self._duck, "SELECT * FROM came_rows").tolist())
            self._duck.unregister("came_rows")
            return found
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
        """Note the companies whose assertions must be read again, and the parties whose agreements may differ."""
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
        """Give who controls those entities, by which chain and on what basis."""
        return chains(self.stakes, self.bases.threshold, entities, self.parties.order, parts=self.low)

    def weights(self, entities: NDArray[np.int32]) -> Weights:
        """Give what everything above those entities has of them."""
        return weights(self.stakes, WHOLE, entities, self.low, self.high)

    def numbers(self, names: Iterable[str]) -> NDArray[np.int32]:
        """Give the numbers of names that the graph knows."""
        return np.array(named(self.parties, names), np.int32)
