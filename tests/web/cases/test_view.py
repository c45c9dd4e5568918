"""A viewer's part in cases: the seat for each case, and a viewer without a seat does not learn that one exists."""

import json

import pytest

from comptroller.web.cases import actions, view
from comptroller.web.shell.errors import NotFound
from tests.case_consoles import the_case
from tests.web.visits import visit_for

SEATS = {
    "internal1": ("line", "internal"),
    "audit1": ("line", "audit"),
    "over": ("over", ""),
    "leader": ("over", ""),
    "group": ("entity", ""),
    "firm": ("entity", ""),
}


@pytest.mark.parametrize("login", ["internal1", "audit1", "over", "leader", "group", "firm", "discipline1", "other"])
def test_each_has_a_seat_or_none(released, login):
    """Leading and informed lines, the office's overseers and the entity's side have a seat; all others see no case."""
    visit, name = visit_for(released, login), the_case(released)
    if login in SEATS:
        case = view.see(visit, name)
        assert (case.seat, case.line) == SEATS[login]
    else:
        with pytest.raises(NotFound):
            view.see(visit, name)
    for wrong in ("", "C-", "C-none"):
        with pytest.raises(NotFound):
            view.see(visit, wrong)


def test_what_is_hidden_is_counted(cases):
    """A viewer without a part in a case is shown a count of one more, and nothing else of it."""
    for login, hidden in (("internal1", 0), ("social1", 1), ("firm", None)):
        visit = visit_for(cases, login)
        assert view.count_hidden(visit, view.within(visit)) == hidden


@pytest.mark.parametrize("login", ["firm", "group"])
def test_a_case_that_no_line_released_is_not_there_for_the_entity(cases, login):
    """It is absent by name, from either side and as of any day, until a line requests, writes or requires something."""
    visit, name = visit_for(cases, login), the_case(cases)
    for look in (view.see, view.see_as_entity):
        with pytest.raises(NotFound):
            look(visit, name)
    visit.valid = visit.server.local_now().date()
    with pytest.raises(NotFound):
        view.see_as_entity(visit, name)


def test_the_entity_is_not_told_of_lines_informed(released):
    """The entity's side learns neither which lines were informed, nor how its case joins others."""
    case = view.see(visit_for(released, "firm"), the_case(released))
    assert "informed" not in case.whole
    assert "joins" not in json.dumps(case.whole, default=str)


def test_a_finding_that_one_line_may_read_is_told_to_nobody_else(cases):
    """A confidential rule leaves a case without its name and its finding, for all but its line."""
    visit = visit_for(cases, "internal1")
    closed = next(name for name, rule in visit.pack.rules.items() if not visit.reach.may_know(name) and rule)
    case = {
        "rule": closed,
        "finding": [{"finding": "F1", "rule": closed}],
        "event": [{"said": '{"finding": "F1", "x": 1}'}],
    }
    visible = view._without_unknown_rules(visit, case)
    assert (visible["rule"], visible["finding"], visible["event"][0]["said"]) == (None, [], "{}")
    assert view._without_unknown_rules(visit_for(cases, "discipline1"), case) == case


def test_what_a_keeping_line_asks_is_for_who_answers(moving):
    """A user who answers for the entity sees what discipline requests; an overseer does not, not even from the
    entity's side.
    """
    requests = {"inform": {"to_line": "discipline", "reason": "r"}, "material_request": {"material": "bank-papers"}}
    for login, act in (("internal1", "inform"), ("discipline1", "material_request")):
        visit = visit_for(moving, login)
        assert actions.perform(visit, view.see(visit, the_case(moving)), act, requests[act]).entry
    for login, sees in (("firm", True), ("group", False), ("over", False), ("leader", False)):
        visible = view.see_as_entity(visit_for(moving, login), the_case(moving)).whole
        assert ("bank-papers" in json.dumps(visible, default=str)) == sees, login
