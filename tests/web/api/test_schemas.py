"""Schemas of answers: each call is answered once for each type of viewer, since an answer outside its schema is
a fault.
"""

import pytest

from tests.consoles import PEOPLE

READS = (
    "/me",
    "/findings?state=all",
    "/entities",
    "/rules",
    "/rules/base/rules/payments/duplicate",
    "/entries",
    "/entries/2",
)


@pytest.mark.parametrize("login", [login for login, _ in PEOPLE])
def test_answers_keep_to_their_shapes(browser, login):
    """For any viewer: the documented answer, or one of the documented errors."""
    for path in READS:
        answer = browser(login).get(f"/api/v1{path}")
        assert answer.status_code in (200, 403, 404), (path, answer.text)
        assert answer.json()
