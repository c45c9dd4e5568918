"""The authority desk on the command line: an answer, and its entry in the ledger."""

import json

from typer.testing import CliRunner

from comptroller import engine
from comptroller.cli import app
from tests.cases.event_facts import city
from tests.worlds import kept, report


def test_a_question_is_answered_and_kept(tmp_path, monkeypatch):
    """The question and its answer are recorded as a fact; the command lists who may approve what, by item and body."""
    node = city(tmp_path)
    line = {"entity": "G1", "list": "collective_decision", "item": "loan", "body": "board", "valid_from": "2024-01-01"}
    kept(node, report("list_line", {**line, "limit_cny": 100}), at="2024-03-02T09:00:00")
    node.close()
    monkeypatch.setenv("COMPTROLLER_NODE", str(tmp_path / "node"))
    assert CliRunner().invoke(app, ["clock", "pass", "--by", "U1", "--why", "an old world"]).exit_code == 0
    words = ["may", "G1", "management", "loan", "--amount", "100", "--on", "2024-03-10"]
    said = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (said["answer"], said["whom"]) == ("ask", "board")
    assert CliRunner().invoke(app, words).exit_code == 0
    assert CliRunner().invoke(app, [*words[:5], "much"]).exit_code == 2
    found = json.loads(CliRunner().invoke(app, ["powers", "G1", "--on", "2024-03-10", "--json"]).stdout)
    own = [(one["item"], one["body"]) for one in found["lines"] if one["body"] != "owner"]
    assert own == [("loan", "board")]
    assert {one["item"] for one in found["lines"] if one["body"] == "owner"} >= {"merger", "dissolution"}, (
        "matters that the law reserves to the owner are in force since 2009"
    )
    assert CliRunner().invoke(app, ["powers", "G1"]).exit_code == 0
    again = engine.open_node(tmp_path / "node")
    assert again.duck.rows("SELECT advice, answer, whom FROM advice ORDER BY fact")[0][1:] == ("ask", "board")
    assert again.duck.rows("SELECT count(*) FROM advice") == [(2,)]
    again.close()
