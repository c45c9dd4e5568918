"""Calls about cases: a program sees and does what its user may on the pages."""

import pytest

from tests.case_consoles import the_case
from tests.consoles import form_key, sign_in


def test_the_list_is_what_one_has_a_part_in(cases, released):
    """Each caller lists the cases they have a part in, the entity without lines, and how many are hidden."""
    mine = sign_in(cases, "internal1").get("/api/v1/cases").json()
    assert [item["case_id"] for item in mine["items"]] == [the_case(cases)]
    assert (mine["next"], mine["hidden"]) == (None, 0)
    none = sign_in(cases, "social1").get("/api/v1/cases").json()
    assert (none["items"], none["hidden"]) == ([], 1)
    for path in ("/api/v1/cases?side=entity", "/api/v1/cases?state=all", "/api/v1/cases?side=entity&state=all"):
        unreleased = sign_in(cases, "firm").get(path).json()
        assert unreleased == {"items": [], "next": None, "hidden": None}
    for line in ("", "&line=internal", "&line=audit", "&line=social"):
        firm = sign_in(released, "firm").get(f"/api/v1/cases?side=entity{line}").json()
        assert [item["case_id"] for item in firm["items"]] == [the_case(released)], "a filter by line tells no line"
        assert not {"lead", "findings", "standing", "severity"} & set(firm["items"][0])


@pytest.mark.parametrize(
    ("login", "seat"), [("internal1", "line"), ("over", "over"), ("firm", "entity"), ("social1", None)]
)
def test_a_case_is_given_from_the_callers_seat(released, login, seat):
    """The answer lists the actions of the seat; without a seat the case is absent."""
    answer = sign_in(released, login).get(f"/api/v1/cases/{the_case(released)}")
    if seat is None:
        assert answer.status_code == 404
        return
    body = answer.json()
    assert body["seat"] == seat
    assert bool(body["acts"]) == (seat != "over")


def test_acts_are_kept_wait_or_are_refused(moving):
    """An action returns its entry and is done once under its number; one for two officers waits for the other."""
    console, two = sign_in(moving, "internal1"), sign_in(moving, "internal2")
    path = f"/api/v1/cases/{the_case(moving)}"
    head = {"x-form-key": form_key(console)}
    assert console.post(f"{path}/acts", json={"act": "escalate"}, headers=head).status_code == 422
    recorded = console.post(f"{path}/acts", json={"act": "escalate", "reason": "r", "number": "N1"}, headers=head)
    assert recorded.status_code == 201
    assert recorded.json()["entry"]
    assert console.post(f"{path}/acts", json={"act": "close", "reason": "r"}, headers=head).status_code == 403
    more = {"act": "extend", "clock": "verification", "extend_by": 5, "order_number": "N", "reason": "r"}
    waits = console.post(f"{path}/acts", json=more, headers=head)
    assert waits.status_code == 202
    number = waits.json()["waits"]
    assert [w["number"] for w in two.get("/api/v1/day").json()["waiting"]] == [number]
    settled = two.post(f"{path}/waiting/{number}", json={"approve": True}, headers={"x-form-key": form_key(two)})
    assert settled.status_code == 201
