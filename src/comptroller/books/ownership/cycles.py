"""Entities above which stakes go round: the equations for their shares, and a shortest way round."""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.ownership.stakes import WHOLE
from comptroller.graph.share import Shares
from comptroller.graph.stakes import STAKE
from comptroller.graph.weights import GOES_ROUND, Weights


def rounds(
    capital: OwnershipGraph, entities: NDArray[np.int32], share: Weights
) -> dict[int, tuple[list[Any], float, int]]:
    """Solve the equations of entities above which something goes round: (owner, ultimate, shares), gap, flags."""
    found = {}
    for at in np.flatnonzero(share.state == GOES_ROUND).tolist():
        found[at] = _solved(capital, int(entities[at]))
    return found


def _solved(capital: OwnershipGraph, entity: int) -> tuple[list[Any], float, int]:
    names, places, edges = [entity], {entity: 0}, []
    link, parts, head = capital.stakes.link, capital.stakes.parts, capital.stakes.head
    for company in names:
        row = int(head[company, 0])
        while row >= 0:
            holder = int(link[row, 0])
            if parts[row] > 0 and link[row, 4] == STAKE:
                if holder not in places:
                    places[holder] = len(names)
                    names.append(holder)
                edges.append((places[holder], places[company], row))
            row = int(link[row, 2])
    holders, companies, rows = (np.array(c, np.int64) for c in zip(*edges, strict=True))
    amounts = (capital.low, parts, np.minimum(capital.high, WHOLE))
    bounds = [Shares(len(names), holders, companies, amount[rows] / WHOLE) for amount in amounts]
    held = set(companies.tolist())
    shares = []
    for holder in range(1, len(names)):
        low, middle = bounds[0].of_owner(holder)[0], bounds[1].of_owner(holder)[0]
        high = max(float(bounds[2].most_of_owner(holder)[0]), float(middle))
        shares.append((names[holder], holder not in held, (float(low), float(middle), high)))
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
        into, row = [], int(head[company, 0])
        while row >= 0:
            if parts[row] > 0 and link[row, 4] == STAKE and link[row, 0] != company:
                into.append(row)
            row = int(link[row, 2])
        for row in sorted(into, key=lambda r: int(order[link[r, 0]])):
            holder = int(link[row, 0])
            if holder == entity:
                rows = [row]
                while int(link[rows[-1], 1]) != entity:
                    rows.append(below[int(link[rows[-1], 1])])
                return rows
            if holder not in below:
                below[holder] = row
                waiting.append(holder)
    return []
