"""A case as of a day reflects the events up to that day, and as known with an entry what was known of them."""

import datetime as dt

import pytest

from comptroller.cases import queries
from comptroller.cases.as_of import case_as_of, clocks_as_of, relation_as_of
from tests.cases.event_facts import city, pay, step, take_steps, the_case
from tests.worlds import moment, report


@pytest.fixture(scope="module")
def late_case(tmp_path_factory):
    """Yield a node and its entry counts, with a case in three states; one step was reported three days late."""
    node = city(tmp_path_factory.mktemp("then"), "cn-cases")
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-12"))
    known = node.ledger.size
    late = step(case_id, "require", "internal", "U1", "2024-03-13")
    node.take([report("case_step", late)], moment("2024-03-16T12:00:00"))
    node.tick(moment("2024-03-18T09:00:00"), moment("2024-03-18T09:00:00"))
    take_steps(node, step(case_id, "hand_over", "internal", "U1", "2024-03-19", to_line="discipline"))
    yield node, case_id, known
    node.close()


def _as_of(node, case_id, on, known=None):
    views = node.books.views(None, known, node.duck)
    return case_as_of(node.duck, node.pack, case_id, views, on)


def test_as_of_now_equals_the_current_case(late_case):
    """As of the last day a case, its findings, its clocks and its events are those of the tables."""
    node, case_id, _ = late_case
    then, now = _as_of(node, case_id, None), queries.whole(node.duck, case_id)
    assert [then["event"], then["finding"], then["request"]] == [now["event"], now["finding"], now["request"]]
    aside = {"ran_out"}
    assert [{k: v for k, v in c.items() if k not in aside} for c in then["clock"]] == [
        {k: c[k] for k in c if k not in aside} for c in now["clock"]
    ]
    parts = ("event", "finding", "request", "clock", "responsibility")
    assert {k: v or None for k, v in then.items() if k not in parts} == {
        k: v or None for k, v in now.items() if k not in parts
    }


def test_a_day_and_an_entry_are_two_axes(late_case):
    """A step counts from its day, however late it was reported; a late report was not known before."""
    node, case_id, known = late_case
    day = dt.date(2024, 3, 13)
    assert [_as_of(node, case_id, on)["state"] for on in (dt.date(2024, 3, 11), dt.date(2024, 3, 12), day)] == [
        "triage",
        "escalated",
        "rectifying",
    ]
    assert _as_of(node, case_id, day, known)["state"] == "escalated"
    assert _as_of(node, case_id, dt.date(2024, 3, 10)) is None
    assert _as_of(node, case_id, day)["pending"] is None
    assert _as_of(node, case_id, dt.date(2024, 3, 19))["pending"] == "discipline"


def test_the_list_as_of_a_day_counts_each_state(late_case):
    """States and due days of all cases are those of the day, and cases that were not open yet are not there."""
    node, case_id, known = late_case

    def of(on, entry=None):
        source = relation_as_of(node.books.views(None, entry, node.duck), on)
        cards, counts = queries.board(node.duck, queries.CaseFilter(source=source))
        return counts, [(card["case_id"], card["due_on"]) for card in cards]

    for on in (dt.date(2024, 3, 11), dt.date(2024, 3, 12), dt.date(2024, 3, 13)):
        record = _as_of(node, case_id, on)
        assert of(on) == ({record["state"]: 1}, [(case_id, record["due_on"])])
    assert of(dt.date(2024, 3, 10)) == ({}, [])
    assert of(None, known)[0] == {"escalated": 1}
    assert of(None)[0] == {"rectifying": 1}


def test_clocks_as_of_a_day(late_case):
    """A clock that ended later runs on the day, and one that started later is not there."""
    node, _, _ = late_case
    source = clocks_as_of(node.books.views(None, None, node.duck), dt.date(2024, 3, 12))
    due, count = queries.due(node.duck, dt.date(2024, 3, 12), source=source)
    assert {clock["clock"] for clock in due} == {"flash_report", "full_report", "verification"}
    assert count == len(due)
