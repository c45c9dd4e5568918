"""Every error has the five fields of a refusal, whichever way it came about."""

import pytest

from comptroller.desk.errors import value_wanted

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
    assert "管理用户与授权" in browser("supervisor", "zh").get("/admin").text, "the act that is not granted, in words"


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        ({"type": "int_parsing", "msg": "m"}, "整数", "a whole number"),
        ({"type": "string_too_long", "ctx": {"max_length": 9}, "msg": "m"}, "至多 9 个字符", "at most 9 characters"),
        ({"type": "string_too_long", "msg": "told without its length"}, "符合接口说明的值", "told without its length"),
        ({"type": "never_heard_of", "msg": "m"}, "符合接口说明的值", "m"),
    ],
)
def test_what_a_value_should_be_is_said_in_both_languages(fault, zh, en):
    """Faults of the library that reads forms are told in the reader's language, with the figures that they bring."""
    assert value_wanted(fault) == (zh, en)


def test_a_wrong_value_is_told_in_chinese(browser):
    """The page names the field, what was seen and what was expected; no word of the library is on it."""
    page = browser("supervisor", "zh").get("/findings?page=a")
    assert page.status_code == 422
    assert "整数" in page.text
    assert "valid integer" not in page.text
