"""The issues of stakes are the same, whether shares are taken together or reports one by one."""

import numpy as np
from hypothesis import given, strategies as st

from comptroller.books.ownership.stake_issues import plain_issues, stake_issues_of
from comptroller.books.ownership.stakes import PARTS, StakeRecord

SHARES = st.dictionaries(
    st.tuples(*[st.integers(0, 3)] * 2), st.sampled_from([0, 30 * PARTS, 60 * PARTS, 100 * PARTS]), max_size=8
)


@given(SHARES)
def test_exact_shares_have_the_faults_of_what_is_held(shares: dict[tuple[int, int], int]) -> None:
    """Own stakes, sums above the whole and sums of nothing are found by both, and nothing else by either."""
    rows = np.array(sorted((c, h, p) for (c, h), p in shares.items()), np.int64).reshape(-1, 3)
    one_by_one = {}
    for company in {c for c, _ in shares}:
        holders = {
            h: StakeRecord(p, p, p, is_unsized=False, is_asserted=False) for (c, h), p in shares.items() if c == company
        }
        if result := stake_issues_of(company, holders, "abcd"):
            one_by_one[company] = result
    assert plain_issues(rows) == one_by_one
