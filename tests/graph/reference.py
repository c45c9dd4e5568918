"""Slow and obvious answers, with sets and fractions, to hold the kernels against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from hypothesis import strategies as st

Edges = Sequence[tuple[int, int, int]]


def stake_edges(size: int, parts: int = 100) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """Draw any stakes: loops, doubles, own shares, sums above the whole."""
    ids = st.integers(0, size - 1)
    return st.lists(
        st.tuples(ids, ids, st.sampled_from([0, 1, 10, 20, 26, 30, 40, 50, 51, 60, parts])), max_size=3 * size
    )


def lawful_edges(size: int) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """Stakes that never exceed the whole of a company."""

    def cut(edges: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        left = dict.fromkeys(range(size), 100)
        stored = []
        for holder, company, amount in edges:
            if amount <= left[company]:
                left[company] -= amount
                stored.append((holder, company, amount))
        return stored

    return stake_edges(size).map(cut)


def asserted_edges(size: int) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """A few asserted edges (holder, company, basis)."""
    ids = st.integers(0, size - 1)
    return st.lists(st.tuples(ids, ids, st.integers(1, 3)), max_size=3)


def slow_control(size: int, stakes: Edges, asserted: Edges, threshold: int) -> set[tuple[int, int]]:
    """The least fixpoint, owner by owner, by doing the definition again until nothing is added."""
    pairs = set()
    for owner in range(size):
        inside = {owner}
        while True:
            new = set()
            for company in set(range(size)) - inside:
                holders = sum(
                    amount for holder, held_company, amount in stakes if held_company == company and holder in inside
                )
                if holders > threshold or any(h in inside and c == company for h, c, _ in asserted):
                    new.add(company)
            if not new:
                break
            inside |= new
        pairs |= {(owner, company) for company in inside - {owner}}
    return pairs


def merged(stakes: Edges) -> dict[tuple[int, int], int]:
    """Stakes with those of one holder in one company added up."""
    total: dict[tuple[int, int], int] = {}
    for holder, company, amount in stakes:
        total[holder, company] = total.get((holder, company), 0) + amount
    return {pair: amount for pair, amount in total.items() if amount}


def solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """X of `matrix x = right` by elimination in fractions; None if singular."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(size):
        pivot = next((r for r in range(i, size) if rows[r][i] != 0), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(size):
            if r != i and rows[r][i] != 0:
                rows[r] = [a - rows[r][i] * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


def slow_share(size: int, shares: Iterable[tuple[int, int, Fraction]], owner: int) -> list[Fraction] | None:
    """The owner's integrated share of everything: e_j = sum over k of e_k a_kj, with e_owner = 1 (Baldone's cut);
    exact.
    """
    matrix = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    for holder, company, share in shares:
        if company != owner:
            matrix[company][holder] -= share
    return solve(matrix, [Fraction(int(j == owner)) for j in range(size)])
