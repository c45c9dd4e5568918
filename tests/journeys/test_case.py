"""A planted finding, followed until it is verifiably put right, opened again by a later correction, and handed on and back."""

from pathlib import Path

from comptroller import engine
from comptroller.engine import Engine
from comptroller.evaluation.explain import explain
from tests.cases.event_facts import (
    answer,
    ask,
    city,
    correct_approval,
    pay,
    refusals_of,
    send_answers,
    state,
    step,
    take_steps,
    the_case,
)
from tests.worlds import OWNER, moment, open_findings


def _to_closed(node: Engine) -> str:
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    assert state(node, case_id) == "triage"
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-12"))
    take_steps(node, ask(case_id, "internal", "U1", "2024-03-12"), kind="material_request")
    send_answers(node, answer(case_id, "contest", "2024-03-13"))
    send_answers(node, answer(case_id, "supply", "2024-03-14", material="minutes", evidence_on="2024-03-13", hash="ab"))
    take_steps(node, step(case_id, "require", "internal", "U1", "2024-03-15"))
    assert state(node, case_id) == "rectifying"
    assert [r.code for r in refusals_of(node, step(case_id, "close", "internal", "U2", "2024-03-18"))] == [
        "cases.stands",
        "cases.unverified",
    ]
    send_answers(node, answer(case_id, "rectify", "2024-03-20", evidence_on="2024-03-20"))
    assert state(node, case_id) == "verifying"
    assert [r.code for r in refusals_of(node, step(case_id, "verify", "internal", "U2", "2024-03-21"))] == [
        "cases.stands"
    ]
    correct_approval(node, decided="2024-03-02T10:00:00", at="2024-03-21T10:00:00")
    take_steps(node, step(case_id, "verify", "internal", "U2", "2024-03-22"))
    assert [r.code for r in refusals_of(node, step(case_id, "close", "internal", "U2", "2024-03-22"))] == [
        "cases.same_officer"
    ]
    take_steps(node, step(case_id, "close", "internal", "U3", "2024-03-25"))
    return case_id


def test_from_a_finding_to_a_closed_case_and_open_again(tmp_path: Path) -> None:
    """A case closes when its rule passes on facts that supersede, and opens again when a later correction undoes them."""
    node = city(tmp_path)
    case_id = _to_closed(node)
    row = node.duck.rows("SELECT state, ended_how, contested, standing, closed_by FROM case_now")
    assert row == [("closed", "rejudged", True, 0, "U3")]
    correct_approval(node, decided="2024-03-09T10:00:00", at="2024-04-02T10:00:00")
    row = node.duck.rows("SELECT case_id, state, reopened, standing, reopened_on FROM case_now")
    assert row[0][:4] == (case_id, "triage", 1, 1)
    assert str(row[0][4]) == "2024-04-02"
    told = [what for (what,) in node.duck.rows("SELECT what FROM case_event ORDER BY place")]
    assert told == [
        *(
            "finding.raised",
            "move.escalate",
            "request.asked",
            "move.contest",
            "move.supply",
            "move.require",
            "move.rectify",
        ),
        *("finding.cleared", "move.verify", "move.close", "finding.raised"),
    ]
    node.close()


def test_handed_over_and_back(tmp_path: Path) -> None:
    """A line offers a case, the other takes it, leads, and returns it; each hand-over has its receipt and its clock."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    take_steps(node, step(case_id, "hand_over", "internal", "U1", "2024-03-12", to_line="discipline"))
    assert [r.code for r in refusals_of(node, step(case_id, "escalate", "discipline", "V1", "2024-03-12"))] == [
        "cases.role"
    ]
    take_steps(node, step(case_id, "receive", "discipline", "V1", "2024-03-18"))
    take_steps(node, step(case_id, "escalate", "discipline", "V1", "2024-03-19"))
    take_steps(node, step(case_id, "hand_over", "discipline", "V1", "2024-03-20", to_line="internal"))
    take_steps(node, step(case_id, "receive", "internal", "U1", "2024-03-21"))
    assert node.duck.rows("SELECT lead, state FROM case_now") == [("internal", "escalated")]
    clocks = node.duck.rows(
        "SELECT instance, by_line, CAST(due_on AS VARCHAR), CAST(ended_on AS VARCHAR) FROM case_clock "
        "WHERE clock = 'hand_over_receipt' ORDER BY instance"
    )
    assert clocks == [
        ("1", "discipline", "2024-03-26", "2024-03-18"),
        ("2", "internal", "2024-04-03", "2024-03-21"),
    ]
    node.close()


def test_handed_to_another_office_of_the_same_line(tmp_path: Path) -> None:
    """A case is offered to a line of an office above the entity; who takes it leads there, and its clocks bind that office."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    for more, code in (({}, "cases.line"), ({"to_office": "G2"}, "cases.office"), ({"to_office": OWNER}, "cases.line")):
        wrong = step(case_id, "hand_over", "internal", "U1", "2024-03-12", to_line="internal", **more)
        assert [r.code for r in refusals_of(node, wrong)] == [code], more
    take_steps(node, step(case_id, "hand_over", "internal", "U1", "2024-03-12", to_line="internal", to_office="G"))
    assert node.duck.rows("SELECT office, pending, pending_office FROM case_now") == [(OWNER, "internal", "G")]
    own = step(case_id, "receive", "internal", "U1", "2024-03-13", office="G")
    assert [r.code for r in refusals_of(node, own)] == ["cases.same_officer"], "who hands over gives no receipt"
    take_steps(node, step(case_id, "receive", "internal", "W1", "2024-03-13", office="G"))
    assert node.duck.rows("SELECT office, lead, pending, pending_office FROM case_now") == [
        ("G", "internal", None, None)
    ]
    held = dict(node.duck.rows("SELECT clock, holder FROM case_clock"))
    assert held == {"triage": "G", "hand_over_receipt": "G"}
    take_steps(
        node, step(case_id, "hand_over", "internal", "W1", "2024-03-14", to_line="audit", to_office=OWNER, office="G")
    )
    take_steps(node, step(case_id, "decline", "audit", "A1", "2024-03-15"))
    assert node.duck.rows("SELECT office, lead, pending, pending_office FROM case_now") == [
        ("G", "internal", None, None)
    ]
    node.close()


def test_a_rebuild_gives_the_same_cases(tmp_path: Path) -> None:
    """Books that are thrown away and folded again have the same cases, clocks, findings and time lines."""
    node = city(tmp_path)
    _to_closed(node)
    tables = ("case_now", "case_finding", "case_clock", "case_request", "case_event", "rule_outcome")
    before = {t: node.duck.rows(f"SELECT * FROM all_{t} ORDER BY ALL") for t in tables}
    node.close()
    again = engine.rebuild(tmp_path / "node")
    assert {t: again.duck.rows(f"SELECT * FROM all_{t} ORDER BY ALL") for t in tables} == before
    again.close()


def test_a_supervisor_that_lets_a_clock_run_out_is_found(tmp_path: Path) -> None:
    """A lead that is not looked at within its days is a finding about the office, opens no further case, and
    clears no more.
    """
    node = city(tmp_path, "cn-cases")
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    node.tick(moment("2024-03-18T09:00:00"), moment("2024-03-18T09:00:00"))
    assert open_findings(node, "clock_overdue") == []
    node.tick(moment("2024-03-19T09:00:00"), moment("2024-03-19T09:00:00"))
    (late,) = open_findings(node, "clock_overdue")
    assert (late.entity, late.subject, late.evidence["due_on"]) == (OWNER, [case_id, "triage", "1"], "2024-03-18")
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-20"))
    (late,) = open_findings(node, "clock_overdue")
    assert late.evidence["ended_on"] == "2024-03-20"
    assert node.duck.rows("SELECT count(*) FROM case_now") == [(1,)]
    explained = explain(node.duck, node.pack, late.finding)
    assert explained is not None
    assert [row["table"] for row in explained.rows] == ["case_clock"]
    assert node.evaluation.judge_all(node.books.entries) == []
    node.close()


def test_closing_by_judging_again_without_a_report_is_found(tmp_path: Path) -> None:
    """Facts that make the rule pass end a case only together with what the entity reports as put right; else it is found."""
    node = city(tmp_path, "cn-cases")
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-12"))
    take_steps(node, step(case_id, "require", "internal", "U1", "2024-03-12"))
    correct_approval(node, decided="2024-03-02T10:00:00", at="2024-03-13T10:00:00")
    take_steps(node, step(case_id, "verify", "internal", "U2", "2024-03-14"))
    take_steps(node, step(case_id, "close", "internal", "U3", "2024-03-14"))
    (found,) = open_findings(node, "closed_without_rectification")
    assert (found.entity, found.subject) == (OWNER, [case_id])
    node.close()
