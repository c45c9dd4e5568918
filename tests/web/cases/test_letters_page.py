"""The page of a case's letters: who sees it, and an invalid day is rejected."""

from tests.case_consoles import the_case
from tests.consoles import form_key, sign_in


def test_the_page_is_the_case_s(cases):
    """Viewers of the case see the page; only its lines have the form; other users learn nothing."""
    path = f"/cases/{the_case(cases)}/letters"
    for login, has_form in (("internal1", True), ("audit1", True), ("over", False)):
        page = sign_in(cases, login).get(path)
        assert page.status_code == 200, login
        assert ("<textarea" in page.text) == has_form, login
    for login in ("other", "firm"):  # no line released the case to the firm
        assert sign_in(cases, login).get(path).status_code == 404, login
    writer = sign_in(cases, "internal1")
    form = {"form_key": form_key(writer), "kind": "prompt", "language": "en", "due_on": "soon"}
    assert writer.post(path, data=form).status_code == 422
    assert writer.get(f"{path}/none.pdf").status_code == 404


def test_a_draft_past_its_bounds_is_refused_by_place(cases):
    """Too many marks, direction controls and too long a text are rejected with field and line; nothing is typeset."""
    path = f"/cases/{the_case(cases)}/letters"
    writer = sign_in(cases, "internal1")
    form = {"form_key": form_key(writer), "kind": "prompt", "language": "en", "addressee": "G1"}
    wrong = {
        "desk.letter.marks": "one\r\ne" + "\u0301" * 19_990,
        "desk.letter.hidden": "a\u202eb",
        "desk.letter.long": "x" * 20_001,
    }
    for code, text in wrong.items():
        for to in (f"{path}/draft", path):
            answer = writer.post(to, data=form | {"text": text})
            assert answer.status_code == 422, (code, to)
            assert code in answer.text
    answer = writer.post(f"{path}/draft", data=form | {"text": "x", "addressee": "G1\u2066"})
    assert (answer.status_code, "desk.letter.hidden" in answer.text) == (422, True)
    assert cases.duck.rows("SELECT count(*) FROM letter") == [(0,)]
