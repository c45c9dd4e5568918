"""What must be put so that the edges into a company are what is wanted: nothing more, and nothing less."""

import numpy as np
from hypothesis import given, strategies as st

from comptroller.books.edges import of_held, of_rows, of_shares, parts_in, turned
from comptroller.books.ownership import Held
from comptroller.graph.stakes import STAKE, Stakes

PARTS = st.dictionaries(st.integers(0, 5), st.sampled_from([0, 10, 30, 60]), max_size=6)
SAID = st.tuples(PARTS, st.sets(st.tuples(st.integers(0, 5), st.integers(1, 3)), max_size=3))


def _edges(parts: dict[int, int], asserted: set[tuple[int, int]]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    held = {h: Held(p, p, p, is_unsized=False, is_asserted=False) for h, p in parts.items()}
    return of_held(held, asserted)


@given(SAID, SAID)
def test_what_turned_leads_from_one_to_the_other(
    before: tuple[dict[int, int], set[tuple[int, int]]], after: tuple[dict[int, int], set[tuple[int, int]]]
) -> None:
    """Put into the rows that had the one, it makes them the other; an edge that is equal is not put again."""
    stakes, had, want = Stakes(7), _edges(*before), _edges(*after)
    low = high = np.zeros(64, np.int64)
    for step in (turned(of_rows(stakes, low, high, 6), had), turned(had, want)):
        for holder, basis, least, middle, most in step:
            put = stakes.set_stake(holder, 6, middle) if basis == STAKE else None
            row = stakes.assert_control(holder, 6, basis, holds=middle > 0) if put is None else put
            low[row], high[row] = least, most
    assert of_rows(stakes, low, high, 6).tolist() == want.tolist()
    assert turned(want, want) == []
    differ = {*map(tuple, had.tolist())} ^ {*map(tuple, want.tolist())}
    assert len(turned(had, want)) == len({key for key, *_ in differ})


@given(PARTS)
def test_shares_alone_are_told_as_what_is_held(parts: dict[int, int]) -> None:
    """Shares that are known exactly give the same edges as what is held; their parts are summed."""
    shares = np.array(sorted(parts.items()), np.int64).reshape(-1, 2)
    assert of_shares(shares).tolist() == _edges(parts, set()).tolist()
    assert parts_in(_edges(parts, {(1, 2)})) == sum(parts.values())
