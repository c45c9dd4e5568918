"""The entity's inbox, its answers, and every user's day."""

from comptroller.web.cases.inbox_page import day_of
from tests.case_consoles import release, the_case
from tests.consoles import form_key, sign_in
from tests.web.visits import visit_for


def test_an_answer_is_taken_from_the_entity(moving):
    """The firm answers in its own name, with the digest of a file as evidence."""
    firm = sign_in(release(moving), "firm")
    path, key = f"/inbox/{the_case(moving)}", form_key(firm)
    data = {"form_key": key, "act": "supply", "material": "minutes", "reason": "see there", "number": "A1"}
    answer = firm.post(f"{path}/acts", data=data, files={"file": ("m.pdf", b"text")})
    assert answer.status_code == 303
    rows = moving.duck.rows('SELECT entity, "by", material, length(hash) FROM enterprise_answer')
    assert rows == [("G1", "firm", "minutes", 64)]
    assert "see there" in firm.get(path).text


def test_who_only_looks_does_not_answer(released):
    """Users of another firm find nothing; the group's supervisor sees the case and has no form."""
    path = f"/inbox/{the_case(released)}"
    other, group = sign_in(released, "other"), sign_in(released, "group")
    assert other.post(f"{path}/acts", data={"form_key": form_key(other), "act": "explain"}).status_code == 404
    assert (
        group.post(f"{path}/acts", data={"form_key": form_key(group), "act": "explain", "reason": "r"}).status_code
        == 403
    )
    assert 'name="act"' not in group.get(path).text


def test_the_day_shows_what_is_due_from_whom(cases):
    """A line's officer is shown the clock of triage and the case itself; a line without cases and the firm see
    nothing.
    """
    mine = day_of(visit_for(cases, "internal1"))
    assert [(clock["clock"], clock["is_overdue"]) for clock in mine["due"]] == [("triage", False)]
    assert [clock["case_id"] for clock in mine["due"]] == [the_case(cases)]
    assert mine["fresh"] == []
    assert day_of(visit_for(cases, "social1"))["due"] == []
    assert day_of(visit_for(cases, "firm"))["owed"] == []
