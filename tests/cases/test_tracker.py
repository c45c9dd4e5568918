"""The cases of a node: what opens, joins, ends and reopens them, and what is requested only once."""

import datetime as dt
import json
from pathlib import Path

from comptroller import engine
from comptroller.packs import gather_files
from tests.cases.event_facts import answer, city, correct_approval, pay, send_answers, state, step, take_steps, the_case
from tests.worlds import OWNER, PACKS, fresh_node, kept, moment, report


def test_findings_of_one_matter_join_one_case(tmp_path: Path) -> None:
    """Two rules that find in one matter make one case; another matter of the firm makes another."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    pay(node, "P2", "M2", at="2024-03-12T09:00:00")
    rejected = {"entity": "G1", "decision": "D9", "matter": "M1", "body": "board", "outcome": "rejected"}
    kept(node, report("decision", {**rejected, "decided_at": "2024-03-09T10:00:00"}), at="2024-03-13T09:00:00")
    rows = node.duck.rows("SELECT findings FROM case_now ORDER BY findings")
    assert len(rows) == 2
    assert rows[0] == (1,)
    assert node.duck.rows("SELECT count(*), count(DISTINCT finding) FROM case_finding")[0][0] == sum(n for (n,) in rows)
    node.close()


def test_what_is_cleared_before_anybody_looked_is_dismissed_by_itself(tmp_path: Path) -> None:
    """A case in triage ends as withdrawn when new facts make its rules pass; that a severe one was corrected is looked at."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    early = {"entity": "G1", "decision": "D0", "matter": "M1", "body": "board", "outcome": "approved"}
    kept(node, report("decision", {**early, "decided_at": "2024-03-01T10:00:00"}), at="2024-03-12T09:00:00")
    assert node.duck.rows("SELECT state, ended_how FROM case_now") == [("dismissed", "withdrawn")]
    pay(node, "P2", "M2", "G2", at="2024-03-12T10:00:00")
    correct_approval(node, "M2", decided="2024-03-02T10:00:00", at="2024-03-13T09:00:00", firm="G2")
    assert node.duck.rows("SELECT state, ended_how FROM case_now WHERE entity = 'G2'") == [("verifying", None)]
    assert node.duck.rows("SELECT withdrawn_count, open_count FROM rule_outcome WHERE rule LIKE '%acted_before%'") == [
        (2, 0)
    ]
    node.close()


def test_found_again_after_the_window_is_another_case(tmp_path: Path) -> None:
    """Within the window of the route the same case opens again; after it a new one is made, and the old one stays closed."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    early = {"entity": "G1", "decision": "D0", "matter": "M1", "body": "board", "outcome": "approved"}
    early |= {"decided_at": "2024-03-01T10:00:00"}
    kept(node, report("decision", early), at="2024-03-12T09:00:00")
    kept(node, report("decision", {**early, "act": "retract"}), at="2024-12-12T09:00:00")
    rows = node.duck.rows("SELECT state, reopened FROM case_now ORDER BY opened_on")
    assert rows == [("dismissed", 0), ("triage", 0)]
    node.close()


def test_a_suppressed_finding_opens_its_case_when_the_suppression_ends(tmp_path: Path) -> None:
    """In its scope and until its last day no case is opened; then the current findings open one, also after a
    restart.
    """
    node = city(tmp_path)
    row = {"suppression": "H1", "office": OWNER, "rule": "acted_before_approval", "entity": "G1", "reason": "known"}
    row |= {"valid_from": "2024-03-01", "valid_until": "2024-04-01", "by": "U1", "approved_by": "U2"}
    kept(node, report("suppression", row), at="2024-03-10T09:00:00")
    pay(node, at="2024-03-11T09:00:00")
    pay(node, "P2", "M2", "G2", at="2024-03-11T10:00:00")
    assert node.duck.rows("SELECT entity FROM case_now") == [("G2",)]
    node.close()
    node = engine.open_node(tmp_path / "node")
    node.tick(moment("2024-03-31T09:00:00"), moment("2024-03-31T09:00:00"))
    assert node.duck.rows("SELECT entity FROM case_now") == [("G2",)]
    node.tick(moment("2024-04-01T09:00:00"), moment("2024-04-01T09:00:00"))
    assert node.duck.rows("SELECT entity, opened_on FROM case_now WHERE entity = 'G1'") == [("G1", dt.date(2024, 4, 1))]
    node.close()


def test_material_of_another_line_is_not_requested_again(tmp_path: Path) -> None:
    """A second line's request is answered with what the first one got, names it and its day, starts no clock, and is counted."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    one = the_case(node)

    def ask(number: str, line: str, day: str) -> None:
        row = {"request": number, "case_id": one, "office": OWNER, "by_line": line, "by": "U1", "material": "minutes"}
        take_steps(node, {**row, "asked_on": day}, kind="material_request")

    ask("R1", "audit", "2024-03-12")
    send_answers(node, answer(one, "supply", "2024-03-14", material="minutes", request="R1"))
    ask("R2", "internal", "2024-03-18")
    sql = (
        "SELECT request, duplicate, saved, supplied_to, CAST(supplied_on AS VARCHAR) FROM case_request ORDER BY request"
    )
    assert node.duck.rows(sql) == [("R1", False, False, None, None), ("R2", True, True, "audit", "2024-03-14")]
    clocks = node.duck.rows("SELECT instance, CAST(ended_on AS VARCHAR) FROM case_clock WHERE clock = 'material'")
    assert clocks == [("R1", "2024-03-14")]
    node.close()


def test_requests_of_a_confidential_line_reveal_nothing(tmp_path: Path) -> None:
    """Material supplied to discipline is neither passed to another line nor counted against it; shared evidence is."""
    node = city(tmp_path)
    pay(node, at="2024-03-11T09:00:00")
    one = the_case(node)
    take_steps(node, step(one, "inform", "internal", "U1", "2024-03-12", to_line="discipline"))

    def ask(number: str, line: str, day: str, material: str = "bank") -> None:
        row = {"request": number, "case_id": one, "office": OWNER, "by_line": line, "by": "U1", "material": material}
        take_steps(node, {**row, "asked_on": day}, kind="material_request")

    ask("R1", "discipline", "2024-03-12")
    send_answers(node, answer(one, "supply", "2024-03-13", material="bank", request="R1"))
    for number, line in (("R2", "audit"), ("R3", "discipline")):
        ask(number, line, "2024-03-14")
    sql = "SELECT request, duplicate, saved, supplied_to FROM case_request WHERE request > 'R1' ORDER BY request"
    assert node.duck.rows(sql) == [("R2", False, False, None), ("R3", True, True, "discipline")]
    row = {
        "evidence": "E1",
        "case_id": one,
        "office": OWNER,
        "by_line": "discipline",
        "material": "minutes",
        "by": "V1",
    }
    take_steps(node, {**row, "obtained_on": "2024-03-14", "seen_by": "case"}, kind="case_evidence")
    ask("R4", "audit", "2024-03-15", "minutes")
    node.close()
    node = engine.open_node(tmp_path / "node")
    ask("R5", "internal", "2024-03-18")
    assert node.duck.rows(sql)[2:] == [("R4", True, True, "discipline"), ("R5", True, False, None)]
    node.close()


def test_adopting_routes_opens_cases_for_current_findings(tmp_path: Path) -> None:
    """A node that adopts a policy with routes has cases for what was found before."""
    node = fresh_node(tmp_path, "base")
    kept(node, report("entity", {"entity": "G1", "name": "G1"}), at="2024-03-01T09:00:00")
    pay(node, at="2024-03-11T09:00:00")
    assert node.duck.rows("SELECT count(*) FROM case_now") == [(0,)]
    node.adopt(dict(gather_files([PACKS], "cn-central")), "cn-central", moment("2024-03-12T09:00:00"))
    assert state(node, the_case(node)) == "triage"
    said_events = node.duck.rows("SELECT what, said FROM case_event")
    assert [json.loads(text)["rule"].rsplit("/", 1)[1] for _, text in said_events] == ["acted_before_approval"]
    node.close()


def test_a_clock_beyond_the_calendar_is_dated_by_the_next_one(tmp_path: Path) -> None:
    """Law: where the calendar ends before a clock does there is no last day; the policy that brings the next calendar sets it, once."""
    files = gather_files([PACKS], "cn-central")
    short = {
        path: fields for path, fields in files.items() if not path.endswith(("calendar/2025.yml", "calendar/2026.yml"))
    }
    node = city(tmp_path)
    node.adopt(short, "cn-central", moment("2024-12-01T09:00:00"))
    pay(node, at="2024-12-30T09:00:00")
    undated = "SELECT count(*) FROM case_clock WHERE due_on IS NULL AND ended_on IS NULL"
    assert node.duck.rows(undated)[0][0] > 0
    assert node.duck.rows("SELECT due_on FROM case_now") == [(None,)]
    node.adopt(files, "cn-central", moment("2025-01-02T09:00:00"))
    assert node.duck.rows(undated) == [(0,)]
    case = "SELECT case_id, clock, instance, due_on, fact FROM case_clock ORDER BY ALL"
    dated, (due,) = node.duck.rows(case), node.duck.rows("SELECT due_on FROM case_now")[0]
    assert due == min(row[3] for row in dated)
    node.close()
    node = engine.open_node(tmp_path / "node")
    pay(node, "P2", "M2", at="2025-01-03T09:00:00")
    assert [row for row in node.duck.rows(case) if row in dated] == dated, "nothing is written twice"
    node.close()
