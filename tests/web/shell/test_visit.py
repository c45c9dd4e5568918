"""A visit: every row comes through the reach, counts of what is hidden are right, and nothing is stale."""

import pytest

from tests.consoles import ENTITIES, PEOPLE
from tests.web.visits import visit_for


def test_rows_are_those_within_reach(server):
    """The same SELECT returns each viewer their own rows; together with the hidden ones they are all rows."""
    everything = [entity for (entity,) in server.duck.rows("SELECT entity FROM payment")]
    assert len(everything) >= 2 * len(ENTITIES), "tests beside this one may report more payments"
    reaches = {
        "supervisor": {entity for entity, _ in ENTITIES},
        "group": {"G1", "A", "A1"},
        "reporter": {"A", "A1"},
        "administrator": set(),
    }
    for login, reach in reaches.items():
        many = sum(entity in reach for entity in everything)
        visit = visit_for(server, login)
        assert visit.one("SELECT count(*) FROM payment") == many
        assert len(visit.rows("WITH x AS (SELECT * FROM payment) SELECT * FROM x")) == many
        assert visit.count_hidden("payment") == len(everything) - many


def test_a_visit_knows_its_acts_and_names(server):
    """A scope narrows the acts; names are those within reach."""
    visit = visit_for(server, "group")
    assert visit.may("export")
    visit.scope = frozenset({"see"})
    assert not visit.may("export")
    assert set(visit.names) == {"G1", "A", "A1"}
    assert visit.sees_entity("A")
    assert not visit.sees_entity("B")
    assert visit_for(server, "supervisor").sees_all("payment")
    assert not visit_for(server, "supervisor").sees_all("relation")
    assert visit.now.isoformat() == "2024-06-30T01:00:00", "the base pack is in UTC"


@pytest.mark.parametrize("login", [login for login, _ in PEOPLE])
def test_an_entity_is_open_where_its_rows_are(server, login):
    """By the chain above an entity, its rows are in reach exactly where the tables show them."""
    visit = visit_for(server, login)
    for entity, _ in ENTITIES:
        chain = visit.chain(entity)
        for table in ("entity", "list_in_force", "level"):
            rows = f"SELECT 1 FROM ({visit.reach.views([table])[table]}) AS t WHERE t.entity = ? LIMIT 1"
            assert visit.reach.opens(chain, table) == bool(server.duck.rows(rows, [entity])), (entity, table)
