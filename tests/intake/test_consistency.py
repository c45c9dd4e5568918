"""Reports must fit the register: entities, keys, corrections and retractions."""

import pytest

from tests.packs_small.small import AT, codes, said, small_node


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Yield a node with payment P0 of B, over 5, in its books."""
    made = small_node(tmp_path_factory.mktemp("sense") / "n")
    made.take([said("payment", paid("P0"))], AT)
    yield made
    made.close()


def paid(number, **more):
    """Return a payment of B over 5."""
    return {"entity": "B", "payment": number, "amount": 5, **more}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([paid("X", entity="Z")], ["intake.sense.entity"]),
        ([paid("X"), paid("X", amount=6)], ["intake.sense.key_twice"]),
        ([paid("P0", amount=6)], ["intake.sense.key_changed"]),
        ([paid("X", act="correct")], ["intake.sense.key_absent"]),
        ([paid("X", act="retract")], ["intake.sense.key_absent"]),
        ([paid("X", entity="Z"), paid("P0", amount=6)], ["intake.sense.entity", "intake.sense.key_changed"]),
    ],
)
def test_what_does_not_fit_is_refused(node, rows, code):
    """An unknown entity, a repeated key, an unmarked change, and a correction of nothing are rejected, each by name."""
    assert codes(node.take([said("payment", *rows)], AT)) == {0: code}


def test_a_refusal_names_the_row_and_the_entry(node):
    """A refusal names the line, the key, and the entry of the recorded fact."""
    taken = node.take([said("payment", paid("Y"), paid("P0", amount=7))], AT)
    (one,) = taken.refused[0]
    assert (one.line, one.field, one.seen) == (2, "entity+payment", "B, P0 (entry 4)")


def test_the_same_said_again_is_taken_and_adds_nothing(node):
    """A fact restated, or corrected to what it is, is an entry and no further row."""
    count = "SELECT count(*) FROM all_payment"
    before = node.duck.rows(count)
    for act in ("state", "correct", "ensure"):
        assert node.take([said("payment", paid("P0", act=act))], AT).refused == {}
    assert node.duck.rows(count) == before


def test_ensure_adds_what_is_missing_and_changes_nothing(node):
    """`ensure` states a fact where its key is free, and leaves a recorded fact as it is."""
    node.take([said("payment", paid("E1", act="ensure"), paid("P0", amount=99, act="ensure"))], AT)
    found = node.duck.rows("SELECT payment, amount FROM payment WHERE payment IN ('E1', 'P0') ORDER BY 1")
    assert found == [("E1", 5), ("P0", 5)]


def test_a_key_that_was_retracted_is_free_again(node):
    """After a retraction the key may be stated anew, and cannot be corrected."""
    node.take([said("payment", paid("R1"))], AT)
    node.take([said("payment", paid("R1", act="retract"))], AT)
    assert codes(node.take([said("payment", paid("R1", act="correct"))], AT)) == {0: ["intake.sense.key_absent"]}
    assert node.take([said("payment", paid("R1", amount=8))], AT).refused == {}


def test_an_entity_need_not_be_known_where_the_kind_says_so(node):
    """The holder of a stake need not be in the register."""
    held = {"holder": "somebody", "entity": "B", "share_pct": 10, "valid_from": "2024-01-01"}
    assert node.take([said("stake", held)], AT).refused == {}
