"""Rows about control and shares: exact decimals, differences that lead from one state to the next, and readable paths."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books.ownership import control_rows
from comptroller.books.ownership.control_rows import (
    COLUMNS,
    ControlEvidence,
    apart,
    evidence_of,
    in_order,
    limits,
    parts_of,
    path_text,
    percent,
    roots_of,
    rows_of,
    share_table,
    table_of,
)
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.books.ownership.stakes import PARTS, WHOLE
from comptroller.graph.control_candidates import ANY
from tests.laws.stakes import FACT
from tests.laws.worlds import Row, World, pack

SIZE = 5
share_rows = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)),
    st.tuples(*[st.integers(0, WHOLE)] * 4, st.integers(0, 1)),
    max_size=8,
).map(lambda rows: in_order(np.array([(*key, *row) for key, row in rows.items()], np.int64).reshape(-1, 7)))


def graph(*facts: tuple[str, Row]) -> OwnershipGraph:
    """Return the graph of a world that got these facts."""
    world = World.new(pack("base"))
    world.say([(kind, {k: v for k, v in row.items() if v}) for kind, row in facts], judged=False)
    return world.books.graph.capital


def stake(holder: str, entity: str, share: str) -> tuple[str, Row]:
    """Return a stake from 2024 on."""
    return "stake", {"holder": holder, "entity": entity, "share_pct": share, "valid_from": "2024-01-01"}


def named() -> OwnershipGraph:
    """Return a graph that knows as many parties as the rows of these tests name."""
    capital = graph()
    capital.parties.numbers([f"P{n}" for n in range(SIZE)])
    return capital


@given(st.lists(st.integers(0, 2 * WHOLE), max_size=6))
def test_parts_become_exact_percents(parts: list[int]) -> None:
    """A sum of parts is its number of millionths of a percent, to the last decimal."""
    rows = [("E", "over", n, "") for n in parts]
    assert table_of("stake_issue", rows).column("sum_pct").to_pylist() == [Decimal(n) / PARTS for n in parts]


@settings(deadline=None)
@given(share_rows)
def test_shares_survive_the_table(cells: np.ndarray) -> None:
    """Rows of shares that are written and read again are the same, but for what exceeds the column."""
    capital = named()
    again = parts_of_percents(capital, cells)
    wanted = cells.copy()
    wanted[:, 2:6] = np.minimum(wanted[:, 2:6], 999_999_999)
    assert (again == wanted).all()


def parts_of_percents(capital: OwnershipGraph, cells: np.ndarray) -> np.ndarray:
    """Return rows of shares as they are after the table, by the SQL that the books use."""
    duck = World.new(pack("base")).duck
    duck.register("written_shares", share_table(capital, cells))
    rows = duck.arrow(f"SELECT {control_rows.PARTS_SQL} FROM written_shares")
    duck.unregister("written_shares")
    return in_order(parts_of(capital, rows)) if rows.num_rows else cells


@given(share_rows, share_rows)
def test_differences_of_shares_lead_there(before: np.ndarray, after: np.ndarray) -> None:
    """The rows that came or went are the symmetric difference, and their entities are those with other rows."""
    changed = apart(ControlEvidence(shares=before), ControlEvidence(shares=after))
    was, now = ({tuple(row) for row in cells.tolist()} for cells in (before, after))
    rows, entities = changed.get("effective_share", (np.empty((0, 7), np.int64), np.empty(0, np.int32)))
    assert {tuple(row) for row in np.asarray(rows).tolist()} == was ^ now
    assert set(entities.tolist()) == {row[0] for row in was ^ now}


issues = st.dictionaries(st.integers(0, 4), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=3))


@given(issues, issues)
def test_differences_of_rows_lead_there(
    before: dict[int, list[tuple[str, int]]], after: dict[int, list[tuple[str, int]]]
) -> None:
    """Entities with other rows are named, each row that came or went is listed, and equal states have none."""
    changed = apart(ControlEvidence({"stake_issue": before}), ControlEvidence({"stake_issue": after}))
    differ = sorted(e for e in before.keys() | after.keys() if before.get(e) != after.get(e))
    rows, entities = changed.get("stake_issue", ([], np.empty(0, np.int32)))
    assert entities.tolist() == differ
    assert sorted(rows) == sorted(r for e in differ for r in {*before.get(e, ())} ^ {*after.get(e, ())})
    assert apart(ControlEvidence({"stake_issue": after}), ControlEvidence({"stake_issue": after})) == {}


@settings(max_examples=12, deadline=None)
@given(st.lists(FACT, max_size=10))
def test_evidence_of_one_is_its_part_of_all(facts: list[tuple[str, Row]]) -> None:
    """About one entity alone the rows are those that it has among all; a table of some is a part of the table."""
    capital = graph(*facts)
    everyone = np.arange(len(capital.parties), dtype=np.int32)
    complete = evidence_of(capital, everyone)
    for entity in everyone.tolist():
        alone = evidence_of(capital, np.array([entity], np.int32))
        for name in ("controls", "ultimate_controller", "stake_issue"):
            assert alone.rows[name].get(entity) == complete.rows[name].get(entity)
        assert (alone.shares == complete.shares[complete.shares[:, 0] == entity]).all()
        assert alone.roots.get(entity) == complete.roots.get(entity)
        for name in COLUMNS:
            part, about = complete.table(capital, name, np.array([entity], np.int32))
            assert set(about.tolist()) <= {entity}
            assert part.to_pylist() == alone.table(capital, name)[0].to_pylist()
    for name, rows in rows_of(capital, everyone).items():
        assert rows.equals(complete.table(capital, name)[0])


def test_a_root_is_one_controller_outside_rings() -> None:
    """One ultimate controller is the root; several, or one in a ring, count with every family."""
    entities, owners = np.array([3, 4, 4, 5], np.int32), np.array([0, 0, 1, 2], np.int32)
    assert roots_of(entities, owners, np.array([0, 0, 0, 1], np.int32)) == {3: 0, 4: ANY, 5: ANY}


def test_paths_and_percents_are_readable() -> None:
    """A path names each party, and each share without zeros at its end or the basis of control."""
    control = {"left_party": "B", "right_party": "C", "relation": "controls", "valid_from": "2024-01-01"}
    capital = graph(stake("A", "B", "51.50"), ("relation", control))
    chains = capital.chains(capital.numbers(["C"]))
    paths = {path_text(capital, chains.chain(at)) for at in range(len(chains))}
    assert paths == {"A>51.5%>B>asserted>C", "B>asserted>C"}
    assert [percent(n) for n in (WHOLE, PARTS // 4, 1, 0)] == ["100%", "0.25%", "0.000001%", "0%"]


def test_shares_of_strangers_are_limited() -> None:
    """A registered entity has all its shares; another has none where more are above it than the limit."""
    capital = graph(stake("A", "C", "10"), stake("B", "C", "20"), stake("A", "B", "30"))
    numbers = capital.numbers(["B", "C"])
    assert limits(capital, numbers).tolist() == [len(capital.parties), control_rows.WIDE]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(control_rows, "WIDE", 1)
        shares = evidence_of(capital, numbers, limits(capital, numbers)).shares
    assert set(shares[:, 0].tolist()) == {capital.parties.find("B")}
    assert set(evidence_of(capital, numbers).shares[:, 0].tolist()) == set(numbers.tolist())
