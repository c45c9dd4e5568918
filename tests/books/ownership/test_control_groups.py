"""Control groups: the uppermost controller is the head, and the state makes no two firms one group."""

from comptroller.books.ownership.control_groups import groups_of
from comptroller.store.duck import DuckDb


def test_the_head_is_the_uppermost_that_is_no_public_owner() -> None:
    """A firm counts to the top of its chain below the owner; a ring to its first member, with all below it."""
    duck = DuckDb()
    duck.execute(
        "CREATE TABLE entity AS SELECT * FROM (VALUES ('O', true, NULL), ('G', false, 'public_body')) AS e(entity, is_owner, form)"
    )
    pairs = [
        ("O", "H"),
        ("O", "A"),
        ("H", "A"),
        ("O", "B"),
        ("H", "B"),
        ("A", "B"),
        ("G", "X"),
        ("R", "S"),
        ("S", "R"),
        ("R", "T"),
        ("S", "T"),
    ]
    cells = ", ".join(f"('{owner}', '{entity}')" for owner, entity in pairs)
    duck.execute(f"CREATE TABLE controls AS SELECT * FROM (VALUES {cells}) AS c(owner, entity)")
    assert groups_of(duck) == {"A": "H", "B": "H", "R": "R", "S": "R", "T": "R"}
    assert groups_of(duck, ["B", "T", "X"]) | {"A": "H", "R": "R", "S": "R"} == groups_of(duck)
