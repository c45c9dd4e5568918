"""What the edges into companies ought to be, by the stakes and assertions that hold on a day, and what is wrong with them."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership.bases import Assertions, Bases
from comptroller.books.ownership.stake_issues import Fault, plain_issues, stake_issues_of
from comptroller.books.ownership.stakes import Ownership
from comptroller.graph.stakes import Stakes, unlike

Bounds = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class EdgeRequest:
    """Stakes by company: low, middle and high of `holder[start[i]:start[i+1]]` in `companies[i]`, in ascending order.

    `asserted` has (holder, basis) by company, where there are any; `faults` has faults by company.
    """

    companies: NDArray[np.int32]
    start: NDArray[np.int64]
    holder: NDArray[np.int32]
    cells: NDArray[np.int64]
    asserted: dict[int, set[tuple[int, int]]]
    faults: dict[int, list[Fault]]

    def turns(self, stakes: Stakes, bounds: Bounds) -> tuple[NDArray[np.int64], list[tuple[int, int, int, bool]]]:
        """Return what `put_all` must put, and (holder, company, basis, holds) of assertions that come or go."""
        put, rows = unlike(
            self.companies, self.start, self.holder, self.cells, stakes.link, bounds, stakes.head, stakes.local
        )
        had: dict[int, set[tuple[int, int]]] = {}
        for holder, company, _, _, basis in stakes.link[rows].tolist():
            had.setdefault(company, set()).add((holder, basis))
        turns = []
        for company in sorted(had.keys() | self.asserted.keys()):
            was, now = had.get(company, set()), self.asserted.get(company, set())
            turns += [(holder, company, basis, (holder, basis) in now) for holder, basis in sorted(was ^ now)]
        return put, turns


def edge_request(  # noqa: PLR0913, PLR0917 - all that is known of companies
    companies: Collection[int],
    ownership: Ownership,
    assertions: Assertions,
    bases: Bases,
    day: int | None,
    names: list[str],
) -> EdgeRequest:
    """Return what the edges into those companies ought to be on a day; exact shares are taken together, the
    rest one by one.
    """
    chosen = np.array(sorted(companies), np.int32)
    shares, odd = ownership.plain(chosen, day)
    odd |= assertions.concern(chosen, shares, bases)
    faults, asserted, rows = {}, {}, []
    for company in sorted(odd):
        holders = ownership.holders(company, day)
        rows += [
            (company, h, record.low, record.middle, record.high) for h, record in holders.items() if record.middle > 0
        ]
        if wrong := stake_issues_of(company, holders, names):
            faults[company] = wrong
        if edges := assertions.of(company, holders, bases):
            asserted[company] = edges
    if odd:
        shares = shares[~np.isin(shares[:, 0], sorted(odd))]
    faults |= plain_issues(shares)
    cells = np.column_stack((shares, shares[:, 2], shares[:, 2]))
    if rows:
        cells = np.concatenate((cells, np.array(rows, np.int64)))
        cells = cells[np.argsort(cells[:, 0], kind="stable")]
    start = np.append(np.searchsorted(cells[:, 0], chosen), len(cells))
    return EdgeRequest(
        chosen, start, cells[:, 1].astype(np.int32), np.ascontiguousarray(cells[:, 2:]), asserted, faults
    )
