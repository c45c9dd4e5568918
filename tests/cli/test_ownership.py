"""Commands about ownership: queries of a small group, as of days and entries, for people and for machines."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from comptroller.cli import app

STAKES = """holder,entity,share_pct,valid_from,valid_until
G,A,60,2020-01-01,
A,B,51,2020-01-01,2024-01-01
A,B,30,2024-01-01,
X,B,70,2024-01-01,
"""
RELATIONS = "left_party,right_party,relation,valid_from\nm,k,kin,2000-01-01\nk,X,controls,2020-01-01\n"
ENTITIES = "entity,name,parent\nG,Group,\nA,Alpha,G\nB,Beta,A\nX,Xi,\n"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a node with a small group."""
    folder = tmp_path_factory.mktemp("capital")
    made = CliRunner().invoke(app, ["init", str(folder / "node"), "--owner", "O", "--pack", "base"])
    assert made.exit_code == 0, made.output
    for kind, text in (("entity", ENTITIES), ("stake", STAKES), ("relation", RELATIONS)):
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        words = ["report", str(path), "--kind", kind, "--node", str(folder / "node")]
        found = CliRunner().invoke(app, words)
        assert found.exit_code == 0, found.output
    return folder / "node"


def asked(node: Path, *words: str) -> Any:
    """Return what a command prints as JSON."""
    found = CliRunner().invoke(app, [*words, "--node", str(node), "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_who_controls_depends_on_the_day(node: Path) -> None:
    """B was G's until the end of 2023, and is X's from then on."""

    def owners(*words: str) -> list[str]:
        return [c["owner"] for c in asked(node, "who", "B", *words)["controllers"]]

    assert owners("--valid", "2023-12-31") == ["A", "G"]
    assert owners("--valid", "2024-01-01") == ["X", "k"]
    assert asked(node, "who", "B", "--known", "1")["controllers"] == []


def test_owners_show_the_tree_and_the_shares(node: Path) -> None:
    """Holders hang above the entity; the share through A is 60 percent of 30, and what is open in A is the gap."""
    found = asked(node, "owners", "B", "--valid", "2024-06-30")
    assert [(one["party"], one["share"]) for one in found["holders"]] == [("X", "70%"), ("A", "30%")]
    assert {row["owner"]: float(row["share_pct"]) for row in found["effective"]} == {"X": 70.0, "A": 30.0, "G": 18.0}
    assert float(found["gap_pct"]) == 12.0


def test_holdings_path_and_related(node: Path) -> None:
    """The commands list the holdings of G, the path to them, and the parties related to X over two ties."""
    held = asked(node, "holdings", "G", "--valid", "2023-06-30")
    assert (held["held"], [c["path"] for c in held["controlled"]]) == (2, ["G>60%>A", "G>60%>A>51%>B"])
    assert asked(node, "path", "B", "G", "--valid", "2023-06-30")["path"] == "G>60%>A>51%>B"
    ways = asked(node, "related", "X", "--steps", "2", "--valid", "2024-06-30")["related"]
    assert {(way["party"], way["category"]) for way in ways} >= {
        ("k", "controller"),
        ("m", "controllers_relative"),
        ("B", "investee"),
    }
    assert asked(node, "cycles") == []


def test_a_party_that_nobody_knows_is_refused(node: Path) -> None:
    """A code without a stake, tie or register entry is rejected with a fix, and people get trees and tables."""
    found = CliRunner().invoke(app, ["who", "NOBODY", "--node", str(node)])
    assert found.exit_code == 1
    for words in (["who", "B"], ["owners", "B"], ["holdings", "G"], ["related", "X"], ["path", "A", "B"], ["cycles"]):
        shown = CliRunner().invoke(app, [*words, "--node", str(node)])
        assert shown.exit_code == 0, shown.output
