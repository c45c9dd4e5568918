"""Cached scope tables: equal to a walk of the tree, made anew when the register changes, dropped in time."""

import datetime as dt

from comptroller.access.row_access import walked
from comptroller.store.duck import DuckDb
from comptroller.web.runtime.scope_tables import ScopeTables

_NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
_TREE = "INSERT INTO ancestor VALUES ('A', 'A'), ('B', 'B'), ('B', 'A'), ('C', 'C'), ('C', 'B'), ('C', 'A'), ('D', 'D')"


def _world() -> DuckDb:
    duck = DuckDb()
    duck.execute("CREATE TABLE ancestor (entity VARCHAR, ancestor VARCHAR)")
    duck.execute("CREATE TABLE entity (entity VARCHAR)")
    duck.execute(_TREE)
    duck.execute("INSERT INTO entity SELECT DISTINCT entity FROM ancestor")
    return duck


def test_what_is_kept_is_what_the_tree_says() -> None:
    """Law: for any roots, and for none, the cached table holds exactly the entities of a tree walk, on any
    connection.
    """
    duck = _world()
    reached, other = ScopeTables(duck, lambda: _NOON), duck.cursor()
    register = reached.register("as it is")
    for roots in ((), ("A",), ("B",), ("C", "D"), ("nobody",)):
        kept = {row[0] for row in other.rows(reached.below(duck, register, roots))}
        assert kept == {row[0] for row in duck.rows(walked(roots))}


def test_a_register_that_changes_is_read_anew() -> None:
    """Law: another stamp causes a new walk of the tree. The old table stays for its readers for a time, and
    then goes.
    """
    now = [_NOON]
    duck = _world()
    reached = ScopeTables(duck, lambda: now[0])
    before = reached.below(duck, reached.register("old"), ("B",))
    duck.execute("INSERT INTO ancestor VALUES ('E', 'B')")
    assert reached.below(duck, reached.register("old"), ("B",)) == before
    after = reached.below(duck, reached.register("new"), ("B",))
    assert {row[0] for row in duck.rows(after)} == {"B", "C", "E"}
    now[0] += dt.timedelta(hours=1)
    old, new = reached.register("old"), reached.register("new")
    reached.below(duck, new, ("A",))
    assert {row[0] for row in duck.rows(before)} == {"B", "C"}, "somebody has begun to read by it just now"
    now[0] += dt.timedelta(hours=1)
    assert reached.register("new") == new
    reached.below(duck, new, ("C",))
    tables = duck.rows("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'reached'")
    assert tables == [(3,)], "what nobody reads any more is dropped, what stands on the register of now is not"
    again = reached.register("old")
    assert again != old, "what was forgotten comes back under another number, so that no SQL names what is gone"
    assert {row[0] for row in duck.rows(reached.below(duck, again, ("B",)))} == {"B", "C", "E"}
