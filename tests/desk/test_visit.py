"""A visit: every row comes through the reach, counts of what is hidden are right, and nothing is stale."""

from tests.desk.visits import visit_for
from tests.desks import ENTITIES


def test_rows_are_those_within_reach(desk):
    """The same SELECT gives each viewer his own; together with what is hidden it is the whole."""
    for login, many in (("supervisor", 10), ("group", 6), ("reporter", 4), ("administrator", 0)):
        visit = visit_for(desk, login)
        assert visit.one("SELECT count(*) FROM payment") == many
        assert len(visit.rows("WITH x AS (SELECT * FROM payment) SELECT * FROM x")) == many
        assert visit.count_hidden("payment") == 2 * len(ENTITIES) - many


def test_a_visit_knows_its_acts_and_names(desk):
    """A scope narrows the acts; names are those within reach."""
    visit = visit_for(desk, "group")
    assert visit.may("export")
    visit.scope = frozenset({"see"})
    assert not visit.may("export")
    assert set(visit.names) == {"G1", "A", "A1"}
    assert visit.sees_entity("A")
    assert not visit.sees_entity("B")
    assert visit_for(desk, "supervisor").sees_all("payment")
    assert not visit_for(desk, "supervisor").sees_all("relation")
    assert visit.now.isoformat() == "2024-06-30T01:00:00", "the base pack is in UTC"
