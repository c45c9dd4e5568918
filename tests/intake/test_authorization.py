"""An entity may report on itself; so may any manager above it and the node's owner, and no other."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from comptroller.intake.authorization import check_sender, may_speak
from comptroller.packs import gather_files, read_pack
from tests.intake.test_validate import Register
from tests.packs_small.small import SHIPPED, said, small_pack
from tests.worlds import OWNER, fresh_node, kept, report, take


@cache
def base_pack():
    """Return the base pack."""
    return read_pack(gather_files([SHIPPED], "base"), "base")


CHAIN = Register({"A": None, "B": "A", "C": "B", "X": None, "R": "S", "S": "R"})


@pytest.mark.parametrize(
    ("reporter", "entity", "may"),
    [
        ("O", "C", True),
        ("O", "unknown", True),
        ("C", "C", True),
        ("B", "C", True),
        ("A", "C", True),
        ("C", "B", False),
        ("X", "C", False),
        ("A", "unknown", False),
        ("R", "S", True),
        ("X", "R", False),
    ],
)
def test_who_may_speak(reporter, entity, may):
    """The chain of managers is followed up, also where it runs in a ring."""
    assert may_speak(reporter, entity, CHAIN) is may


def refused(by, kind="payment", **columns):
    """Check one report of rows with those columns."""
    rows = len(next(iter(columns.values())))
    aside = {"report": [0] * rows, "act": ["state"] * rows, "key_hash": pa.array(range(rows), pa.uint64())}
    table = pa.table({**aside, **{c: pa.array(v, pa.string()) for c, v in columns.items()}})
    return [
        (at, r.code, r.seen) for at, r in check_sender(small_pack().kinds, [said(kind, by=by)], {kind: table}, CHAIN)
    ]


def test_a_stranger_is_refused_once():
    """A reporter that is not in the register is rejected as such, not row by row."""
    assert refused("nobody", entity=["A", "B"]) == [(0, "intake.sender.unknown", "nobody")]


def test_each_entity_out_of_reach_is_named_once():
    """Rows about several entities that the reporter may not speak for are one refusal an entity."""
    found = refused("B", entity=["A", "A", "X", "B", "C"])
    assert found == [(0, "intake.sender.reach", "B -> A"), (0, "intake.sender.reach", "B -> X")]


def test_one_of_several_books_is_enough():
    """A stake may be reported by the holder or by the held entity."""
    assert refused("B", "stake", entity=["X", "B"], holder=["B", "X"]) == []
    assert refused("B", "stake", entity=["X"], holder=["A"]) == [(0, "intake.sender.reach", "B -> X")]


def test_rows_that_name_nobody_are_the_owners():
    """A row that names no entity, such as a bare retraction, is accepted from the owner alone."""
    assert refused("B", entity=[None]) == [(0, "intake.sender.reach", "B -> -")]
    assert refused("O", entity=[None]) == []


@dataclass
class Standing(Register):
    """A register with every key in the books of A."""

    parents: dict[str, str | None] = field(default_factory=lambda: {"A": None, "X": None})

    def standing(self, _kind, keys):
        """Return every key as recorded, as fact 1 and on."""
        return np.arange(1, len(keys) + 1), np.zeros(len(keys), dtype=np.uint64)

    def whose_books(self, _kind, facts):
        """All of it is A's."""
        return {int(fact): ("A",) for fact in facts}


@pytest.mark.parametrize("act", ["state", "correct", "retract"])
@pytest.mark.parametrize("kind", sorted(base_pack().kinds))
def test_no_kind_lets_a_stranger_end_what_stands(kind, act):
    """Of every kind: X that names itself throughout may report new facts, and neither correct nor retract facts
    of A.
    """
    kinds = base_pack().kinds
    columns = {c: pa.array(["X"]) for c in kinds[kind].books}
    row = pa.table({"report": [0], "act": [act], "key_hash": pa.array([7], pa.uint64()), **columns})

    def codes(by):
        return [r.code for _, r in check_sender(kinds, [said(kind, by=by)], {kind: row}, Standing())]

    assert codes("X") == ([] if act == "state" else ["intake.sender.reach"])
    assert codes("O") == []


@pytest.fixture
def node(tmp_path):
    """Yield a node under the base pack that knows A, B under A, and X; A has an account, and B declared a relation."""
    made = fresh_node(tmp_path, "base")
    parents = {"A": None, "B": "A", "X": None}
    kept(made, report("entity", *({"entity": e, "name": e, "parent": p} for e, p in parents.items())), at=DAY)
    kept(made, report("account", {"account": "1", "entity": "A"}, reporter="A"), at=DAY)
    kept(made, report("relation", TIE | {"entity": "B"}, reporter="B"), at=DAY)
    yield made
    made.close()


DAY = "2024-03-01T09:00:00"
TIE = {"left_party": "p", "right_party": "q", "relation": "kin", "valid_from": "2024-01-01"}
STRANGERS = [
    ("account", {"account": "1", "entity": "X", "act": "correct"}),
    ("account", {"account": "1", "entity": "X", "act": "retract"}),
    ("account", {"account": "1", "act": "retract"}),
    ("relation", TIE | {"entity": "X", "degree": "far", "act": "correct"}),
    ("relation", TIE | {"entity": "X", "act": "retract"}),
    ("relation", TIE | {"act": "retract"}),
]


@pytest.mark.parametrize(("kind", "row"), STRANGERS)
def test_what_stands_in_the_books_of_another_is_not_ended(node, kind, row):
    """A reporter without authority over a fact's books neither corrects nor retracts it by naming itself, for
    any key.
    """
    before = node.duck.rows(f"SELECT * FROM {kind}")
    taken = take(node, report(kind, row, reporter="X"), at=DAY)
    assert [one.code for one in taken.refused[0]] == ["intake.sender.reach"]
    assert node.duck.rows(f"SELECT * FROM {kind}") == before


@pytest.mark.parametrize("by", ["A", OWNER])
@pytest.mark.parametrize(("kind", "row"), STRANGERS[2::3])
def test_who_may_speak_there_retracts_by_the_key_alone(node, by, kind, row):
    """A retraction that names no entity is checked against the books of the recorded fact."""
    assert take(node, report(kind, row, reporter=by), at=DAY).refused == {}
    assert node.duck.rows(f"SELECT count(*) FROM {kind}") == [(0,)]


def test_a_correction_that_hands_over_needs_both(node):
    """A correction from A to B needs authority over both: the manager may send it, B alone may not."""
    handed = {"account": "1", "entity": "B", "act": "correct"}
    refused = take(node, report("account", handed, reporter="B"), at=DAY).refused
    assert [one.code for one in refused[0]] == ["intake.sender.reach"]
    kept(node, report("account", handed, reporter="A"), at=DAY)


def test_what_one_batch_says_and_ends_is_held_against_the_same(node):
    """A correction in one batch with its fact waits until that fact is recorded, and is then rejected as any other."""
    first = report("account", {"account": "2", "entity": "A"}, reporter="A")
    second = report("account", {"account": "2", "entity": "X", "act": "correct"}, reporter="X")
    refused = take(node, first, second, at=DAY).refused
    assert {at: [one.code for one in found] for at, found in refused.items()} == {1: ["intake.sender.reach"]}
