"""The demonstration's console: every user can sign in, and with CI set the pages are requested and it ends."""

from typer.testing import CliRunner

from comptroller.access.grants import ROLES
from comptroller.cli import app, demo_desk
from tests.worlds import OWNER, fresh_node


def test_there_is_a_sign_in_for_every_role():
    """A visitor of the demonstration finds a user of each role."""
    held = {grant[0] for _, _, _, grants in demo_desk.PEOPLE for grant in grants}
    assert held == set(ROLES)


def test_with_ci_set_the_pages_are_asked_and_it_ends(tmp_path, monkeypatch):
    """Every page that a role has answers; nothing is left running."""
    fresh_node(tmp_path, "base").close()
    passed = ["clock", "pass", "--by", "U1", "--why", "an old world", "--node", str(tmp_path / "node")]
    assert CliRunner().invoke(app, passed).exit_code == 0
    monkeypatch.setenv("CI", "true")
    for name in ("OWNER", "GROUP", "FIRM"):
        monkeypatch.setattr(demo_desk, name, OWNER)
    people = tuple(
        (who, name, "", tuple((r, OWNER, d, line) for r, _, d, line in grants))
        for who, name, _, grants in demo_desk.PEOPLE
    )
    monkeypatch.setattr(demo_desk, "PEOPLE", people)
    assert demo_desk.open_desk(tmp_path / "node")
