"""A case ends by itself where facts that came later make its rules pass and its route allows it; else officers look at it."""

from typing import Any

import pytest

from comptroller.cases.case import Case, CaseFinding, Event
from comptroller.cases.closure import is_lapsed, next_state
from comptroller.engine import Engine
from comptroller.model.finding import BY_FACTS, HOWS, LAPSED
from comptroller.packs import gather_files
from tests.cases.event_facts import city, refusals_of, step, take_steps
from tests.worlds import OWNER, PACKS, kept, moment, open_findings, report

_MINOR = {"loss_classes": ["general"], "with_persons": False}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory):
    """Yield a node for tests that each create their own cases, each with one tender with a deposit above its cap."""
    worker = city(tmp_path_factory.mktemp("closing"), "cn-cases")
    yield worker
    worker.close()


def _tender(node: Engine, number: str, day: str, **more: Any) -> int:
    row = {"entity": "G1", "tender": number, "method": "open_tender", "estimate_cny": 100, "bid_deposit_cny": 3}
    row |= {"published_on": "2024-03-01", **more}
    return kept(node, report("tender", row), at=f"{day}T09:00:00")[0]


def _case(node: Engine, number: str) -> str:
    sql = "SELECT c.case_id FROM case_finding AS c JOIN finding_now AS f USING (finding) WHERE contains(f.subject, ?)"
    return str(node.duck.rows(sql, [f'"{number}"'])[0][0])


def _stands(node: Engine, case_id: str) -> tuple[Any, ...]:
    sql = "SELECT state, ended_how, passes_as_of FROM case_now WHERE case_id = ?"
    return node.duck.rows(sql, [case_id])[0]


def _taken_up(node: Engine, month: str, *numbers: str) -> list[str]:
    """Return cases escalated in a month, after the entity was asked to rectify."""
    for number in numbers:
        _tender(node, number, f"{month}-11")
    cases = [_case(node, number) for number in numbers]
    moves = [(case_id, move) for case_id in cases for move in ("escalate", "require")]
    take_steps(node, *(step(case_id, move, "audit", "U1", f"{month}-12") for case_id, move in moves))
    return cases


_LOWERED = {"act": "correct", "bid_deposit_cny": 2}


def test_facts_that_come_later_close_a_minor_case_and_their_undoing_opens_it(node: Engine) -> None:
    """The entry that makes its rule pass closes the case: it accuses no one, stops its clocks, and undoing it
    reopens the case.
    """
    (case_id,) = _taken_up(node, "2024-03", "T1")
    entry = _tender(node, "T1", "2024-03-20", **_LOWERED)
    assert _stands(node, case_id) == ("closed", "passed", entry)
    (last,) = node.duck.rows(
        "SELECT what, told >> 20, state_after FROM case_event WHERE case_id = ? ORDER BY place DESC LIMIT 1", [case_id]
    )
    assert last == ("finding.cleared", entry, "closed")
    running = "SELECT count(*) FROM case_clock WHERE case_id = ? AND ended_on IS NULL"
    assert node.duck.rows(running, [case_id]) == [(0,)]
    assert open_findings(node, "closed_without_rectification") == []
    _tender(node, "T1", "2024-04-02", act="correct", bid_deposit_cny=3)
    assert _stands(node, case_id) == ("triage", None, None)


def test_retracted_or_changed_facts_are_reviewed(node: Engine) -> None:
    """A retracted fact, or one outside the rule, corrects nothing: officers review it."""
    back, other = _taken_up(node, "2024-04", "T2", "T3")
    _tender(node, "T2", "2024-04-20", act="retract")
    _tender(node, "T3", "2024-04-20", act="correct", method="bidding")
    assert [_stands(node, case_id)[:2] for case_id in (back, other)] == [("verifying", None)] * 2
    hows = "SELECT cleared_how FROM case_finding WHERE case_id IN (?, ?) ORDER BY 1"
    assert node.duck.rows(hows, [back, other]) == [("otherwise",), ("retracted",)]


def test_loss_persons_and_inquiries_call_for_officers(node: Engine) -> None:
    """Where it cost something, a person answers, or a line inquires, the same facts end nothing by themselves."""
    loss, person, inquiry = _taken_up(node, "2024-05", "T4", "T5", "T6")
    estimate = {"estimate": "L1", "case_id": loss, "office": OWNER, "by_line": "audit", "amount_cny": 10, "by": "U1"}
    kept(
        node,
        report("loss_estimate", {**estimate, "estimated_on": "2024-05-13", "reason": "r"}),
        at="2024-05-13T12:00:00",
    )
    answers = {"case_id": person, "person": "P1", "office": OWNER, "entity": "G1", "by_line": "audit", "by": "U1"}
    kept(node, report("responsibility", {**answers, "degree": "direct"}), at="2024-05-13T12:00:00")
    take_steps(node, step(inquiry, "inquire", "audit", "U1", "2024-05-13"))
    for number in ("T4", "T5", "T6"):
        _tender(node, number, "2024-05-20", **_LOWERED)
    assert [_stands(node, case_id)[:2] for case_id in (loss, person, inquiry)] == [("verifying", None)] * 3


def test_what_lapses_is_never_counted_as_put_right(node: Engine) -> None:
    """Findings of a rule that is retired lapse: untouched cases are dismissed as lapsed, others verified and closed as such."""
    (taken,) = _taken_up(node, "2024-06", "T8")
    _tender(node, "T7", "2024-06-13")
    fresh = _case(node, "T7")
    before = node.duck.rows("SELECT count(*) FILTER (WHERE ended_how IN ('passed', 'rejudged')) FROM case_now")
    files = {
        path: text
        for path, text in gather_files([PACKS], "cn-cases").items()
        if not path.startswith("cn-central/rules/procurement/bid_deposit_too_high")
    }
    node.adopt(files, "cn-cases", moment("2024-06-14T09:00:00"))
    assert _stands(node, fresh)[:2] == ("dismissed", "lapsed")
    assert _stands(node, taken)[:2] == ("verifying", None)
    take_steps(node, step(taken, "verify", "audit", "U2", "2024-06-14"))
    assert [r.code for r in refusals_of(node, step(taken, "close", "audit", "U2", "2024-06-14"))] == [
        "cases.same_officer"
    ]
    take_steps(node, step(taken, "close", "audit", "U3", "2024-06-14"))
    assert _stands(node, taken)[:2] == ("closed", "lapsed")
    sql = "SELECT count(*) FILTER (WHERE ended_how IN ('passed', 'rejudged')) FROM case_now"
    assert node.duck.rows(sql) == before
    sql = "SELECT outcome, cleared_how FROM case_finding WHERE case_id IN (?, ?) ORDER BY ALL"
    assert node.duck.rows(sql, [fresh, taken]) == [("confirmed", "policy"), ("lapsed", "policy")]


def _case_of(how: str, state: str, closes: dict[str, Any] | None = None, **more: Any) -> Case:
    case = Case("C", state=state, **more)
    finding = CaseFinding("F", "G1", "r", "low", "", moment("2024-03-11T09:00:00").date(), stands=False)
    finding.cleared_how, finding.closes = how, closes
    case.findings["F"] = finding
    return case


_GONE = Event("finding.cleared", moment("2024-03-20T09:00:00").date())


@pytest.mark.parametrize("how", HOWS)
def test_only_facts_close_and_only_lists_time_and_policy_lapse(how: str) -> None:
    """Only facts end a case that was escalated; a lapsed finding differs from a corrected one."""
    for state in ("escalated", "rectifying", "verifying"):
        expected = ("closed", "passed") if how in BY_FACTS else ("verifying", "")
        assert next_state(_case_of(how, state, _MINOR), _GONE) == expected
        assert next_state(_case_of(how, state), _GONE) == ("verifying", "")
    untouched = ("dismissed", "lapsed" if how in LAPSED else "withdrawn")
    assert next_state(_case_of(how, "triage", _MINOR), _GONE) == untouched
    severe = untouched if how in ("added", "time", "policy") else ("verifying", "")
    assert next_state(_case_of(how, "triage"), _GONE) == severe
    assert is_lapsed(_case_of(how, "triage")) == (how in LAPSED)


def test_a_route_may_let_losses_of_a_class_and_persons_pass() -> None:
    """A loss of a class in the route, and persons if it allows them, end by facts as well; a hand-over never."""
    case = {"loss_cny": "5"}
    assert next_state(_case_of("corrected", "rectifying", _MINOR, loss_class="general", **case), _GONE)[0] == "closed"
    assert next_state(_case_of("corrected", "rectifying", _MINOR, loss_class="major", **case), _GONE)[0] == "verifying"
    answers = Event("finding.cleared", _GONE.on, said={"persons": True})
    assert next_state(_case_of("corrected", "rectifying", _MINOR), answers)[0] == "verifying"
    named = {**_MINOR, "with_persons": True}
    assert next_state(_case_of("corrected", "rectifying", named), answers)[0] == "closed"
    assert next_state(_case_of("corrected", "rectifying", named, pending="audit"), _GONE)[0] == "verifying"
    assert next_state(_case_of("corrected", "rectifying", named, officers={"decide": "U1"}), _GONE)[0] == "verifying"
