"""The edges that companies should have, and the changes that bring the rows there: no more, and no less."""

from typing import Any

import numpy as np
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from comptroller.books.ownership.edges import EdgeRequest
from comptroller.graph.stakes import BASIS, HOLDER, STAKE, Stakes, edges_into, put_all

SIZE = 6
STAKES = st.lists(
    st.tuples(*[st.integers(0, SIZE - 1)] * 2, st.sampled_from([(0, 0, 0), (5, 10, 15), (30, 30, 30), (0, 60, 100)])),
    max_size=12,
)
REPORTS = st.tuples(
    STAKES, st.dictionaries(st.integers(0, SIZE - 1), st.sets(st.tuples(st.integers(0, 5), st.just(3))))
)
Reports = tuple[list[tuple[int, int, tuple[int, int, int]]], dict[int, set[tuple[int, int]]]]


def _wanted(reports: Reports) -> EdgeRequest:
    rows = sorted(reports[0], key=lambda row: row[1])
    companies = np.arange(SIZE, dtype=np.int32)
    start = np.append(np.searchsorted([c for _, c, _ in rows], companies), len(rows))
    cells = np.array([cell for *_, cell in rows], np.int64).reshape(-1, 3)
    return EdgeRequest(companies, start, np.array([h for h, *_ in rows], np.int32), cells, reports[1], {})


def _by_definition(reports: Reports) -> dict[tuple[int, int, int], tuple[int, ...]]:
    """Return the edges by the definition: reports of one holder add up; none in the middle is none."""
    result: dict[tuple[int, int, int], NDArray[np.int64]] = {}
    for holder, company, cell in reports[0]:
        result[holder, company, STAKE] = result.get((holder, company, STAKE), np.zeros(3, np.int64)) + cell
    reported = {key: tuple(sums.tolist()) for key, sums in result.items() if sums[1]}
    return reported | {(h, c, basis): (1, 1, 1) for c, edges in reports[1].items() for h, basis in edges}


class _Rows:
    """Rows of stakes with their bounds."""

    def __init__(self) -> None:
        self.stakes = Stakes(SIZE)
        self.low, self.high = np.zeros(200, np.int64), np.zeros(200, np.int64)
        self.stakes.make_room(180)

    @property
    def bounds(self) -> Any:
        return self.low, self.stakes.parts, self.high

    def put(self, want: EdgeRequest) -> int:
        """Change the rows to what is wanted; return how many edges changed."""
        put, asserted = want.turns(self.stakes, self.bounds)
        self.stakes.row_count = put_all(put, self.stakes.link, self.bounds, self.stakes.head, self.stakes.row_count)
        for holder, company, basis, holds in asserted:
            row = self.stakes.assert_control(holder, company, basis, holds=holds)
            self.low[row] = self.high[row] = int(holds)
        assert (self.stakes.local == -1).all()
        return len(put) + len(asserted)

    def edges(self) -> dict[tuple[int, int, int], tuple[int, ...]]:
        result = {}
        for company in range(SIZE):
            for row in edges_into(company, self.stakes.link, self.stakes.parts, self.stakes.head).tolist():
                key = (int(self.stakes.link[row, HOLDER]), company, int(self.stakes.link[row, BASIS]))
                assert key not in result
                result[key] = tuple(int(bound[row]) for bound in self.bounds)
        return result


@given(st.lists(REPORTS, min_size=1, max_size=4))
def test_the_rows_become_what_is_wanted(history: list[Reports]) -> None:
    """After any history the rows are what is wanted now; as many edges are put as differ, and then none."""
    rows = _Rows()
    for reported in history:
        was, now = rows.edges(), _by_definition(reported)
        assert rows.put(_wanted(reported)) == sum(was.get(key) != now.get(key) for key in was.keys() | now.keys())
        assert rows.edges() == now
        assert rows.put(_wanted(reported)) == 0
