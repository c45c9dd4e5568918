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
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, NEXT_OUT, OUT, STAKE


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
        graph = self._books.graph
        if self._known is None and self.day == graph.day and (graph.is_open or about is None):
            return graph.capital
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
        tables_by_name = rows_of(capital, capital.numbers([entity]))
        tables = {name: rows.to_pylist() for name, rows in tables_by_name.items()}
        tops = {row["owner"] for row in tables["ultimate_controller"]}
        controllers = [
            {**row, "name": self._name(row["owner"]), "is_ultimate": row["owner"] in tops} for row in tables["controls"]
        ]
        controllers.sort(key=lambda row: (row["steps"], row["owner"]))
        return {**self._of(entity), "controllers": controllers, "issues": tables["stake_issue"]}

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
        chains = capital.chains(lower)
        mine = [at for at in range(len(chains)) if len(number) and chains.owner[at] == number[0]]
        names = capital.parties.names
        controlled = [
            {
                "entity": names[chains.entity[at]],
                "basis": BASES[int(chains.basis[at])],
                "path": path_text(capital, chains.chain(at)),
            }
            for at in mine
        ]
        controlled.sort(key=lambda row: (row["path"].count(">"), row["path"]))
        tree = _tree(capital, self._name, party, up=False)
        counts = {"held": max(0, len(lower) - 1), "levels": _depth(tree, "holdings")}
        return {**self._of(party), **counts, "holdings": tree["holdings"], "controlled": controlled}

    def related(self, party: str, steps: int | None = None) -> dict[str, Any]:
        """Return who is related to a party over so many ties; over all ways that count, if None."""
        ties = self._relations()
        relations, hubs = ties.around(party, steps or ties.most_steps)
        return {**self._of(party), "related": relations, "hubs": hubs}

    def path(self, upper: str, lower: str) -> dict[str, Any]:
        """Return the chain of control from one to the other, or else a shortest way of stakes, in either direction."""
        capital = self._graph([upper, lower])
        for owner, entity in ((upper, lower), (lower, upper)):
            ends = (capital.parties.find(owner), capital.parties.find(entity))
            if min(ends) < 0:
                continue
            number = np.array([ends[1]], np.int32)
            chains = capital.chains(number)
            owned = [row for row in rows_of(capital, number)["effective_share"].to_pylist() if row["owner"] == owner]
            share = owned[0]["share_pct"] if owned else 0
            for at in range(len(chains)):
                if chains.owner[at] == ends[0]:
                    path = path_text(capital, chains.chain(at))
                    return {"path": path, "basis": BASES[int(chains.basis[at])], "share_pct": share}
            rows = _way(capital, *ends)
            if rows:
                return {"path": path_text(capital, rows), "basis": "", "share_pct": share}
        return {"path": "", "basis": "", "share_pct": 0}


def _way(capital: OwnershipGraph, top: int, bottom: int) -> list[int]:
    came: dict[int, int] = {}
    waiting = deque([bottom])
    while waiting:
        party = waiting.popleft()
        for holder, row in _edges(capital, party, up=True):
            if holder not in came and holder != bottom:
                came[holder] = row
                waiting.append(holder)
    rows: list[int] = []
    while top != bottom and top in came:
        rows.append(came[top])
        top = int(capital.stakes.link[rows[-1], COMPANY])
    return rows


def _edges(capital: OwnershipGraph, number: int, *, up: bool) -> list[tuple[int, int]]:
    """Return (party, row) of the stakes and assertions into a party, or out of it, the largest first."""
    if not 0 <= number < capital.stakes.size:
        return []
    link, parts = capital.stakes.link, capital.stakes.parts
    edges, row = [], int(capital.stakes.head[number, IN if up else OUT])
    while row >= 0:
        if parts[row] > 0:
            edges.append((int(link[row, HOLDER if up else COMPANY]), row))
        row = int(link[row, NEXT_IN if up else NEXT_OUT])
    return sorted(edges, key=lambda e: (link[e[1], BASIS] != STAKE, -int(parts[e[1]]), capital.parties.names[e[0]]))


def _tree(capital: OwnershipGraph, name_of: Callable[[str], str], party: str, *, up: bool) -> dict[str, Any]:
    word = "holders" if up else "holdings"
    number = capital.parties.find(party)
    tree: dict[str, Any] = {word: []}
    waiting, visited = deque([(number, tree)]), {number}
    link = capital.stakes.link
    while waiting:
        node, branch = waiting.popleft()
        leaves: dict[int, dict[str, Any]] = {}
        for other, row in _edges(capital, node, up=up):
            basis = int(link[row, BASIS])
            if other not in leaves:
                name = capital.parties.names[other]
                leaf = {"party": name, "name": name_of(name), "share": "", "basis": "", "seen": other in visited}
                leaves[other] = {**leaf, word: []}
                branch[word].append(leaves[other])
                if other not in visited:
                    visited.add(other)
                    waiting.append((other, leaves[other]))
            if basis == STAKE:
                leaves[other]["share"] = percent(int(capital.stakes.parts[row]))
            else:
                leaves[other]["basis"] = BASES[basis]
    return tree


def _depth(tree: dict[str, Any], word: str) -> int:
    waiting, most = [(tree, 0)], 0
    while waiting:
        branch, depth = waiting.pop()
        most = max(most, depth)
        waiting += [(leaf, depth + 1) for leaf in branch[word]]
    return most


def search_limits(books: Books, party: str) -> int:
    """Return how often the search for circles was cut short (for one party, where named): there may be more circles."""
    scope = "WHERE entity = ?" if party else ""
    return int(books.duck.rows(f"SELECT count(*) FROM search_limit {scope}", [party] if party else [])[0][0])


def circles(books: Books, party: str, valid: dt.date | None, known: int | None) -> list[dict[str, Any]]:
    """Return the current circles, or those of a day and as known with an entry, each with its legs in order.

    Where a party is named, only those that it is in; a leg with several facts occurs once for each.
    """
    tables = books.views_here(valid, known)
    trade, guarantees = (
        f"({tables.get(table, f'SELECT * FROM {table}')}) AS t" for table in ("trade_cycle", "guarantee_circle")
    )
    legs_by_circle: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    legs = books.duck.rows(
        "SELECT flow, pattern, cycle, position, payer, payee, amount, since, name FROM ("
        f"SELECT flow, pattern, cycle, position, entity AS payer, payee, amount, day AS since, leg AS name FROM {trade} "
        "UNION ALL SELECT 'guarantee', 'in_force', circle, position, entity, debtor, amount_cny, since, guarantee "
        f"FROM {guarantees}) ORDER BY flow, cycle, position, name"
    )
    for flow, pattern, cycle, position, payer, payee, amount, since, name in legs:
        leg = {"position": position, "payer": payer, "payee": payee, "amount": amount, "since": since, "name": name}
        legs_by_circle.setdefault((flow, pattern, cycle), []).append(leg)
    return [
        {"flow": flow, "pattern": pattern, "cycle": cycle, "legs": members}
        for (flow, pattern, cycle), members in legs_by_circle.items()
        if not party or any(party in (leg["payer"], leg["payee"]) for leg in members)
    ]
