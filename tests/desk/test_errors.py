"""Every error has the five fields of a refusal, whichever way it came about."""

import pytest

FIELDS = {"code", "file", "line", "field", "seen", "expected", "mend"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nowhere", 404, "desk.absent"),
        ("/api/v1/findings/F-none", 404, "desk.absent"),
        ("/api/v1/findings?limit=0", 422, "desk.value"),
        ("/api/v1/findings?valid=x", 422, "desk.day"),
    ],
)
def test_errors_of_calls_have_one_form(browser, path, status, code):
    """JSON, a list of refusals, each with a stable code and a mend in both languages."""
    answer = browser("supervisor").get(path)
    assert answer.status_code == status
    (one,) = answer.json()["refused"]
    assert set(one) == FIELDS
    assert one["code"] == code
    assert one["mend"]["zh"]
    assert one["mend"]["en"]


def test_errors_of_pages_are_pages(browser):
    """A person reads what was seen, what was expected and the mend, in his language."""
    page = browser("supervisor").get("/findings/F-none")
    assert page.status_code == 404
    assert "desk.absent" in page.text
    assert "within your reach" in page.text
    assert browser("supervisor", "zh").get("/nowhere").status_code == 404
    assert browser("administrator").get("/findings").status_code == 403
