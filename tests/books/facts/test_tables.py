"""Tables follow the policy: every kind has its own, a new field widens one, and what may be read is documented."""

from dataclasses import replace

from comptroller.books.facts.tables import FIXED, create, documented
from comptroller.model.kind import Field
from comptroller.model.text import Text
from tests.laws.worlds import World, pack


def test_every_kind_has_its_tables():
    """For each kind, and for each nested list, there are tables of the current, the known and the ended facts."""
    world = World.new(pack("small"))
    there = {row[0] for row in world.duck.rows("SELECT table_name FROM duckdb_tables()")}
    views = {row[0] for row in world.duck.rows("SELECT view_name FROM duckdb_views()")}
    for table, kind in pack("small").tables.items():
        assert f"all_{table}" in there
        assert (f"gone_{table}" in there) is not bool(kind.parent)
        assert table in views
    assert set(FIXED) <= there


def test_a_new_field_widens_a_table_once():
    """Making the tables again under a policy with one field more adds that column, and nothing else."""
    world = World.new(pack("small"))
    world.say([("payment", {"entity": "A", "payment": "P1", "amount": "1"})])
    kind = pack("small").kinds["payment"]
    wider = replace(kind, fields=(*kind.fields, Field("colour", "text", Text(zh="", en=""))))
    other = replace(pack("small"), kinds={**pack("small").kinds, "payment": wider})
    for _ in range(2):
        create(world.duck, other)
    assert world.duck.rows("SELECT payment, colour FROM payment") == [("P1", None)]
    create(world.duck, pack("small"))


def test_documented_tables_can_be_read():
    """Every table that SQL from outside may name is there; how far the books are folded is not its business."""
    world = World.new(pack("small"))
    names = list(documented(pack("small")))
    for name in names:
        world.duck.rows(f'SELECT count(*) FROM "{name}"')
    assert "position" not in names
    assert not [name for name in names if name.startswith(("all_", "gone_"))]
