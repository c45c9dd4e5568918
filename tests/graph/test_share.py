"""Effective shares against exact fractions: chains, loops, gaps, ranges, and data that cannot be right."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.graph.share import ENDLESS, OVER, UNSIZED, RangedShares, Shares
from tests.graph.reference import Edges, lawful_edges, slow_share, stake_edges

SIZE = 7


def shares_of(size: int, stakes: Edges) -> Shares:
    """Direct shares from triples in percent."""
    holder, company, parts = zip(*stakes, strict=True) if stakes else ((), (), ())
    return Shares(size, holder, company, np.array(parts) / 100)


def exact(stakes: Edges) -> list[tuple[int, int, Fraction]]:
    """The same as fractions."""
    return [(holder, company, Fraction(parts, 100)) for holder, company, parts in stakes]


def roots(stakes: Edges) -> list[int]:
    """Who is not held."""
    return sorted(set(range(SIZE)) - {company for _, company, _ in stakes})


@settings(max_examples=70, deadline=None)
@given(lawful_edges(SIZE), st.integers(0, SIZE - 1))
def test_one_owner_equals_exact_fractions(stakes: Edges, owner: int) -> None:
    """Any owner's share of everything equals the rational solution to nine digits, wherever no loop is endless."""
    made = shares_of(SIZE, stakes)
    expected = slow_share(SIZE, exact(stakes), owner)
    if expected is not None and not (made.flags & ENDLESS).any():
        assert np.allclose(made.of_owner(owner), [float(x) for x in expected], rtol=0, atol=1e-9)
    else:
        assert np.isfinite(made.of_owner(owner)).all()


@settings(max_examples=70, deadline=None)
@given(lawful_edges(SIZE))
def test_owners_and_gap_are_the_whole(stakes: Edges) -> None:
    """In lawful data the ultimate owners, the gap and what was dropped sum to 1 in every held entity."""
    made = shares_of(SIZE, stakes)
    everyone = made.every_owner(0.05)
    merged_stakes = sorted({company for _, company, _ in stakes})
    for entity in merged_stakes:
        owners, gap = made.owners_of(entity)
        assert sum(owners.values()) + gap == pytest.approx(1, abs=1e-9)
        assert gap == pytest.approx(made.gap[entity], abs=1e-9)
        total = sum(everyone.of(entity).values()) + everyone.gap[entity] + everyone.dropped[entity]
        assert total == pytest.approx(1, abs=1e-9)


@settings(max_examples=70, deadline=None)
@given(stake_edges(SIZE))
def test_down_up_and_all_agree(stakes: Edges) -> None:
    """One owner down, one entity up and all owners at once have the same shares, on any data, and never crash."""
    made = shares_of(SIZE, stakes)
    everyone = made.every_owner()
    table = {owner: made.of_owner(owner) for owner in roots(stakes)}
    for entity in range(SIZE):
        if entity in table:
            assert everyone.of(entity) == {}
            continue
        up, gap = made.owners_of(entity)
        assert gap == pytest.approx(made.gap[entity], rel=1e-6, abs=1e-9)
        for owner, down in table.items():
            assert up.get(owner, 0.0) == pytest.approx(down[entity], rel=1e-6, abs=1e-9)
            assert everyone.of(entity).get(owner, 0.0) == pytest.approx(down[entity], rel=1e-6, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    lawful_edges(SIZE),
    st.integers(0, SIZE - 1),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=30, max_size=30),
)
def test_a_range_holds_every_truth_within_it(stakes: Edges, owner: int, slack: list[tuple[int, int]]) -> None:
    """If the direct shares lie within their ranges, so do the effective ones; an exact share is its own range."""
    low = [(h, c, max(p - a, 0)) for (h, c, p), (a, _) in zip(stakes, slack, strict=False)]
    high = [(h, c, min(p + b, 100)) for (h, c, p), (_, b) in zip(stakes, slack, strict=False)]
    holder, company = [s[0] for s in stakes], [s[1] for s in stakes]
    ranged = RangedShares(SIZE, holder, company, [s[2] / 100 for s in low], [s[2] / 100 for s in high]).of_owner(owner)
    truth = shares_of(SIZE, stakes)
    if (truth.flags & ENDLESS).any():
        return
    middle = truth.of_owner(owner)
    assert (ranged.lower <= middle + 1e-9).all()
    assert (middle <= ranged.upper + 1e-9).all()
    assert (ranged.lower <= ranged.middle + 1e-9).all()
    assert (ranged.middle <= ranged.upper + 1e-9).all()
    exactly = RangedShares(SIZE, holder, company, [s[2] / 100 for s in stakes], [s[2] / 100 for s in stakes]).of_owner(
        owner
    )
    assert np.allclose(exactly.lower, exactly.upper, atol=1e-9)


def test_cross_holding_worked_by_hand() -> None:
    """P has 60% of A, A 50% of B, B 20% of A: P's share of A is 0.6 / (1 - 0.1), of B half of that.

    20% of A and half of B are not disclosed.
    """
    made = shares_of(3, [(0, 1, 60), (1, 2, 50), (2, 1, 20)])
    assert made.of_owner(0).tolist() == pytest.approx([1, 0.6 / 0.9, 0.3 / 0.9])
    assert made.gap.tolist() == pytest.approx([0, (0.2 + 0.2 * 0.5) / 0.9, 0.5 + 0.5 * 0.3 / 0.9])
    assert made.of_owner(1).tolist() == pytest.approx([0, 1, 0.5]), "a company does not own itself through others"


def test_own_shares_are_taken_out() -> None:
    """A company that holds a fifth of itself belongs wholly to who has the other four fifths."""
    made = shares_of(2, [(0, 1, 80), (1, 1, 20)])
    assert made.of_owner(0)[1] == pytest.approx(1)
    assert made.owners_of(1)[0] == pytest.approx({0: 1})


def test_a_loop_without_solution_is_a_finding() -> None:
    """Two companies that own one another wholly have no owner: all gap, flagged; and so for what they hold."""
    made = shares_of(4, [(0, 1, 100), (1, 0, 100), (1, 2, 70), (3, 2, 30)])
    assert made.flags.tolist() == [ENDLESS, ENDLESS, 0, 0]
    assert made.gap.tolist() == pytest.approx([1, 1, 0.7, 0])
    assert made.of_owner(3).tolist() == pytest.approx([0, 0, 0.3, 1])
    assert made.of_owner(0).tolist() == pytest.approx([1, 1, 0.7, 0])


def test_sums_above_the_whole_and_unknown_sizes_are_flagged() -> None:
    """A company above 100% has its figures and a flag; a stake of unknown size is gap and flag."""
    made = Shares(4, [0, 1, 0], [2, 2, 3], [0.7, 0.6, np.nan])
    assert made.flags.tolist() == [0, 0, OVER, UNSIZED]
    assert made.of_owner(0)[2] == pytest.approx(0.7)
    assert made.gap.tolist() == [0, 0, 0, 1]


def test_a_wide_loop_is_solved_too() -> None:
    """A ring of two thousand companies, too wide for a dense solve, equals its closed form."""
    size = 2001
    holder = np.append(np.arange(2000), 2000)
    company = np.append((np.arange(2000) + 1) % 2000, 0)
    made = Shares(size, holder, company, np.append(np.full(2000, 0.9), 0.1))
    shares = made.of_owner(2000)
    expected = 0.1 * 0.9 ** np.arange(2000) / (1 - 0.9**2000)
    assert np.allclose(shares[:2000], expected, atol=1e-12)


def test_media_register_shares_are_whole(
    media_register: tuple[int, list[tuple[int, int, float | None]], list[int]],
) -> None:
    """In the real register owners and gap sum to 1 wherever no sum above 100% lies upstream, and the flags name those
    that do.
    """
    size, rows, _ = media_register
    made = Shares(
        size, [r[0] for r in rows], [r[1] for r in rows], [np.nan if r[2] is None else r[2] / 100 for r in rows]
    )
    over = np.flatnonzero(made.flags & OVER)
    tainted = np.sum([made.of_owner(int(entity)) for entity in over], axis=0) > 0
    for entity in {r[1] for r in rows}:
        owners, gap = made.owners_of(entity)
        if not tainted[entity]:
            assert sum(owners.values()) + gap == pytest.approx(1, abs=1e-6)
    assert len(over) > 0
