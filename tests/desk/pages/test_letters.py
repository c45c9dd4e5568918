"""The page of a case's letters: who sees it, and that a day which is none is refused."""

from tests.casedesks import the_case
from tests.desks import form_key, sign_in


def test_the_page_is_the_case_s(cases):
    """Whoever sees the case sees the page; the form is for its lines alone; whoever does not see the case is told nothing."""
    path = f"/cases/{the_case(cases)}/letters"
    for login, has_form in (("internal1", True), ("audit1", True), ("over", False), ("firm", False)):
        page = sign_in(cases, login).get(path)
        assert page.status_code == 200, login
        assert ("<textarea" in page.text) == has_form, login
    assert sign_in(cases, "other").get(path).status_code == 404
    writer = sign_in(cases, "internal1")
    said = {"form_key": form_key(writer), "kind": "prompt", "language": "en", "due_on": "soon"}
    assert writer.post(path, data=said).status_code == 422
    assert writer.get(f"{path}/none.pdf").status_code == 404
