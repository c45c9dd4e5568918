"""Entities above which stakes go round: the equations for their shares, and a shortest way round."""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.ownership.stakes import WHOLE
from comptroller.graph.share import Shares
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, IN, NEXT_IN, STAKE
from comptroller.graph.weights import GOES_ROUND, Weights


def rounds(
    capital: OwnershipGraph, entities: NDArray[np.int32], share: Weights
) -> dict[int, tuple[list[Any], float, int]]:
    """Solve the equations of entities above which something goes round: (owner, ultimate, shares), gap, flags."""
    solved = {}
    for at in np.flatnonzero(share.state == GOES_ROUND).tolist():
        solved[at] = _solved(capital, int(entities[at]))
    return solved


def _solved(capital: OwnershipGraph, entity: int) -> tuple[list[Any], float, int]:
    names, places, edges = [entity], {entity: 0}, []
    link, parts, head = capital.stakes.link, capital.stakes.parts, capital.stakes.head
    for company in names:
        row = int(head[company, IN])
        while row >= 0:
            holder = int(link[row, HOLDER])
            if parts[row] > 0 and link[row, BASIS] == STAKE:
                if holder not in places:
                    places[holder] = len(names)
                    names.append(holder)
                edges.append((places[holder], places[company], row))
            row = int(link[row, NEXT_IN])
    holders, companies, rows = (np.array(c, np.int64) for c in zip(*edges, strict=True))
    amounts = (capital.low, parts, np.minimum(capital.high, WHOLE))
    bounds = [Shares(len(names), holders, companies, amount[rows] / WHOLE) for amount in amounts]
    has_holders = set(companies.tolist())
    shares = []
    for holder in range(1, len(names)):
        low, middle = bounds[0].of_owner(holder)[0], bounds[1].of_owner(holder)[0]
        high = max(float(bounds[2].most_of_owner(holder)[0]), float(middle))
        shares.append((names[holder], holder not in has_holders, (float(low), float(middle), high)))
    return shares, float(bounds[1].gap[0]), int(bounds[1].flags[0])


def shortest_ring(capital: OwnershipGraph, entity: int) -> list[int]:
    """Return the stakes of a shortest way round from the entity up and back to it, from it down; empty where there is
    none.

    Among ways of one length, the holders that were named first decide, by their own order.
    """
    link, parts, head, order = capital.stakes.link, capital.stakes.parts, capital.stakes.head, capital.parties.order
    below: dict[int, int] = {}
    waiting = deque([entity])
    while waiting:
        company = waiting.popleft()
        into, row = [], int(head[company, IN])
        while row >= 0:
            if parts[row] > 0 and link[row, BASIS] == STAKE and link[row, HOLDER] != company:
                into.append(row)
            row = int(link[row, NEXT_IN])
        for row in sorted(into, key=lambda r: int(order[link[r, HOLDER]])):
            holder = int(link[row, HOLDER])
            if holder == entity:
                rows = [row]
                while int(link[rows[-1], COMPANY]) != entity:
                    rows.append(below[int(link[rows[-1], COMPANY])])
                return rows
            if holder not in below:
                below[holder] = row
                waiting.append(holder)
    return []
