"""The law of differences: entities and groups with a row that came or went are named, and no others."""

import pyarrow as pa

from comptroller.books.facts.table_diff import differences, differing_groups
from comptroller.store.duck import DuckDb


def test_entities_whose_rows_differ_are_named() -> None:
    """Rows that are written again as they were make no difference."""
    duck, renewed = DuckDb(), dict[str, tuple[str, ...] | None]()
    duck.execute("CREATE TABLE level AS SELECT * FROM (VALUES ('A', 1), ('B', 1), ('C', 1)) AS v (entity, legal)")
    with differences(duck, ("level",), None, renewed):
        duck.execute("DELETE FROM level")
        duck.execute("INSERT INTO level VALUES ('A', 1), ('B', 2), ('D', 1)")
    assert renewed == {"level": ("B", "C", "D")}


def test_a_group_is_given_whole_where_one_row_differs() -> None:
    """All rows of a circle that lost or gained a leg come out, before and after; of an equal one nothing."""
    duck = DuckDb()
    was = pa.table({"cycle": ["x", "x", "y", "z"], "leg": [1, 2, 1, 1]})
    now = pa.table({"cycle": ["x", "x", "y", "w"], "leg": [1, 3, 1, 1]})
    duck.register("before", was)
    duck.register("after", now)
    rows = differing_groups(duck, "cycle", "SELECT * FROM before", "SELECT * FROM after").to_pylist()
    result = sorted((row["cycle"], row["leg"]) for row in rows)
    assert result == [("w", 1), ("x", 1), ("x", 1), ("x", 2), ("x", 3), ("z", 1)]
