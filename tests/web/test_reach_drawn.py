"""For users with drawn grants, nothing outside them shows on any page, in any call, export or event stream."""

import pytest
from hypothesis import Phase, example, given, settings, strategies as st

from comptroller.books.facts.tables import documented
from tests.web.reaching import CODES, EVERYWHERE, World, addresses
from tests.web.test_every_route import routes
from tests.worlds import OWNER

ROLES = ("leader", "supervisor", "supervisor", "auditor", "author", "adopter", "reporter", "administrator")
GRANTS = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(ROLES),
            "entity": st.sampled_from([*CODES, OWNER]),
            "valid_from": st.sampled_from(["2024-01-01", "2024-01-01", "2024-03-13"]),
        },
        optional={
            "domain": st.sampled_from(["finance", "decisions", "nowhere"]),
            "supervision_line": st.sampled_from(["discipline", "internal", "audit", "nowhere"]),
            "valid_until": st.sampled_from(["2024-03-12", "2024-03-13"]),
        },
    ).filter(lambda g: g["valid_from"] < g.get("valid_until", "9")),
    min_size=1,
    max_size=3,
)
OF_USERS = ("/admin", "/acts", "/why", "/ledger", "/api/v1/entries", "/api/v1/me")
WALKS = (Phase.explicit, Phase.generate)
"""A walk is too long to be made smaller: the grants that fail are few enough to be read."""
TABLES_OF_USERS = ("access_grant", "desk_user", "desk_act")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Yield the world, opened once; each visitor is added beside those before."""
    made = World(tmp_path_factory.mktemp("drawn"))
    yield made
    made.server.stop()


def walk(world, grants, turn, share):
    """Request every address, `share` of them with parameters, every table by page, file or call, and the news."""
    one = world.let_in(grants)
    paths = addresses(world, routes(), 40)
    asked = [
        *paths,
        *(
            f"{p}?{w.format(code=CODES[(n + turn) % len(CODES)])}"
            for n, p in enumerate(paths)
            for w in EVERYWHERE
            if "/" not in p[1:]
        ),
    ]
    for path in [p for n, p in enumerate(asked) if (n + turn) % share == 0]:
        said = one.ask(path)
        assert one.outside(said, of_users=path.startswith(OF_USERS)) == set(), (grants, path)
    tables = [t for t in sorted(documented(world.server.pack)) if not t.startswith("param_")]
    for n, table in enumerate(
        t for n, t in enumerate(tables) if (n + turn) % share == 0 or t in ("finding_now", "relation", "payment")
    ):
        how = ("page", "csv", "xlsx", "call")[(n + turn) % 4]
        # Of one's own acts the words that one typed oneself are left out: an export of what is out of reach names it.
        columns = "login, did, done_at, fact" if table == "desk_act" else "*"
        said = one.query(f"SELECT {columns} FROM {table}", how)
        assert one.outside(said, of_users=table in TABLES_OF_USERS) == set(), (grants, table, how)
    assert one.outside(one.hear()) == set(), grants
    return one


def test_whoever_may_see_is_shown(world):
    """The walk is not empty: a user who oversees all, on the line for kin, is shown every word of the world."""
    one = world.let_in(
        [
            {"role": "supervisor", "entity": OWNER, "valid_from": "2024-01-01"},
            {"role": "supervisor", "entity": OWNER, "supervision_line": "discipline", "valid_from": "2024-01-01"},
        ]
    )
    assert len(world.findings) >= 2 * len(CODES)
    assert world.cases
    assert one.findings == set(world.findings)
    news, table = one.hear(), one.query("SELECT * FROM payment", "xlsx")
    kin, page = one.query("SELECT * FROM relation", "call"), one.ask("/findings?state=all")
    for entity in CODES:
        end = entity[4:]
        assert f"PY4K{end}" in table
        assert f"KN4K{end}" in kin
        assert entity in news
    assert all(f in page for f in world.findings)


@settings(max_examples=2, phases=WALKS)
@given(grants=GRANTS, turn=st.integers(0, 5))
@example(grants=[{"role": "supervisor", "entity": "EN4KAB", "valid_from": "2024-01-01"}], turn=0)
@example(grants=[{"role": "reporter", "entity": "EN4KA", "valid_from": "2024-01-01"}], turn=1)
def test_nothing_outside_shows_anywhere(world, grants, turn):
    """Codes, names, findings, subjects of findings, and kin: a drawn sixth of all possible requests, in a drawn
    order.
    """
    walk(world, grants, turn, 6)


@pytest.mark.fuzz
@settings(max_examples=60, phases=WALKS)
@given(grants=GRANTS)
def test_nothing_outside_shows_on_long_walks(world, grants):
    """As above, for long, each walking everywhere."""
    walk(world, grants, 0, 1)
