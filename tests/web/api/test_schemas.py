"""Shapes of answers: an answer that is not as it is told would be a fault, so each call is answered once for each kind of viewer."""

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
    """Whoever asks: what is told, or one of the errors that are told."""
    for path in READS:
        answer = browser(login).get(f"/api/v1{path}")
        assert answer.status_code in (200, 403, 404), (path, answer.text)
        assert answer.json()
