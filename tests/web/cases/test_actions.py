"""Actions in cases: each is recorded in the name of the signed-in user; two officers are two people.

No user acts for another line.
"""

import datetime as dt

import pytest

from comptroller.cli.serve import let_in
from comptroller.model.refusal import Refused
from comptroller.web.cases import actions, approvals, view
from comptroller.web.reporting.submit import Sent, send_report
from comptroller.web.shell.errors import NotFound, PermissionDenied
from tests.case_consoles import release, the_case
from tests.web.visits import visit_for


def seen_by(server, login):
    """Return a visit and the case as a user sees it."""
    visit = visit_for(server, login)
    return visit, view.see(visit, the_case(server))


def names(server, login):
    """Return the names of the actions that a user may perform."""
    return {act.name for act in actions.actions_of(*seen_by(server, login))}


def test_each_may_do_what_his_seat_allows(cases, released):
    """The leading line moves, an informed one requests and supplies, the entity answers, an overseer does nothing."""
    assert {"escalate", "dismiss", "hand_over", "extend", "suppression"} <= names(cases, "internal1")
    assert names(cases, "internal1").isdisjoint({"close", "verify", "contest", "receive"})
    assert names(cases, "audit1") == {"material_request", "case_evidence", "loss_estimate"}
    assert names(released, "firm") == {"confirm", "explain", "contest", "supply", "appeal"}
    for login in ("over", "leader", "group"):
        assert names(released, login) == set()


def test_what_is_not_allowed_is_not_done(released):
    """An action outside the permitted ones is rejected, and so is one without a required field; nothing is recorded."""
    cases, size = released, released.ledger.size
    for login, name in (("audit1", "escalate"), ("over", "dismiss"), ("internal1", "close"), ("firm", "escalate")):
        with pytest.raises(PermissionDenied):
            actions.perform(*seen_by(cases, login), name, {"reason": "r"})
    done = actions.perform(*seen_by(cases, "internal1"), "escalate", {})
    assert [refusal.code for refusal in done.refusals] == ["desk.form"]
    assert cases.ledger.size == size


def test_an_act_is_told_in_the_officers_own_name(moving):
    """The officer is always the signed-in user, and a repeated action is recorded once."""
    values = {"reason": "because", "by": "somebody", "by_line": "audit", "approved_by": "x"}
    done = actions.perform(*seen_by(moving, "internal1"), "escalate", values, "N1")
    assert done.entry
    sql = 'SELECT what, by_line, "by", approved_by, reason FROM case_event ORDER BY place DESC LIMIT 1'
    assert moving.duck.rows(sql) == [("move.escalate", "internal", "internal1", None, "because")]


def test_two_officers_are_two_people(moving):
    """An action for two officers waits: its proposer does not approve it, another line does not see it, another
    officer does.
    """
    actions.perform(*seen_by(moving, "internal1"), "escalate", {"reason": "r"})
    more = {"clock": "verification", "extend_by": "5", "order_number": "N1", "reason": "r"}
    done = actions.perform(*seen_by(moving, "internal1"), "extend", more)
    assert done.waits
    assert moving.duck.rows("SELECT extended FROM case_clock WHERE clock = 'verification'") == [(0,)]
    with pytest.raises(Refused):
        approvals.settle(*seen_by(moving, "internal1"), done.waits, approves=True)
    assert actions.waiting(visit_for(moving, "audit1")) == []
    with pytest.raises(NotFound):
        approvals.settle(*seen_by(moving, "audit1"), done.waits, approves=True)
    assert approvals.settle(*seen_by(moving, "internal2"), done.waits, approves=True).entry
    sql = "SELECT \"by\", approved_by FROM case_event WHERE what = 'move.extend'"
    assert moving.duck.rows(sql) == [("internal1", "internal2")]
    assert actions.waiting(visit_for(moving, "internal2")) == []


def test_who_is_inquired_into_is_told_before_anything_is_decided(moving):
    """An inquiry into a person is recorded while nothing is decided; the decision then replaces it."""
    person, rows = {"person": "P1", "degree": "direct", "inquired_on": "2024-03-01"}, []
    for more in ({}, {"decided_on": "2024-03-12", "deduction_pct": "30"}):
        number = actions.perform(*seen_by(moving, "internal1"), "responsibility", person | more).waits
        assert approvals.settle(*seen_by(moving, "internal2"), number, approves=True).entry
        rows += moving.duck.rows("SELECT CAST(decided_on AS VARCHAR), deduction_pct IS NULL FROM responsibility")
    assert rows == [(None, True), ("2024-03-12", False)]


def test_an_office_takes_what_it_is_handed(moving):
    """Officers of a line elsewhere see a case once it is offered to their office, and accept it for that office."""
    grant = {"role": "supervisor", "entity": "G", "supervision_line": "internal", "reason": "test"}
    let_in(moving, {"login": "below", "name": "below"}, [grant], dt.date(2024, 1, 1))
    with pytest.raises(NotFound):
        seen_by(moving, "below")
    values = {"to_line": "internal", "to_office": "G", "reason": "yours"}
    assert actions.perform(*seen_by(moving, "internal1"), "hand_over", values).entry
    assert names(moving, "below") >= {"receive", "decline"}
    assert "receive" not in names(moving, "internal1")
    assert actions.perform(*seen_by(moving, "below"), "receive", {}).entry
    assert moving.duck.rows("SELECT office, pending_office FROM case_now") == [("G", None)]
    assert moving.duck.rows("SELECT office FROM case_step WHERE move = 'receive'") == [("G",)]
    assert "escalate" in names(moving, "below")


def test_a_refusal_of_the_room_is_told(moving):
    """A rejection by the case tracker is shown with its code; a waiting action stays until it is withdrawn."""
    actions.perform(*seen_by(moving, "internal1"), "escalate", {"reason": "r"})
    more = {"clock": "verification", "extend_by": "99", "order_number": "N1", "reason": "r"}
    number = actions.perform(*seen_by(moving, "internal1"), "extend", more).waits
    done = approvals.settle(*seen_by(moving, "internal2"), number, approves=True)
    assert [refusal.code for refusal in done.refusals] == ["cases.extension"]
    assert len(actions.waiting(visit_for(moving, "internal2"))) == 1
    approvals.settle(*seen_by(moving, "internal2"), number, approves=False)
    assert actions.waiting(visit_for(moving, "internal2")) == []


def test_a_line_tells_more_than_moves(moving):
    """Requests, evidence, losses and suppressions have forms of their own."""
    request = actions.perform(*seen_by(moving, "audit1"), "material_request", {"material": "minutes"}, "R1")
    lost = actions.perform(
        *seen_by(moving, "internal1"), "loss_estimate", {"amount_cny": "12000000", "reason": "books"}
    )
    assert request.entry
    assert lost.entry
    shut = {"valid_until": "2024-06-01", "reason": "known"}
    number = actions.perform(*seen_by(moving, "internal1"), "suppression", shut).waits
    assert approvals.settle(*seen_by(moving, "internal2"), number, approves=True).entry
    assert moving.duck.rows("SELECT request, by_line FROM case_request") == [("R1", "audit")]
    row = moving.duck.rows('SELECT entity, "by", approved_by FROM suppression')
    assert row == [("G1", "internal1", "internal2")]
    answered = actions.perform(
        *seen_by(moving, "firm"), "supply", {"material": "minutes", "request": "R1", "reason": "here"}
    )
    assert answered.entry
    assert moving.duck.rows("SELECT answered_on IS NOT NULL FROM case_request") == [(True,)]


def test_steps_are_not_reported(moving):
    """A report that contains a step is rejected, also with another spelling of its kind; an answer is accepted."""
    visit = visit_for(moving, "firm")
    step = '"facts": [{"step": "S", "case_id": "C", "office": "G1", "by_line": "internal", "move": "dismiss"}]}'
    for kind in ("case_step", "case\\u005fstep"):
        payload = f'{{"kind": "{kind}", {step}'.encode()
        answer = send_report(visit, payload, Sent("r.json", "json", "G1", ""))
        assert [refusal.code for refusal in answer.refusals] == ["desk.kind"], kind
    release(moving)
    row = f'"answer": "A1", "case_id": "{the_case(moving)}", "move": "explain", "done_on": "2024-03-12", "by": "E1", "reason": "so"'
    payload = f'{{"kind": "enterprise_answer", "facts": [{{"entity": "G1", {row}}}]}}'.encode()
    assert send_report(visit, payload, Sent("a.json", "json", "G1", "")).entry
