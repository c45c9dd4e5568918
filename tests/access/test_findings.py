"""Which findings the people of a firm see: their own to put right at once, others when a line releases them, each by itself."""

import datetime as dt

import pytest

from comptroller.access import AccessScope
from comptroller.access.grants import Grant, Viewer
from comptroller.access.row_access import scoped
from tests.cases.event_facts import ask, city, pay, step, take_steps, the_case
from tests.worlds import OWNER, kept, report

DAY = dt.date(2024, 3, 20)


@pytest.fixture
def node(tmp_path):
    """A case about G1 that is not released yet."""
    worker = city(tmp_path, "cn-cases")
    pay(worker, at="2024-03-11T09:00:00")
    yield worker
    worker.close()


def seen(node, role, entity, employer="", line=""):
    """Return the findings that a user with one grant sees, and the number of cases and events in a query."""
    grant = Grant("G", "u", role, entity, "", line, DAY, None, "r", 0)
    reach = AccessScope(Viewer("u", "u", employer, (grant,), DAY), node.pack, OWNER)
    views = reach.views(["finding_now", "finding", "case_now", "case_event", "case_finding", "rule_outcome"])
    findings = {f for (f,) in node.duck.rows(scoped("SELECT finding FROM finding_now", views))}
    history = {f for (f,) in node.duck.rows(scoped("SELECT finding FROM finding", views))}
    assert history == findings
    counted = [node.duck.rows(scoped(f"SELECT count(*) FROM {t}", views))[0][0] for t in ("case_now", "case_event")]
    return findings, sum(counted), node.duck.rows(scoped("SELECT count(*) FROM rule_outcome", views))[0][0]


def all_findings(node):
    return {f for (f,) in node.duck.rows("SELECT finding FROM case_finding")}


def test_a_reporter_sees_a_lead_when_a_line_releases_it(node):
    """Before: no finding, no case, no count. After a request, a letter or a releasing step: the findings at
    that time.
    """
    assert all_findings(node)
    assert seen(node, "reporter", "G1") == (set(), 0, 0)
    assert seen(node, "reporter", "G") == (set(), 0, 0)
    case_id = the_case(node)
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-12"))
    assert seen(node, "reporter", "G1")[0] == set(), "a step that does not tell the firm releases nothing"
    take_steps(node, ask(case_id, "internal", "U1", "2024-03-12"), kind="material_request")
    assert seen(node, "reporter", "G1") == (all_findings(node), 0, 0)
    assert seen(node, "reporter", "G2")[0] == set()


def test_what_joins_a_case_later_waits_for_the_next_release(node):
    """A second finding of the same matter is not shown by the request before it; the step after it shows it."""
    case_id = the_case(node)
    take_steps(node, ask(case_id, "internal", "U1", "2024-03-12"), kind="material_request")
    first = all_findings(node)
    rejected = {"entity": "G1", "decision": "D9", "matter": "M1", "body": "board", "outcome": "rejected"}
    kept(node, report("decision", {**rejected, "decided_at": "2024-03-09T10:00:00"}), at="2024-03-13T09:00:00")
    joined = {f for (f,) in node.duck.rows("SELECT finding FROM case_finding WHERE case_id = ?", [case_id])} - first
    assert joined
    assert seen(node, "reporter", "G1")[0] == first
    take_steps(node, ask(case_id, "internal", "U1", "2024-03-14", "more"), kind="material_request")
    assert seen(node, "reporter", "G1")[0] == first | joined


def test_a_letter_to_another_releases_nothing(node):
    """A letter is the firm's when it is addressed to it."""
    case_id = the_case(node)
    row = {"case_id": case_id, "office": OWNER, "by_line": "internal", "by": "U1", "kind": "prompt", "hash": "0" * 64}
    for number, addressee in (("L1", "G2"), ("L2", "G1")):
        take_steps(node, row | {"letter": number, "addressee": addressee, "sent_on": "2024-03-12"}, kind="letter")
        assert bool(seen(node, "reporter", "G1")[0]) == (addressee == "G1")


@pytest.mark.parametrize(("employer", "sees"), [("", True), (OWNER, True), ("G", True), ("G2", True), ("G1", False)])
def test_who_works_for_a_firm_sees_of_it_what_is_released(node, employer, sees):
    """In every role: staff of a firm see no lead about it before a line releases it."""
    assert bool(seen(node, "supervisor", "G1", employer)[0]) == sees
    assert bool(seen(node, "supervisor", "G", employer)[0]) == sees
    take_steps(node, ask(the_case(node), "internal", "U1", "2024-03-12"), kind="material_request")
    assert seen(node, "supervisor", "G1", employer)[0]


def test_an_officer_who_handles_the_case_sees_it_whoever_employs_him(node):
    """A line has a part in its cases also where its officer works for the firm."""
    assert seen(node, "supervisor", OWNER, "G1", "internal")[0]
    assert not seen(node, "supervisor", "G1", "G1", "internal")[0]
