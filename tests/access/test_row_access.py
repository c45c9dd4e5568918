"""Access scope: in a generated world of grants nothing outside is visible, and rows that explain access."""

import json

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.access import AccessScope, viewer_of
from comptroller.access.row_access import scoped
from comptroller.books.facts.tables import documented
from tests.consoles import ENTITIES, NOW, PACK, facts_of, mark
from tests.questions import ask
from tests.worlds import OWNER, fresh_node, report, take

PARENT = dict(ENTITIES)
CODES = [code for code, _ in ENTITIES]
DAY = NOW.date()
ROLES = ("leader", "supervisor", "auditor", "author", "adopter", "reporter", "administrator")
GRANTS = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES),
        "entity": st.sampled_from([*CODES, OWNER]),
        "domain": st.sampled_from([None, "accounting", "finance", "nowhere"]),
        "supervision_line": st.sampled_from([None, "discipline", "audit", "nowhere"]),
        "valid_from": st.sampled_from(["2024-01-01", "2024-06-30", "2024-07-01"]),
        "valid_until": st.sampled_from([None, "2024-06-30", "2024-07-01"]),
    }
).filter(lambda g: g["valid_until"] is None or g["valid_until"] > g["valid_from"])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A node with a marked fact in the books of each entity, and kin declared by one."""
    worker = fresh_node(tmp_path_factory.mktemp("reach"), PACK)
    rows = [{"entity": e, "parent": p, "name": mark(e), "valid_from": "2020-01-01"} for e, p in ENTITIES]
    take(worker, report("entity", {"entity": OWNER, "name": "o"}, *rows), at="2024-01-02T09:00:00")
    for entity in CODES:
        take(worker, report("payment", *facts_of(entity), reporter=entity), at="2024-03-06T10:00:00")
    tie = {"left_party": "KINA", "right_party": "KINB", "relation": "kin", "valid_from": "2020-01-01", "entity": "A"}
    take(worker, report("relation", tie), at="2024-03-07T09:00:00")
    yield worker
    worker.close()


def above(entity):
    """Return an entity and all above it."""
    return [entity, *above(PARENT[entity])] if entity in PARENT else [entity, OWNER]


def with_grants(worker, grants):
    """Return the access scope of a user with exactly these grants."""
    login = f"u{worker.ledger.size}"
    same = {"granted_by": OWNER, "login": login}
    facts = [
        same | {k: v for k, v in g.items() if v} | {"grant": f"{login}-{n}", "reason": "r"}
        for n, g in enumerate(grants)
    ]
    reports = [report("desk_user", same | {"name": login, "valid_from": "2024-01-01"})]
    reports += [report("access_grant", *facts)] if facts else []
    taken = take(worker, *reports, at="2024-06-01T00:00:00")
    assert not taken.refused, taken.refused
    return AccessScope(viewer_of(worker.duck, OWNER, login, DAY), worker.pack, OWNER)


@settings(max_examples=25)
@given(grants=st.lists(GRANTS, max_size=3))
def test_nothing_outside_the_grants_is_in_any_table(world, grants):
    """Of every documented table, only rows in the books of entities that a grant in force covers are seen; kin by its line alone."""
    reach = with_grants(world, grants)
    current = [
        g
        for g in grants
        if g["role"] != "administrator"
        and g["valid_from"] <= DAY.isoformat()
        and (g["valid_until"] or "9") > DAY.isoformat()
    ]
    covered = {e for e in CODES if any(g["entity"] in above(e) for g in current)}
    views = reach.views(documented(world.pack))
    own = {"access_grant", "desk_user", "desk_act"}
    for table in set(views) - own:
        text = str(world.duck.records(scoped(f"SELECT * FROM {table}", views)))
        marked = {e for e in CODES if mark(e) in text}
        assert marked <= covered, (table, grants)
    kin = str(world.duck.records(scoped("SELECT * FROM relation", views)))
    lines = {g["supervision_line"] for g in current}
    assert "KINA" not in kin or ("discipline" in lines and "A" in covered)
    if any(g["entity"] == OWNER and not g["domain"] and not g["supervision_line"] for g in current):
        assert len(world.duck.records(scoped("SELECT * FROM payment", views))) == 2 * len(CODES)


@settings(max_examples=15)
@given(grants=st.lists(GRANTS, max_size=3), entity=st.sampled_from(CODES))
def test_why_agrees_with_what_is_seen(world, grants, entity):
    """A finding is seen exactly when one line of the answer opens it."""
    reach = with_grants(world, grants)
    rule = "base/rules/payments/duplicate"
    views = reach.views(documented(world.pack))
    counts = world.duck.rows(
        scoped("SELECT count(*) FROM finding_now WHERE rule = ? AND entity = ?", views), [rule, entity]
    )
    assert (counts[0][0] > 0) == any(reason.opens for reason in reach.why(above(entity), rule))


@pytest.mark.parametrize(
    "sql",
    [
        "WITH ancestor AS (SELECT 'B' AS entity, 'G1' AS ancestor) SELECT * FROM payment",
        "WITH all_payment AS (SELECT 1), gone_payment AS (SELECT 1 AS fact) SELECT * FROM payment",
        "SELECT * FROM payment AS ancestor",
        "SELECT (SELECT max(payee) FROM payment) AS p",
        "SELECT * FROM finding UNION ALL SELECT * FROM finding",
        "SELECT * FROM effective_share, entity",
    ],
)
def test_no_question_gets_around_the_reach(world, sql):
    """SQL from outside cannot replace the tables that determine the scope with names of its own."""
    reach = with_grants(world, [{"role": "supervisor", "entity": "G1", "valid_from": "2024-01-01"}])
    tables = set(documented(world.pack))
    _, rows = ask(world.duck, sql, tables, reach.views(tables))
    for entity in ("G2", "B"):
        assert mark(entity) not in json.dumps(rows, default=str)
