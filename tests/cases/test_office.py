"""The office of an act is that of its case; a suppression needs an office above its entities."""

import pytest

from tests.cases.event_facts import FIRM, city, pay, step, the_case
from tests.worlds import OWNER, moment, report, take

DAY = "2024-03-12"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Return a city with a case about a firm, at the owner's office."""
    worker = city(tmp_path_factory.mktemp("offices"), "cn-cases")
    pay(worker, at="2024-03-11T09:00:00")
    worker.tick(moment("2024-03-12T00:10:00"), moment("2024-03-12T00:10:00"))
    yield worker
    worker.close()


def _codes(node, row, kind):
    """Return the codes of the refusals of one row."""
    return [refusal.code for refusal in take(node, report(kind, row), at=f"{DAY}T12:00:00").refused.get(0, [])]


@pytest.mark.parametrize("office", ["G", FIRM, "G2", "nowhere"])
def test_an_act_is_in_the_name_of_the_cases_office(node, office):
    """Steps, requests, losses, letters and evidence in another office's name are rejected, the entity's own
    included.
    """
    case_id = the_case(node)
    same = {"case_id": case_id, "office": office, "by_line": "internal", "by": "V1"}
    acts = {
        "case_step": step(case_id, "dismiss", "internal", "V1", DAY, office=office),
        "material_request": {**same, "request": "R", "material": "minutes", "asked_on": DAY},
        "loss_estimate": {**same, "estimate": "L", "amount_cny": 1, "estimated_on": DAY, "reason": "r"},
        "case_evidence": {**same, "evidence": "E", "material": "minutes", "obtained_on": DAY, "seen_by": "case"},
        "letter": {**same, "letter": "X", "kind": "prompt", "sent_on": DAY, "hash": "ab", "check_code": "LX"},
        "responsibility": {**same, "person": "P", "entity": FIRM, "degree": "direct", "decided_on": DAY},
    }
    for kind, row in acts.items():
        assert "cases.act_office" in _codes(node, row, kind), kind
        assert "cases.act_office" not in _codes(node, row | {"office": OWNER, "by_line": "-"}, kind)


def test_a_person_answers_in_a_case_that_there_is(node):
    """A responsibility fact needs a case, and a line with a part in it."""
    row = {"person": "P", "office": OWNER, "entity": FIRM, "degree": "direct", "by": "V1", "decided_on": DAY}
    away = _codes(node, row | {"case_id": "C-none", "by_line": "internal"}, "responsibility")
    other = _codes(node, row | {"case_id": the_case(node), "by_line": "social"}, "responsibility")
    assert (away, other) == (["cases.case"], ["cases.role"])


@pytest.mark.parametrize(
    ("office", "scope", "may"),
    [
        (OWNER, {}, True),
        (OWNER, {"entity": FIRM}, True),
        ("G", {}, False),
        ("G", {"entity": FIRM}, True),
        ("G", {"entity": OWNER}, False),
        ("G", {"finding": "F-none"}, False),
        ("G", {"entity": FIRM, "finding": "F-none"}, False),
        (FIRM, {"entity": FIRM}, False),
        ("G2", {"entity": FIRM}, False),
        ("G2", {}, False),
    ],
)
def test_a_suppression_is_by_an_office_above(node, office, scope, may):
    """An office above the entity, or the owner's; a rule everywhere is for the owner's office alone."""
    row = {
        "suppression": "-".join(["S", office, *scope.values()]),
        "office": office,
        "rule": "acted_before_approval",
        "by": "V1",
    }
    row |= {"approved_by": "V2", "valid_from": DAY, "valid_until": "2024-06-01", "reason": "known"} | scope
    assert _codes(node, row, "suppression") == ([] if may else ["cases.reach"])


def test_a_finding_lends_its_entity(node):
    """A suppression of one finding is by an office above the entity that the finding is about."""
    ((finding,),) = node.duck.rows("SELECT finding FROM case_finding")
    row = {"rule": "acted_before_approval", "by": "V1", "approved_by": "V2", "finding": finding, "reason": "known"}
    row |= {"valid_from": DAY, "valid_until": "2024-06-01"}
    for office, wanted in (("G2", ["cases.reach"]), ("G", [])):
        assert _codes(node, row | {"suppression": office, "office": office}, "suppression") == wanted
