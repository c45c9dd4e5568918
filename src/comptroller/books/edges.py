"""The edges into one company as whole numbers, a row (key, low, middle, high) each, so that thousands are compared at once."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership import Held
from comptroller.graph.stakes import BASIS, HOLDER, STAKE, Stakes, edges_into

_BASES = 1 << 8
"""A key is the holder, then the basis: no more bases than that."""
Edges = NDArray[np.int64]


def of_shares(shares: NDArray[np.int64]) -> Edges:
    """Give the edges of shares (holder, parts) that are known exactly; what has no parts is no edge."""
    some = shares[shares[:, 1] > 0]
    return np.column_stack((some[:, 0] * _BASES + STAKE, some[:, 1], some[:, 1], some[:, 1]))


def of_held(held: Mapping[int, Held], asserted: Iterable[tuple[int, int]]) -> Edges:
    """Give the edges of whatever is said of stakes, and those of assertions (holder, basis)."""
    rows = [(h * _BASES + STAKE, one.low, one.middle, one.high) for h, one in held.items() if one.middle > 0]
    rows += [(holder * _BASES + basis, 1, 1, 1) for holder, basis in {*asserted}]
    return np.array(sorted(rows), np.int64).reshape(-1, 4)


def of_rows(stakes: Stakes, low: NDArray[np.int64], high: NDArray[np.int64], company: int) -> Edges:
    """Give the edges that the kernels' rows have into a company."""
    rows = edges_into(company, stakes.link, stakes.parts, stakes.head)
    link = stakes.link[rows]
    found = np.column_stack(
        (link[:, HOLDER].astype(np.int64) * _BASES + link[:, BASIS], low[rows], stakes.parts[rows], high[rows])
    )
    ranked: Edges = found[np.argsort(found[:, 0])]
    return ranked


def parts_in(edges: Edges) -> int:
    """Give the sum of the parts of stakes."""
    return int(edges[edges[:, 0] % _BASES == STAKE, 2].sum())


def turned(had: Edges, want: Edges) -> list[tuple[int, int, int, int, int]]:
    """Give (holder, basis, low, middle, high) of what must be put, so that what was had becomes what is wanted; 0 ends one."""
    if len(had) == len(want) and (had == want).all():
        return []
    fresh = want[~_among(want, had, slice(0, 4))]
    gone = had[~_among(had, want, slice(0, 1))].copy()
    gone[:, 1:] = 0
    both = np.concatenate((gone, fresh))
    return [(key // _BASES, key % _BASES, low, middle, high) for key, low, middle, high in both.tolist()]


def _among(some: Edges, other: Edges, columns: slice) -> NDArray[np.bool_]:
    """Say of each edge whether the other has one of its key that is equal in those columns."""
    if not len(other):
        return np.zeros(len(some), np.bool_)
    at = np.minimum(np.searchsorted(other[:, 0], some[:, 0]), len(other) - 1)
    same: NDArray[np.bool_] = (other[at, columns] == some[:, columns]).all(axis=1)
    return same
