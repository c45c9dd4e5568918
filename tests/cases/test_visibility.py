"""No line, and not the entity, sees what is hidden from it."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from comptroller.cases import queries, visibility
from comptroller.engine import Engine
from comptroller.model.case_policy import CasePolicy, Move, Sight
from comptroller.model.text import Text
from tests.cases.event_facts import answer, city, pay, send_answers, step, take_steps, the_case
from tests.worlds import OWNER

HIDDEN = "whistle"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory):
    """Yield a node with a case that discipline leads, internal and audit know, and that holds secrets."""
    worker: Engine = city(tmp_path_factory.mktemp("seen"))
    pay(worker, at="2024-03-11T09:00:00")
    one = the_case(worker)
    take_steps(worker, step(one, "hand_over", "internal", "U1", "2024-03-12", to_line="discipline"))
    take_steps(worker, step(one, "receive", "discipline", "V1", "2024-03-12"))
    take_steps(worker, step(one, "escalate", "discipline", "V1", "2024-03-13", reason=HIDDEN))
    row = {"evidence": "E1", "case_id": one, "office": OWNER, "by_line": "discipline", "material": HIDDEN, "by": "V1"}
    take_steps(worker, {**row, "obtained_on": "2024-03-13", "seen_by": "own"}, kind="case_evidence")
    row = {
        "letter": "L1",
        "case_id": one,
        "office": OWNER,
        "by_line": "discipline",
        "kind": "transfer",
        "by": "V1",
        "approved_by": "V2",
    }
    take_steps(worker, {**row, "addressee": OWNER, "sent_on": "2024-03-13", "due_on": "2024-03-20"}, kind="letter")
    take_steps(worker, step(one, "require", "discipline", "V1", "2024-03-14"))
    send_answers(worker, answer(one, "explain", "2024-03-15"))
    yield worker
    worker.close()


def test_a_line_without_a_part_sees_nothing(node: Engine) -> None:
    """A line that neither leads nor is informed does not even see the state."""
    record = queries.whole(node.duck, the_case(node))
    assert record is not None
    assert visibility.visible_to_line(record, "social", node.pack.case_policy) is None


def test_confidential_steps_are_hidden_from_other_lines(node: Engine) -> None:
    """An informed line sees that discipline acted, not its reason, officer or evidence; discipline sees all of it."""
    record = queries.whole(node.duck, the_case(node))
    assert record is not None
    for line in ("internal", "audit"):
        view = json.dumps(visibility.visible_to_line(record, line, node.pack.case_policy), default=str)
        assert HIDDEN not in view
        assert "V1" not in view
        assert "U1" not in view
        assert "move.escalate" in view
        assert visibility.visible_letters(json.loads(view)) == set()
    view = json.dumps(visibility.visible_to_line(record, "discipline", node.pack.case_policy), default=str)
    assert HIDDEN in view
    assert "V1" in view


def test_the_entity_sees_its_own_duties(node: Engine) -> None:
    """It sees its finding, its answers, what it must rectify and by when; no officer, no line's reason, and no letter
    to others.

    A letter to another entity starts no clock against it either.
    """
    record = queries.whole(node.duck, the_case(node))
    assert record is not None
    seen = visibility.visible_to_entity(record, node.pack.case_policy)
    view = json.dumps(seen, default=str)
    assert HIDDEN not in view
    assert "V1" not in view
    assert [one["clock"] for one in seen["clock"]] == ["rectification"]
    assert [one["what"] for one in seen["event"]] == ["finding.raised", "move.require", "move.explain"]


_LINES = ("a", "b", "c")
_EVENT = st.fixed_dictionaries(
    {
        "what": st.sampled_from(["move.escalate", "evidence.given", "move.note", "move.hand_over"]),
        "to_line": st.sampled_from(_LINES),
        "by_line": st.sampled_from(_LINES),
        "scope": st.sampled_from(["case", "lead", "own"]),
    }
)


@given(st.lists(_EVENT, max_size=8), st.sampled_from(_LINES), st.sets(st.sampled_from(_LINES)), st.sampled_from(_LINES))
def test_no_line_ever_sees_confidential_parts(
    drawn: list[dict[str, str]], lead: str, keepers: set[str], line: str
) -> None:
    """No history of a case shows what another line keeps confidential, or names persons to viewers that may not
    know them.
    """
    events: list[dict[str, Any]] = []
    for at, one in enumerate(drawn):
        cells = {"reason": f"why-{at}", "by": f"who-{at}", "approved_by": None, "by_line": one["by_line"]}
        said_text = json.dumps({"seen_by": one["scope"], "material": f"what-{at}", "to_line": one["to_line"]})
        events.append({"what": one["what"], "said": said_text, "place": at, **cells})
    record = {"lead": lead, "pending": None, "informed": " ".join(_LINES), "event": events}
    asked = [{"by_line": name, "material": f"asked-by-{name}"} for name in _LINES]
    record |= {"responsibility": [], "request": asked, "inquiry": lead}
    work = CasePolicy({}, {}, (), {name: Sight(keeps=True) for name in keepers})
    view = json.dumps(visibility.visible_to_line(record, line, work))
    for at, one in enumerate(drawn):
        own = one["by_line"] == line
        hidden = one["what"] == "evidence.given" and (
            one["scope"] == "own" or (one["scope"] == "lead" and line != lead)
        )
        is_told = one["what"] == "move.hand_over" and one["to_line"] == line
        if not own and (hidden or (one["by_line"] in keepers and not is_told)):
            assert f"why-{at}" not in view
            assert f"what-{at}" not in view
        assert f"who-{at}" not in view
    for name in keepers - {line}:
        assert f"asked-by-{name}" not in view


def test_an_overseer_sees_no_confidential_case(node: Engine) -> None:
    """An overseer of the office sees nothing of a case that discipline leads, and the entity does not see that
    it leads.
    """
    record = queries.whole(node.duck, the_case(node))
    assert record is not None
    assert visibility.visible_to_overseer(record, node.pack.case_policy) is None
    seen = visibility.visible_to_entity(record, node.pack.case_policy)
    assert seen["lead"] is None
    assert [seen["due_on"]] == [one["due_on"] for one in seen["clock"]], "its own clocks alone"
    assert "discipline" not in json.dumps(seen, default=str)


def test_the_entity_never_sees_a_line_that_the_pack_hides() -> None:
    """A move that the pack does not show the entity leaves no trace in what it sees."""
    moves = {"escalate": Move("escalate", Text(zh="", en=""), "case_step", ("lead",), ("triage",))}
    event = {"what": "move.escalate", "said": "{}", "by_line": "a", "by": "who", "reason": "why", "place": 1}
    event["happened_on"] = dt.date(2024, 3, 12)
    head = dict.fromkeys(visibility._ENTITY_HEAD)
    record = {**head, "entity": "G1", "event": [event], "finding": [], "clock": [], "request": []}
    assert visibility.visible_to_entity(record, CasePolicy(moves, {}, (), {}))["event"] == []
