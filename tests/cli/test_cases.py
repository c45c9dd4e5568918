"""Commands about cases: each answers in text and in JSON, and shows a line no more than it may see."""

import json

import pytest
from typer.testing import CliRunner

from comptroller.cli import app
from tests.cases.event_facts import ask, city, pay, step, take_steps, the_case
from tests.worlds import moment


@pytest.fixture
def case_id(tmp_path, monkeypatch):
    """Return the case of a node that the command line works on."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    name = the_case(node)
    take_steps(node, step(name, "escalate", "internal", "U1", "2024-03-12"))
    take_steps(node, ask(name, "internal", "U1", "2024-03-12"), kind="material_request")
    node.tick(moment("2024-06-03T09:00:00"), moment("2024-06-03T09:00:00"))
    node.close()
    monkeypatch.setenv("COMPTROLLER_NODE", str(tmp_path / "node"))
    monkeypatch.setenv("COMPTROLLER_LANGUAGE", "en")
    return name


def run(*words, code=0):
    """Run a command in both forms; returns its JSON."""
    text, said = CliRunner().invoke(app, list(words)), CliRunner().invoke(app, [*words, "--json"])
    assert (text.exit_code, said.exit_code) == (code, code), (text.output, said.output)
    return json.loads(said.stdout)


def test_the_board_and_one_case(case_id):
    """Cases are listed by state, line, entity and lateness; one case is shown with its timeline."""
    assert [one["case_id"] for one in run("cases")["cases"]] == [case_id]
    assert run("cases", "--state", "closed", "--line", "internal", "--entity", "G")["cases"] == []
    assert run("cases", "--overdue", "2024-06-03")["counts"] == {"escalated": 1}
    told = run("case", case_id[:8])
    assert [one["what"] for one in told["event"]] == ["finding.raised", "move.escalate", "request.asked"]
    assert CliRunner().invoke(app, ["cases", "--state", "odd"]).exit_code == 2


def test_a_case_is_shown_as_a_line_may_see_it(case_id):
    """A line without a part in the case is rejected; the entity sees no officer."""
    assert run("case", case_id, "--line", "social", code=1)["refused"][0]["code"] == "case.unknown"
    assert run("case", case_id, "--line", "audit")["event"][1]["by"] == "person 1"
    assert [one["what"] for one in run("case", case_id, "--as-entity")["event"]] == [
        "finding.raised",
        "request.asked",
    ]


@pytest.mark.usefixtures("case_id")
def test_what_is_due_and_how_it_came_out():
    """Clocks that ran out are listed, and each rule's outcomes are counted."""
    assert {one["clock"] for one in run("due", "--line", "internal")} == {"flash_report", "full_report", "verification"}
    found = run("outcomes")
    assert [(one["open"], one["precision_pct"]) for one in found["rules"]] == [(1, None)]
    assert [(one["line"], one["open"], one["overdue"]) for one in found["lines"]] == [("internal", 1, 1)]
