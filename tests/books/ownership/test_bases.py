"""Bases of control: the policy of a day, and who asserts control by agreement, board, document or statute."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, strategies as st

from comptroller.books.ownership.bases import (
    AGREEMENT,
    ASSERTED,
    BASES,
    BOARD,
    LIST,
    STATUTORY,
    Assertions,
    Bases,
    bases_on,
)
from comptroller.books.ownership.stakes import PARTS, StakeRecord
from comptroller.books.register.party_ids import PartyIds
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack

EVERY = frozenset({AGREEMENT, BOARD, ASSERTED, STATUTORY})
POLICY = Bases(50 * PARTS, 50.0, EVERY)
COLUMNS = {
    "relation": "left_party VARCHAR, right_party VARCHAR, relation VARCHAR",
    "entity": "entity VARCHAR, parent VARCHAR, form VARCHAR, is_owner BOOLEAN",
    "post": "entity VARCHAR, person VARCHAR, post VARCHAR, appointed_by VARCHAR",
    "body": "entity VARCHAR, body VARCHAR, seats INTEGER",
}


def asserting(**rows: Sequence[tuple[object, ...]]) -> tuple[Assertions, PartyIds, DuckDb]:
    """Return assertions over tables with those rows."""
    duck, parties = DuckDb(), PartyIds()
    for kind, columns in COLUMNS.items():
        duck.execute(f"CREATE TABLE {kind} ({columns})")
        for row in rows.get(kind, []):
            duck.execute(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(row))})", list(row))
    assertions = Assertions(parties)
    assertions.read_relations(duck, _rows)
    assertions.read(duck, _rows, POLICY, None)
    return assertions, parties, duck


def _rows(kind: str) -> str:
    return f"SELECT * FROM {kind}"


def edges(assertions: Assertions, parties: PartyIds, company: str, **shares: int) -> set[tuple[str, str]]:
    """Return the asserted edges into a company with these holders, by name and basis."""
    holders = {parties.number(h): _record(share) for h, share in shares.items()}
    result = assertions.of(parties.number(company), holders, POLICY)
    return {(parties.names[holder], BASES[basis]) for holder, basis in result}


def _record(share: int, *, is_asserted: bool = False) -> StakeRecord:
    return StakeRecord(share * PARTS, share * PARTS, share * PARTS, is_unsized=False, is_asserted=is_asserted)


def test_the_policy_of_a_day_has_the_lines_in_force() -> None:
    """A line counts from its first day to the day before its end; without a day, only lines without end count."""
    base = pack("base")
    line = base.lists[LIST].lines[0]
    start, end = dt.date(2024, 1, 1), dt.date(2025, 1, 1)
    dated = [
        replace(line, item="shares", share_pct=40.0, valid_from=start, valid_until=end),
        replace(line, item="shares", share_pct=50.0, valid_from=end, valid_until=None),
        replace(line, item="board_majority", share_pct=60.0, valid_from=start, valid_until=end),
    ]
    policy = replace(base, lists={**base.lists, LIST: replace(base.lists[LIST], lines=tuple(dated))})
    assert bases_on(policy, start) == Bases(40 * PARTS, 60.0, frozenset({BOARD}))
    assert bases_on(policy, end - dt.timedelta(days=1)) == bases_on(policy, start)
    assert bases_on(policy, end) == bases_on(policy, None) == Bases(50 * PARTS, 100.0, frozenset())
    assert bases_on(policy, start - dt.timedelta(days=1)) == Bases()
    assert bases_on(replace(base, lists={}), start) == Bases()


def test_the_largest_holder_needs_a_partner() -> None:
    """An agreement about the company, or with another holder, makes the one largest holder its controller."""
    for other in ("C", "B"):
        assertions, parties, _ = asserting(relation=[("A", other, "agreement")])
        assert edges(assertions, parties, "C", A=40, B=30) == {("A", "agreement")}
    assertions, parties, _ = asserting(relation=[("A", "X", "agreement")])
    assert edges(assertions, parties, "C", A=40, B=30) == set()
    assertions, parties, _ = asserting(relation=[("A", "C", "agreement")])
    assert edges(assertions, parties, "C", A=30, B=30) == set()


@given(st.integers(1, 50), st.integers(1, 50))
def test_holders_in_concert_must_pass_together(first: int, second: int) -> None:
    """The larger of two holders in concert leads exactly if together they pass the threshold and differ."""
    assertions, parties, _ = asserting(relation=[("A", "B", "acting_in_concert")])
    wanted = set()
    if first + second > POLICY.threshold // PARTS and first != second:
        wanted = {("A" if first > second else "B", "agreement")}
    assert edges(assertions, parties, "C", A=first, B=second) == wanted


def test_concert_is_transitive_and_agreements_are_not() -> None:
    """Parties act in concert over any number of steps; an agreement joins its two parties only."""
    assertions, parties, _ = asserting(
        relation=[
            ("A", "B", "acting_in_concert"),
            ("B", "C", "acting_in_concert"),
            ("C", "D", "agreement"),
            ("D", "E", "agreement"),
        ]
    )
    assert {parties.names[n] for n in assertions.groups([parties.find("A")])} == {"A", "B", "C"}
    assert {parties.names[n] for n in assertions.groups([parties.find("D")])} == {"C", "D", "E"}
    assert {parties.names[n] for n in assertions.agreeing()} == {"A", "B", "C", "D", "E"}


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 12))
def test_a_board_is_won_by_more_than_its_share(mine: int, others: int, seats: int) -> None:
    """A party has the board if its appointees pass the share of all seats, or of the filled ones where these are more."""
    posts = [("C", f"P{n}", "director", "A" if n < mine else "B") for n in range(mine + others)]
    posts += [("C", "P0", "chair", "A")] if mine else []
    assertions, parties, _ = asserting(post=posts, body=[("C", "board", seats)])
    size = max(mine + others, seats)
    wanted = {(name, "board_majority") for name, count in (("A", mine), ("B", others)) if 2 * count > size}
    assert edges(assertions, parties, "C") == wanted


def test_documents_and_statutes() -> None:
    """A relation, or a stake, may assert control; an owner's body has its solely state-owned entities by statute."""
    assertions, parties, _ = asserting(
        relation=[("A", "C", "controls")],
        entity=[("O", None, "public_body", True), ("S", "O", "sole_state", False), ("T", "O", "limited", False)],
    )
    assert edges(assertions, parties, "C") == {("A", "asserted")}
    assert edges(assertions, parties, "S") == {("O", "statutory")}
    assert edges(assertions, parties, "T") == set()
    holders = {parties.number("B"): _record(10, is_asserted=True)}
    assert (parties.number("B"), ASSERTED) in assertions.of(parties.number("C"), holders, POLICY)


@given(st.sets(st.sampled_from(sorted(EVERY))))
def test_only_counted_bases_assert(counted: set[int]) -> None:
    """An edge is asserted exactly by the bases that the policy counts."""
    assertions, parties, _ = asserting(
        relation=[("A", "C", "controls"), ("A", "C", "agreement")],
        entity=[("O", None, "public_body", True), ("C", "O", "sole_state", False)],
        post=[("C", "P", "director", "A")],
    )
    policy = replace(POLICY, counted=frozenset(counted))
    holders = {parties.number("A"): _record(40)}
    assert {basis for _, basis in assertions.of(parties.number("C"), holders, policy)} == counted


def test_reading_again_follows_the_facts() -> None:
    """Companies that are read again have their current edges, and others their previous ones."""
    assertions, parties, duck = asserting(relation=[("A", "C", "controls"), ("A", "D", "controls")])
    assert {parties.names[n] for n in assertions.companies()} == {"C", "D"}
    duck.execute("DELETE FROM relation")
    assertions.read(duck, _rows, POLICY, [parties.number("C")])
    assert {parties.names[n] for n in assertions.companies()} == {"D"}
    assert {parties.names[n] for n in assertions.holders(parties.number("D"))} == {"A"}


def test_companies_that_need_more_than_shares() -> None:
    """Companies with edges, or with a holder that has an agreement where agreements count, need more than shares."""
    assertions, parties, _ = asserting(relation=[("A", "B", "agreement"), ("X", "E", "controls")])
    numbers = parties.numbers(["C", "D", "E"])
    shares = np.array([(numbers[0], parties.number("A"), 10), (numbers[1], parties.number("X"), 10)], np.int64)
    assert assertions.concern(numbers, shares, POLICY) == {int(numbers[0]), int(numbers[2])}
    assert assertions.concern(numbers, shares, replace(POLICY, counted=frozenset())) == {int(numbers[2])}
