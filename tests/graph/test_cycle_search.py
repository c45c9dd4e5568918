"""Order keys and marks of the walk behind one payment."""

from __future__ import annotations

import numpy as np
import pytest

from comptroller.graph.cycle_search import LATE, NEVER, keys
from comptroller.graph.cycles import CycleOptions, Cycles

LAW = CycleOptions(window=10).as_array()
STRICT = CycleOptions(window=10, strict=True).as_array()
FREE = CycleOptions(window=10, any_order=True).as_array()


@pytest.mark.parametrize(
    ("law", "time", "with_late", "expected"),
    [
        (LAW, 95, False, (NEVER, 95)),
        (LAW, 89, False, (NEVER, NEVER)),
        (LAW, 105, True, (105 - LATE, NEVER)),
        (LAW, 105, False, (NEVER, NEVER)),
        (LAW, 100, True, (100 - LATE, 100)),
        (STRICT, 100, True, (NEVER, NEVER)),
        (FREE, 105, False, (NEVER, 0)),
        (FREE, 111, False, (NEVER, NEVER)),
    ],
)
def test_keys_put_late_legs_before_early_ones(
    law: np.ndarray, time: int, with_late: bool, expected: tuple[int, int]
) -> None:
    """A leg after the payment sorts before every earlier one; an equal one is both, unless times must rise."""
    assert keys(time, 100, law, with_late) == expected


def test_a_long_chain_without_an_end_is_not_walked() -> None:
    """Where the marks cannot be met nothing is found, however many payments lead back, and nothing is cut."""
    count = 3000
    stream = Cycles(200, CycleOptions(window=10**6, legs=(2, 3), tolerance=1.0))
    rng = np.random.default_rng(1)
    source, target = rng.integers(0, 99, count), rng.integers(1, 100, count)
    low, high = np.minimum(source, target), np.maximum(source, target) + 1
    result = stream.feed(np.arange(count), low, high, np.full(count, 7))
    assert len(result) == 0
    assert len(result.cut) == 0
