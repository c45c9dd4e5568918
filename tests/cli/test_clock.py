"""The command about the clock shows it, accepts jumps, names wrong stretches, and other commands warn of them."""

import json
from pathlib import Path

from typer.testing import CliRunner

from comptroller import engine
from comptroller.cli import app
from tests.engine.test_clock import FAR, clocked
from tests.engine.test_engine import pay
from tests.engine.test_unfoldable import HUGE, line, seal
from tests.packs_small.small import AT, said

RUN = CliRunner()


def test_a_jump_is_shown_passed_and_named(tmp_path: Path) -> None:
    """A jump without officer and reason is rejected; after the act the moment is the new one; a named stretch
    lets it go back.
    """
    folder = str(tmp_path / "n")
    clocked(tmp_path / "n").close()
    assert RUN.invoke(app, ["clock", "pass", "--at", FAR.isoformat(), "--node", folder]).exit_code == 1
    ask = ["clock", "pass", "--by", "U1", "--why", "idle", "--at", FAR.isoformat(), "--node", folder, "--json"]
    passed = json.loads(RUN.invoke(app, ask).stdout)
    assert passed["last_moment"] == FAR.isoformat()
    number = str(passed["acts"][0]["entry"])
    ask = ["clock", "wrong", "--first", number, "--last", number, "--by", "U1", "--why", "battery"]
    named = RUN.invoke(app, [*ask, "--at", AT.isoformat(), "--node", folder])
    assert named.exit_code == 0
    assert "battery" in named.stdout
    shown = json.loads(RUN.invoke(app, ["clock", "--node", folder, "--json"]).stdout)
    assert shown["last_moment"] == AT.isoformat()
    assert [one["does"] for one in shown["acts"]] == ["pass", "wrong"]
    assert (
        f"entries {number} to {number} were made by a wrong clock"
        in RUN.invoke(app, ["findings", "--node", folder]).stderr
    )


def test_commands_say_what_is_set_aside(tmp_path: Path) -> None:
    """`findings` and `verify` name the entry and its fault, and go on."""
    node = clocked(tmp_path / "n")
    seal(node, line("S1", HUGE), said("payment", pay("P1")))
    number = node.ledger.size - 1
    node.close()
    engine.open_node(tmp_path / "n").close()
    for command in ("findings", "verify"):
        ran = RUN.invoke(app, [command, "--node", str(tmp_path / "n")])
        assert ran.exit_code == 0, ran.output
        assert f"entry {number} cannot be folded" in ran.stderr
