"""One small console for all tests of the web package, opened once; tests that change much open one of their own."""

import pytest

from tests.case_consoles import open_case_desk, release
from tests.consoles import open_desk, sign_in


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Yield the desk of the small world."""
    opened = open_desk(tmp_path_factory.mktemp("desk"))
    yield opened
    opened.stop()


@pytest.fixture(scope="session")
def browser(server):
    """Return a function from a sign-in name to a browser of that user."""
    held = {}

    def of(login, language="en"):
        if (login, language) not in held:
            held[login, language] = sign_in(server, login, language)
        return held[login, language]

    return of


@pytest.fixture(scope="session")
def cases(tmp_path_factory):
    """Yield a console with one case in triage, which no test may move."""
    opened = open_case_desk(tmp_path_factory.mktemp("cases"))
    yield opened
    opened.stop()


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """Yield a console with one case in triage and a line's question to the firm; no test may move it."""
    opened = release(open_case_desk(tmp_path_factory.mktemp("released")))
    yield opened
    opened.stop()


@pytest.fixture
def moving(tmp_path):
    """Yield a desk with one case of a test's own."""
    opened = open_case_desk(tmp_path)
    yield opened
    opened.stop()
