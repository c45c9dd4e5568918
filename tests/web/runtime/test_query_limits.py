"""Each limit of a query has a refusal that names it, in both languages."""

import pytest

from comptroller.web.runtime.query_limits import Limits, no_place, refusal_of, too_slow


@pytest.mark.parametrize("code", ["slow", "memory", "rows", "bytes", "columns", "sql", "table", "function", "select"])
def test_what_a_process_says_becomes_a_refusal_by_name(code):
    """The code stays; the refusal names the limit and the fix."""
    one = refusal_of({"code": code, "text": "seen"}, "SELECT 1", {"payment"}, limits=Limits(), seconds=20)
    assert one.code == f"query.{code}"
    assert all((one.expected.zh, one.expected.en, one.mend.zh, one.mend.en))


def test_who_finds_no_place_is_told_which_limit_it_was():
    """One limit is per person, the other is for all users."""
    assert (no_place("query.person", 2).code, no_place("query.full", 2).code) == ("query.person", "query.full")
    assert "20" in too_slow("SELECT 1", 20).expected.en
