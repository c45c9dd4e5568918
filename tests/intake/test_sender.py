"""An entity may speak for itself, whoever manages it at any height may, and the node's owner may; nobody else."""

import pyarrow as pa
import pytest

from comptroller import engine
from comptroller.intake.sender import check_sender, may_speak
from comptroller.node import Charter
from comptroller.packs import gather_files
from tests.intake.test_check import Register
from tests.packs_small.small import AT, ORIGIN, SHIPPED, key, said, small_pack

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
    table = pa.table({"report": [0] * rows, **{c: pa.array(v, pa.string()) for c, v in columns.items()}})
    return [
        (at, r.code, r.seen) for at, r in check_sender(small_pack().kinds, [said(kind, by=by)], {kind: table}, CHAIN)
    ]


def test_a_stranger_is_refused_once():
    """A reporter that the register does not hold is refused as such, not row by row."""
    assert refused("nobody", entity=["A", "B"]) == [(0, "intake.sender.unknown", "nobody")]


def test_each_entity_out_of_reach_is_named_once():
    """Rows about several entities that the reporter may not speak for are one refusal an entity."""
    found = refused("B", entity=["A", "A", "X", "B", "C"])
    assert found == [(0, "intake.sender.reach", "B -> A"), (0, "intake.sender.reach", "B -> X")]


def test_one_of_several_books_is_enough():
    """A stake may be told by the one who holds or by the one who is held."""
    assert refused("B", "stake", entity=["X", "B"], holder=["B", "X"]) == []
    assert refused("B", "stake", entity=["X"], holder=["A"]) == [(0, "intake.sender.reach", "B -> X")]


def test_rows_that_name_nobody_are_the_owners():
    """A row that does not say whose books it concerns, such as a bare retraction, is not taken from others."""
    assert refused("B", entity=[None]) == [(0, "intake.sender.reach", "B -> -")]
    assert refused("O", entity=[None]) == []


@pytest.mark.xfail(
    strict=True, reason="a key without the books' column lets another entity correct what stands under it"
)
def test_a_key_belongs_to_whose_books_it_stands_in(tmp_path):
    """An account of A is not corrected by X that calls it its own."""
    node = engine.create(
        tmp_path / "n", gather_files([SHIPPED], "base"), Charter("O", ORIGIN, "base"), key=key(), at=AT
    )
    node.take([said("entity", {"entity": e, "name": e}) for e in "AX"], AT)
    node.take([said("account", {"account": "1", "entity": "A"}, by="A")], AT)
    taken = node.take([said("account", {"account": "1", "entity": "X", "act": "correct"}, by="X")], AT)
    node.close()
    assert 0 in taken.refused
