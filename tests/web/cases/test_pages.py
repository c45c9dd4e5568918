"""The pages of cases: board, table, one case and the lines' workload, each within the viewer's part."""

from functools import lru_cache

import pytest

from comptroller.web.cases.pages import loads
from tests.case_consoles import PEOPLE, the_case
from tests.consoles import form_key, sign_in
from tests.web.visits import visit_for

TITLE = "Acted before the collective decision"


@pytest.fixture(scope="module")
def open_as(cases):
    """Return a function from a sign-in name to a browser on the console of cases."""
    clients = {}

    def of(login):
        if login not in clients:
            clients[login] = sign_in(cases, login)
        return clients[login]

    return of


def test_a_case_is_shown_to_who_has_a_part(released):
    """The case's page opens for each viewer with a seat in it and is absent for all others; lists show the same."""
    name = the_case(released)

    @lru_cache
    def open_as(login):
        return sign_in(released, login)

    for login, role, _, _ in PEOPLE:
        has_seat = login in ("internal1", "internal2", "audit1", "over", "leader", "group", "firm")
        wanted = 403 if role == "administrator" else 200 if has_seat else 404
        assert open_as(login).get(f"/cases/{name}").status_code == wanted, login
        on_board = login in ("internal1", "internal2", "audit1", "over", "leader")
        for path in ("/cases", "/cases?show=table&state=all"):
            assert (name in open_as(login).get(path).text) == on_board, (login, path)
        in_inbox = login in ("over", "leader", "group", "firm")
        assert (name in open_as(login).get("/inbox").text) == in_inbox, login


def test_the_page_holds_all_that_there_is(cases, open_as):
    """Findings with evidence, clocks with due days, events, and a form for each permitted action."""
    page = open_as("internal1").get(f"/cases/{the_case(cases)}").text
    for text in ("2024-03-18", "Finding raised", "M1", 'value="escalate"', 'value="hand_over"', 'value="suppression"'):
        assert text in page, text
    assert 'value="close"' not in page
    assert 'name="act"' not in open_as("leader").get(f"/cases/{the_case(cases)}").text


def test_what_is_asked_for_is_what_is_shown(cases, open_as):
    """The filters of the table narrow it; nonsense in the address filters nothing."""
    console = open_as("internal1")
    for query, is_listed in (
        ("line=audit", True),
        ("line=social", False),
        ("entity=G", True),
        ("entity=G2", False),
        ("late=true", False),
        ("rule=before", True),
        ("state=closed", False),
        ("state=nonsense", True),
    ):
        assert (the_case(cases) in console.get(f"/cases?show=table&{query}").text) == is_listed, query


def test_the_load_is_counted_within_the_part(cases, open_as):
    """Each line's figures count the viewer's cases."""
    assert loads(visit_for(cases, "internal1"), "true")["lines"][0]["open"] == 1
    assert open_as("social1").get("/cases/load").text.count("<tr>") == 2
    assert "Internal supervision" in open_as("internal1").get("/cases/load").text


def test_an_act_needs_the_forms_key(cases, open_as):
    """A form of another site does nothing."""
    answer = open_as("internal1").post(f"/cases/{the_case(cases)}/acts", data={"act": "escalate", "reason": "r"})
    assert answer.status_code == 403


def test_an_act_is_taken_and_shown(moving):
    """An action leads back to the case with its entry; a rejection is shown beside the case with its fix."""
    console = sign_in(moving, "internal1", "zh")
    key, path = form_key(console), f"/cases/{the_case(moving)}"
    answer = console.post(f"{path}/acts", data={"form_key": key, "act": "escalate", "reason": "属实", "number": "N"})
    assert answer.status_code == 303
    page = console.get(answer.headers["location"]).text
    assert "已办理" in page
    assert "属实" in page
    more = {"act": "extend", "clock": "verification", "extend_by": "5", "order_number": "延1号", "reason": "材料多"}
    waits = console.post(f"{path}/acts", data={"form_key": key, "number": "N1", **more})
    for text in ("批准文号", "延1号", "延长数量"):
        assert text in console.get(waits.headers["location"]).text, text
    short = console.post(f"{path}/acts", data={"form_key": key, "act": "require", "number": "N2"})
    assert short.status_code == 422
    assert "desk.form" in short.text
