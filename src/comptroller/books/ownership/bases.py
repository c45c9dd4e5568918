"""The bases of control, by a dated list of the pack; and who asserts control of a company.

The list `control` has one line a basis:

- `shares`: more than `share_pct` of the stakes;
- `agreement`: the largest holder, with an agreement about the company or with other holders;
- `board_majority`: the party that appointed more than `share_pct` of the board;
- `asserted`: a stake or a relation asserts it;
- `statutory`: the owner's body above a solely state-owned entity.

A basis without a line in force counts for nothing; without `shares`, stakes give no control.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.ownership.stakes import PARTS, WHOLE, StakeRecord
from comptroller.books.register.party_ids import PartyIds
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

LIST = "control"
BASES = {0: "direct", -1: "joint", 1: "agreement", 2: "board_majority", 3: "asserted", 4: "statutory"}
"""The word of each basis by its code; a lower code above zero is named before a higher one."""
AGREEMENT, BOARD, ASSERTED, STATUTORY = 1, 2, 3, 4
KINDS = ("stake", "relation", "post", "body", "entity")
"""The kinds of fact that control is derived from."""
Rows = Callable[[str], str]
"""Return SQL for the rows of a kind that hold on the day."""


@dataclass(frozen=True, slots=True)
class Bases:
    """The policy of one day: parts that must be passed, the share of a board that must, and the bases that count."""

    threshold: int = WHOLE
    board_pct: float = 100.0
    counted: frozenset[int] = field(default_factory=frozenset)


def bases_on(pack: Pack, day: dt.date | None) -> Bases:
    """Return the policy in force on a day; without a day, what has no end."""
    lines = {}
    for line in pack.lists[LIST].lines if LIST in pack.lists else ():
        if line.valid_until is None if day is None else _holds(line.valid_from, line.valid_until, day):
            lines[line.item] = 100.0 if line.share_pct is None else line.share_pct
    words = {word: code for code, word in BASES.items() if code > 0}
    threshold = round(lines.get("shares", 100.0) * PARTS)
    return Bases(threshold, lines.get("board_majority", 100.0), frozenset(words[w] for w in lines if w in words))


def _holds(since: dt.date, until: dt.date | None, day: dt.date) -> bool:
    return since <= day and (until is None or day < until)


class Assertions:
    """Control that is asserted otherwise than by stakes, by company; read again where facts changed."""

    def __init__(self, parties: PartyIds) -> None:
        """Begin with nothing asserted."""
        self._parties = parties
        self._partners: dict[int, set[int]] = {}
        self._concert: dict[int, set[int]] = {}
        self._edges: dict[int, set[tuple[int, int]]] = {}

    def read_relations(self, duck: DuckDb, rows: Rows) -> None:
        """Read agreements and concerts again; both parties have them."""
        self._partners, self._concert = {}, {}
        sql = (
            "SELECT left_party, right_party, relation = 'acting_in_concert' "
            f"FROM ({rows('relation')}) AS r WHERE relation IN ('agreement', 'acting_in_concert')"
        )
        for left, right, in_concert in duck.rows(sql):
            first, second = self._parties.number(left), self._parties.number(right)
            pile = self._concert if in_concert else self._partners
            pile.setdefault(first, set()).add(second)
            pile.setdefault(second, set()).add(first)

    def read(self, duck: DuckDb, rows: Rows, bases: Bases, companies: Iterable[int] | None) -> set[int]:
        """Read boards, owners' bodies and assertions of those companies again (of all, where None); return who
        has any.
        """
        scope = ""
        if companies is None:
            self._edges = {}
        else:
            chosen = list(companies)
            for company in chosen:
                self._edges.pop(company, None)
            names = [self._parties.names[c] for c in chosen]
            duck.register("asked_entities", pa.table({"entity": pa.array(names, pa.string())}))
            scope = "WHERE entity IN (SELECT entity FROM asked_entities)"
        for holder, entity, code in duck.rows(f"SELECT holder, entity, code FROM ({_edges_sql(rows, bases)}) {scope}"):
            edge = (self._parties.number(holder), code)
            self._edges.setdefault(self._parties.number(entity), set()).add(edge)
        if companies is not None:
            duck.unregister("asked_entities")
        return set(self._edges)

    def agreeing(self) -> set[int]:
        """Return every party that has an agreement or acts in concert with another."""
        return self._partners.keys() | self._concert.keys()

    def groups(self, parties: Iterable[int]) -> set[int]:
        """Return the parties, their partners in agreements, and all that act in concert with them."""
        partners: set[int] = set()
        for party in parties:
            partners |= {*_connected(party, self._concert), *self._partners.get(party, ())}
        return partners

    def companies(self) -> set[int]:
        """Return the companies into which something is asserted otherwise than by a stake or an agreement."""
        return set(self._edges)

    def holders(self, company: int) -> set[int]:
        """Return who has asserted edges into a company."""
        return {holder for holder, _ in self._edges.get(company, ())}

    def concern(self, companies: NDArray[np.int32], shares: NDArray[np.int64], bases: Bases) -> set[int]:
        """Return those of the companies that need more than their shares (company, holder, parts)."""
        concerned = self._edges.keys() & set(companies.tolist()) if self._edges else set()
        agreeing = sorted(self.agreeing()) if AGREEMENT in bases.counted else []
        if agreeing:
            concerned |= set(shares[np.isin(shares[:, 1], agreeing), 0].tolist())
        return concerned

    def of(self, company: int, holders: dict[int, StakeRecord], bases: Bases) -> set[tuple[int, int]]:
        """Return the edges (holder, basis) that are asserted into a company with these holders."""
        edges = {edge for edge in self._edges.get(company, ()) if edge[1] in bases.counted}
        if ASSERTED in bases.counted:
            edges |= {(holder, ASSERTED) for holder, record in holders.items() if record.is_asserted}
        if AGREEMENT in bases.counted and holders:
            edges |= {(holder, AGREEMENT) for holder in self._agreed(company, holders, bases)}
        return {(holder, basis) for holder, basis in edges if holder != company}

    def _agreed(self, company: int, holders: dict[int, StakeRecord], bases: Bases) -> set[int]:
        """Return the holders who lead by agreement: the largest of all, or the largest of a concert that passes
        together.
        """
        most = max(record.low for record in holders.values())
        largest = [holder for holder, record in holders.items() if record.low == most]
        leaders = set()
        if len(largest) == 1:
            partners = self._partners.get(largest[0], set())
            if company in partners or partners & holders.keys():
                leaders.add(largest[0])
        waiting = {holder for holder in holders if holder in self._concert}
        while waiting:
            group = _connected(waiting.pop(), self._concert)
            members = {holder: holders[holder].low for holder in group if holder in holders}
            waiting -= group
            top = max(members.values())
            leads = [holder for holder, low in members.items() if low == top]
            if len(members) > 1 and sum(members.values()) > bases.threshold and len(leads) == 1:
                leaders.add(leads[0])
        return leaders


def _connected(party: int, ties: dict[int, set[int]]) -> set[int]:
    group, waiting = {party}, [party]
    while waiting:
        for other in ties.get(waiting.pop(), ()):
            if other not in group:
                group.add(other)
                waiting.append(other)
    return group


def _edges_sql(rows: Rows, bases: Bases) -> str:
    """Return SQL for (holder, entity, code): boards, owners' bodies, and relations that assert control."""
    return f"""
SELECT left_party AS holder, right_party AS entity, {ASSERTED} AS code FROM ({rows("relation")}) AS r WHERE relation = 'controls'
UNION ALL
SELECT e.parent, e.entity, {STATUTORY}
FROM ({rows("entity")}) AS e JOIN ({rows("entity")}) AS o ON o.entity = e.parent
WHERE o.is_owner AND e.form = 'sole_state'
UNION ALL
SELECT a.appointed_by, a.entity, {BOARD}
FROM (
  SELECT entity, appointed_by, count(DISTINCT person) AS appointed
  FROM ({rows("post")}) AS p
  WHERE post IN ('chair', 'director', 'outside_director', 'employee_director') AND appointed_by IS NOT NULL
  GROUP BY entity, appointed_by
) AS a
JOIN (
  SELECT entity, count(DISTINCT person) AS standing
  FROM ({rows("post")}) AS p
  WHERE post IN ('chair', 'director', 'outside_director', 'employee_director')
  GROUP BY entity
) AS n ON n.entity = a.entity
LEFT JOIN (SELECT entity, max(seats) AS seats FROM ({rows("body")}) AS b WHERE body = 'board' GROUP BY entity) AS b ON b.entity = a.entity
WHERE a.appointed * 100 > greatest(n.standing, coalesce(b.seats, 0)) * {bases.board_pct}
"""
