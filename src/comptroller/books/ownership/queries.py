"""Questions about capital, answered as of a day and as known with an entry: trees, chains and shares as plain values."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from comptroller.books.facts.fold import Books
from comptroller.books.facts.tables import standing
from comptroller.books.ownership.bases import BASES
from comptroller.books.ownership.control_rows import path_text, percent, rows_of
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.relations.ties import RelationTies
from comptroller.graph.chains import below
from comptroller.graph.stakes import STAKE


class OwnershipView:
    """The graph of one day, as known with one entry; the current one, where neither is given."""

    def __init__(self, books: Books, valid: dt.date | None, known: int | None) -> None:
        """Start with a day and an entry."""
        self._books, self._valid, self._known = books, valid, known
        self.day = valid or books.graph.day

    def _graph(self, about: list[str] | None) -> OwnershipGraph:
        """Return the stored graph where it is of that day and in memory; else what lies above those parties,
        from the facts.
        """
        kept = self._books.graph
        if self._known is None and self.day == kept.day and (kept.is_open or about is None):
            return kept.capital
        return OwnershipGraph(self._books.duck, self._books.pack, self.day, known=self._known, about=about)

    def knows(self, party: str) -> bool:
        """Return whether the graph or the register knows a party."""
        if self._books.is_known(party) or self._relations().knows(party):
            return True
        stakes = standing("stake", self._books.pack.kinds["stake"], known=self._known)
        sql = f"SELECT 1 FROM ({stakes}) AS s WHERE holder = ? OR entity = ? LIMIT 1"
        return bool(self._books.duck.rows(sql, [party, party]))

    def _relations(self) -> RelationTies:
        return RelationTies(self._books.duck, self._books.pack, self.day, known=self._known)

    def _name(self, party: str) -> str:
        rows = self._books.duck.rows("SELECT name FROM entity WHERE entity = ?", [party])
        return str(rows[0][0]) if rows and rows[0][0] is not None else ""

    def _of(self, party: str) -> dict[str, Any]:
        return {"party": party, "name": self._name(party), "day": self.day, "known": self._known}

    def who(self, entity: str) -> dict[str, Any]:
        """Return who controls an entity, nearest first, and what is wrong with its stakes."""
        capital = self._graph([entity])
        told = rows_of(capital, capital.numbers([entity]))
        tables = {name: rows.to_pylist() for name, rows in told.items()}
        tops = {row["owner"] for row in tables["ultimate_controller"]}
        found = [
            {**row, "name": self._name(row["owner"]), "is_ultimate": row["owner"] in tops} for row in tables["controls"]
        ]
        found.sort(key=lambda row: (row["steps"], row["owner"]))
        return {**self._of(entity), "controllers": found, "issues": tables["stake_issue"]}

    def owners(self, entity: str) -> dict[str, Any]:
        """Return the tree of holders above an entity, and what each party above has of it."""
        capital = self._graph([entity])
        effective = rows_of(capital, capital.numbers([entity]))["effective_share"].to_pylist()
        effective.sort(key=lambda row: (-row["share_pct"], row["owner"]))
        for row in effective:
            row["name"] = self._name(row["owner"])
        gap = effective[0]["gap_pct"] if effective else 0
        tree = _tree(capital, self._name, entity, up=True)
        return {**self._of(entity), "holders": tree["holders"], "effective": effective, "gap_pct": gap}

    def holdings(self, party: str) -> dict[str, Any]:
        """Return the tree of what a party holds, and what it controls."""
        capital = self._graph(None)
        number = capital.numbers([party])
        lower = below(capital.stakes, number)
        found = capital.chains(lower)
        mine = [at for at in range(len(found)) if len(number) and found.owner[at] == number[0]]
        names = capital.parties.names
        controlled = [
            {
                "entity": names[found.entity[at]],
                "basis": BASES[int(found.basis[at])],
                "path": path_text(capital, found.chain(at)),
            }
            for at in mine
        ]
        controlled.sort(key=lambda row: (row["path"].count(">"), row["path"]))
        tree = _tree(capital, self._name, party, up=False)
        counts = {"held": max(0, len(lower) - 1), "levels": _depth(tree, "holdings")}
        return {**self._of(party), **counts, "holdings": tree["holdings"], "controlled": controlled}

    def related(self, party: str, steps: int) -> dict[str, Any]:
        """Return who is related to a party over so many ties."""
        found, hubs = self._relations().around(party, steps)
        return {**self._of(party), "related": found, "hubs": hubs}

    def path(self, upper: str, lower: str) -> dict[str, Any]:
        """Return the chain of control from one to the other, or else a shortest way of stakes, in either direction."""
        capital = self._graph([upper, lower])
        for one, other in ((upper, lower), (lower, upper)):
            ends = (capital.parties.find(one), capital.parties.find(other))
            if min(ends) < 0:
                continue
            asked = np.array([ends[1]], np.int32)
            found = capital.chains(asked)
            owned = [row for row in rows_of(capital, asked)["effective_share"].to_pylist() if row["owner"] == one]
            share = owned[0]["share_pct"] if owned else 0
            for at in range(len(found)):
                if found.owner[at] == ends[0]:
                    said = path_text(capital, found.chain(at))
                    return {"path": said, "basis": BASES[int(found.basis[at])], "share_pct": share}
            rows = _way(capital, *ends)
            if rows:
                return {"path": path_text(capital, rows), "basis": "", "share_pct": share}
        return {"path": "", "basis": "", "share_pct": 0}


def _way(capital: OwnershipGraph, top: int, bottom: int) -> list[int]:
    came: dict[int, int] = {}
    waiting = deque([bottom])
    while waiting:
        one = waiting.popleft()
        for holder, row in _edges(capital, one, up=True):
            if holder not in came and holder != bottom:
                came[holder] = row
                waiting.append(holder)
    rows: list[int] = []
    while top != bottom and top in came:
        rows.append(came[top])
        top = int(capital.stakes.link[rows[-1], 1])
    return rows


def _edges(capital: OwnershipGraph, number: int, *, up: bool) -> list[tuple[int, int]]:
    """Return (party, row) of the stakes and assertions into a party, or out of it, the largest first."""
    if not 0 <= number < capital.stakes.size:
        return []
    link, parts = capital.stakes.link, capital.stakes.parts
    found, row = [], int(capital.stakes.head[number, 0 if up else 1])
    while row >= 0:
        if parts[row] > 0:
            found.append((int(link[row, 0 if up else 1]), row))
        row = int(link[row, 2 if up else 3])
    return sorted(found, key=lambda e: (link[e[1], 4] != STAKE, -int(parts[e[1]]), capital.parties.names[e[0]]))


def _tree(capital: OwnershipGraph, name_of: Callable[[str], str], party: str, *, up: bool) -> dict[str, Any]:
    word = "holders" if up else "holdings"
    number = capital.parties.find(party)
    whole: dict[str, Any] = {word: []}
    waiting, seen = deque([(number, whole)]), {number}
    link = capital.stakes.link
    while waiting:
        one, branch = waiting.popleft()
        shown: dict[int, dict[str, Any]] = {}
        for other, row in _edges(capital, one, up=up):
            basis = int(link[row, 4])
            if other not in shown:
                name = capital.parties.names[other]
                leaf = {"party": name, "name": name_of(name), "share": "", "basis": "", "seen": other in seen}
                shown[other] = {**leaf, word: []}
                branch[word].append(shown[other])
                if other not in seen:
                    seen.add(other)
                    waiting.append((other, shown[other]))
            if basis == STAKE:
                shown[other]["share"] = percent(int(capital.stakes.parts[row]))
            else:
                shown[other]["basis"] = BASES[basis]
    return whole


def _depth(tree: dict[str, Any], word: str) -> int:
    waiting, most = [(tree, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        most = max(most, depth)
        waiting += [(leaf, depth + 1) for leaf in one[word]]
    return most


def search_limits(books: Books, party: str) -> int:
    """Return how often the search for circles was cut short (for one party, where named): there may be more circles."""
    scope = "WHERE entity = ?" if party else ""
    return int(books.duck.rows(f"SELECT count(*) FROM search_limit {scope}", [party] if party else [])[0][0])


def circles(books: Books, party: str, valid: dt.date | None, known: int | None) -> list[dict[str, Any]]:
    """Return the current circles, or those of a day and as known with an entry, each with its legs in order.

    Where a party is named, only those that it is in; a leg with several facts occurs once for each.
    """
    then = books.views_here(valid, known)
    trade, given = (
        f"({then.get(table, f'SELECT * FROM {table}')}) AS t" for table in ("trade_cycle", "guarantee_circle")
    )
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    legs = books.duck.rows(
        "SELECT flow, pattern, cycle, position, payer, payee, amount, since, name FROM ("
        f"SELECT flow, pattern, cycle, position, entity AS payer, payee, amount, day AS since, leg AS name FROM {trade} "
        "UNION ALL SELECT 'guarantee', 'in_force', circle, position, entity, debtor, amount_cny, since, guarantee "
        f"FROM {given}) ORDER BY flow, cycle, position, name"
    )
    for flow, pattern, cycle, position, payer, payee, amount, since, name in legs:
        leg = {"position": position, "payer": payer, "payee": payee, "amount": amount, "since": since, "name": name}
        found.setdefault((flow, pattern, cycle), []).append(leg)
    return [
        {"flow": flow, "pattern": pattern, "cycle": cycle, "legs": said}
        for (flow, pattern, cycle), said in found.items()
        if not party or any(party in (leg["payer"], leg["payee"]) for leg in said)
    ]
