"""A step that a case does not allow is rejected with its code, and leaves no trace."""

from pathlib import Path

import pytest

from comptroller.engine import Engine
from tests.cases.event_facts import answer, ask, city, pay, refusals_of, send_answers, state, step, take_steps, the_case
from tests.worlds import OWNER, kept, report, take


@pytest.fixture
def node(tmp_path: Path):
    """Yield a node with one case in triage, led by the internal line."""
    worker = city(tmp_path)
    pay(worker, at="2024-03-11T09:00:00")
    yield worker
    worker.close()


def _codes(node: Engine, row: dict, kind: str = "case_step") -> list[str]:
    size = node.ledger.size
    codes = [refusal.code for refusal in refusals_of(node, row, kind)]
    assert (node.ledger.size == size) == bool(codes)
    return codes


def test_moves_require_their_states_lines_and_reasons(node: Engine) -> None:
    """A move from another state, by another line, without a reason, early, late or in no case is rejected."""
    one = the_case(node)
    assert _codes(node, step(one, "close", "internal", "U1", "2024-03-12")) == [
        *("cases.state", "cases.stands", "cases.unverified"),
    ]
    assert _codes(node, step(one, "escalate", "investor", "U1", "2024-03-12")) == ["cases.role"]
    assert _codes(node, step(one, "escalate", "nobody", "U1", "2024-03-12")) == ["cases.line"]
    assert _codes(node, step(one, "escalate", "internal", "U1", "2024-03-12", reason="")) == ["cases.needs"]
    assert _codes(node, step(one, "escalate", "internal", "U1", "2024-03-10")) == ["cases.early"]
    assert _codes(node, step("C-none", "escalate", "internal", "U1", "2024-03-12")) == ["cases.case"]
    late = report("case_step", step(one, "escalate", "internal", "U1", "2024-03-20"))
    assert [r.code for r in take(node, late, at="2024-03-12T12:00:00").refused[0]] == ["cases.future"]
    assert state(node, one) == "triage"


def test_four_eyes(node: Engine) -> None:
    """One officer does not both rectify and verify, verify and close, or request and grant."""
    one = the_case(node)
    take_steps(
        node,
        step(one, "escalate", "internal", "U1", "2024-03-12"),
        step(one, "require", "internal", "U1", "2024-03-12"),
    )
    alone = step(one, "accept", "internal", "U1", "2024-03-13", approved_by="U1")
    assert _codes(node, alone) == ["cases.one_officer"]
    take_steps(node, step(one, "accept", "internal", "U1", "2024-03-13", approved_by="U9"))
    take_steps(node, step(one, "close", "internal", "U2", "2024-03-13"))
    assert node.duck.rows("SELECT state, ended_how, standing FROM case_now") == [("closed", "accepted", 1)]


def test_a_letter_for_two_officers_is_released_by_another(node: Engine) -> None:
    """If its template requires two officers, a letter released by no one or by its own author is rejected;
    otherwise it is accepted.
    """
    base = {"letter": "L1", "case_id": the_case(node), "office": OWNER, "by_line": "internal", "sent_on": "2024-03-12"}

    def sent(**more: str) -> list[str]:
        return _codes(node, {**base, "by": "U1", **more}, "letter")

    assert sent(kind="rectify") == ["cases.needs"]
    assert sent(kind="rectify", approved_by="U1") == ["cases.one_officer"]
    assert sent(kind="rectify", approved_by="U2") == []
    assert sent(kind="prompt", letter="L2") == []


def test_an_appeal_is_decided_once_it_was_made(node: Engine) -> None:
    """No appeal is decided before it was made; a decided one is not decided again before the next."""
    one = the_case(node)
    take_steps(node, step(one, "escalate", "internal", "U1", "2024-03-12"))
    take_steps(node, ask(one, "internal", "U1", "2024-03-12"), kind="material_request")
    review = step(one, "review", "internal", "U1", "2024-03-13", approved_by="U9")
    assert _codes(node, review) == ["cases.after"]
    for day in ("2024-03-13", "2024-03-14"):
        send_answers(node, answer(one, "appeal", day))
        take_steps(node, step(one, "review", "internal", "U1", day, approved_by="U9"))
        assert _codes(node, step(one, "review", "internal", "U1", day, approved_by="U9")) == ["cases.after"]


def test_steps_are_never_retracted(node: Engine) -> None:
    """A step is corrected by another step, not by a correction or a retraction."""
    one = the_case(node)
    row = step(one, "escalate", "internal", "U1", "2024-03-12")
    take_steps(node, row)
    for act in ("correct", "retract"):
        assert "cases.final" in _codes(node, {**row, "act": act, "reason": "another"})


def test_one_report_may_hold_several_steps_and_is_accepted_whole(node: Engine) -> None:
    """Steps of a report are tried one after the other; where one fails none is taken."""
    one = the_case(node)
    good = step(one, "escalate", "internal", "U1", "2024-03-12")
    bad = step(one, "verify", "internal", "U1", "2024-03-12")
    taken = take(node, report("case_step", good, bad), at="2024-03-12T12:00:00")
    assert {r.code for r in taken.refused[0]} == {"cases.state", "cases.stands"}
    assert state(node, one) == "triage"


def test_two_reports_of_a_batch_do_not_make_one_step_twice(node: Engine) -> None:
    """Of two reports that arrive together and make the same move, the second is rejected."""
    one = the_case(node)
    rows = [step(one, "escalate", "internal", by, "2024-03-12") for by in ("U1", "U2")]
    taken = take(node, *(report("case_step", row) for row in rows), at="2024-03-12T12:00:00")
    assert sorted(taken.entries) == [0]
    assert [r.code for r in taken.refused[1]] == ["cases.state"]


def test_clocks_are_extended_within_what_the_pack_allows(node: Engine) -> None:
    """An extension needs its order, a running clock, and a number and an amount within the limits."""
    one = the_case(node)
    take_steps(node, step(one, "escalate", "internal", "U1", "2024-03-12"))
    more = {"clock": "verification", "extend_by": 31, "order_number": "N1", "approved_by": "U9"}
    assert _codes(node, step(one, "extend", "internal", "U1", "2024-03-13", **more)) == ["cases.extension"]
    take_steps(node, step(one, "extend", "internal", "U1", "2024-03-13", **{**more, "extend_by": 10}))
    assert _codes(node, step(one, "extend", "internal", "U1", "2024-03-14", **{**more, "extend_by": 1})) == [
        "cases.extension"
    ]
    assert _codes(node, step(one, "resume", "internal", "U1", "2024-03-14", clock="verification")) == ["cases.clock"]
    sql = "SELECT CAST(due_on AS VARCHAR), extended, order_number FROM case_clock WHERE clock = 'verification'"
    assert node.duck.rows(sql) == [("2024-05-10", 10, "N1")]


def test_one_inquiry_into_the_same_facts(node: Engine) -> None:
    """A second inquiry into a case is rejected during the first."""
    one = the_case(node)
    take_steps(
        node,
        step(one, "escalate", "internal", "U1", "2024-03-12"),
        step(one, "inquire", "internal", "U1", "2024-03-12"),
    )
    assert _codes(node, step(one, "inquire", "internal", "U2", "2024-03-13")) == ["cases.inquiry"]


def test_no_inquiry_into_the_same_facts_in_another_case(node: Engine) -> None:
    """Where another line leads another case on the same payment, it does not inquire beside the first; not even at the same time."""
    paid = {"entity": "G2", "amount": 500, "payee": "X", "invoice": "I1", "paid_at": "2024-03-04T10:00:00"}
    late = {"entity": "G2", "decision": "D2", "matter": "M2", "body": "board", "outcome": "approved"}
    rows = [{**paid, "payment": "P2", "matter": "M2"}, {**paid, "payment": "P3"}]
    paying, deciding = report("payment", *rows), report("decision", {**late, "decided_at": "2024-03-08T10:00:00"})
    kept(node, paying, deciding, at="2024-03-11T10:00:00")
    cases = dict(node.duck.rows("SELECT lead, case_id FROM case_now WHERE entity = 'G2'"))
    assert set(cases) == {"internal", "audit"}
    take_steps(node, *(step(one, "escalate", line, "U1", "2024-03-12") for line, one in sorted(cases.items())))
    inquiries = [step(one, "inquire", line, "U1", "2024-03-12") for line, one in sorted(cases.items())]
    taken = take(node, *(report("case_step", row) for row in inquiries), at="2024-03-12T13:00:00")
    assert sorted(taken.entries) == [0]
    assert [r.code for r in taken.refused[1]] == ["cases.inquiry"]
    assert _codes(node, {**inquiries[1], "done_on": "2024-03-13"}) == ["cases.inquiry"]
    assert _codes(node, step(the_case(node), "escalate", "internal", "U1", "2024-03-13")) == []
    assert _codes(node, step(the_case(node), "inquire", "internal", "U1", "2024-03-13")) == [], "other facts are free"
    take_steps(node, step(cases["audit"], "conclude", "audit", "U1", "2024-03-14"))
    assert _codes(node, {**inquiries[1], "done_on": "2024-03-14"}) == []


def test_an_entity_answers_for_itself_alone(node: Engine) -> None:
    """An answer in the name of another entity than that of the case is rejected."""
    one = the_case(node)
    take_steps(node, ask(one, "internal", "U1", "2024-03-12"), kind="material_request")
    assert _codes(node, answer(one, "explain", "2024-03-12", firm="G2"), "enterprise_answer") == ["cases.entity"]
    send_answers(node, answer(one, "explain", "2024-03-12"))


def test_a_case_that_no_line_released_is_answered_like_one_that_is_not_there(node: Engine) -> None:
    """An entity that guesses the name of a case about itself learns nothing from the refusal."""
    one = the_case(node)
    for move in ("confirm", "explain", "contest", "supply", "rectify", "appeal"):
        for firm in ("G1", "G2"):
            assert _codes(node, answer(one, move, "2024-03-12", firm=firm), "enterprise_answer") == ["cases.case"]
            assert _codes(node, answer("C-nothing", move, "2024-03-12", firm=firm), "enterprise_answer") == [
                "cases.case"
            ]
    take_steps(node, step(one, "escalate", "internal", "U1", "2024-03-12"))
    assert _codes(node, answer(one, "explain", "2024-03-12"), "enterprise_answer") == ["cases.case"]
    take_steps(node, step(one, "require", "internal", "U1", "2024-03-12"))
    send_answers(node, answer(one, "explain", "2024-03-12"))


def test_made_tables_cannot_be_reported(node: Engine) -> None:
    """No one reports the state of a case."""
    row = {"case_id": the_case(node), "state": "closed"}
    taken = take(node, report("case_now", row, reporter=OWNER), at="2024-03-12T12:00:00")
    assert taken.entries == {}
