"""The app: its document of calls is there, its files are its own, and no path leads out of them."""

import pytest

from tests.consoles import visitor


def test_the_calls_are_documented(server):
    """OpenAPI names every call, versioned, and no page."""
    said = visitor(server).get("/api/v1/openapi.json").json()
    assert {"/api/v1/reports", "/api/v1/findings", "/api/v1/events"} <= set(said["paths"])
    assert all(path.startswith("/api/v1/") for path in said["paths"])


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/node.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/findings/..%2f..%2fnode.json",
        "/ledger/..%2fkey.pem",
    ],
)
def test_no_path_leads_out(browser, path):
    """Path traversal: files of the desk are those of its folder of files."""
    answer = browser("supervisor").get(path)
    assert answer.status_code in (303, 404, 422)
    assert "import" not in answer.text
    assert "PRIVATE" not in answer.text


def test_files_are_served_to_everybody(server):
    """The style and the script are no secret."""
    assert visitor(server).get("/static/desk.css").status_code == 200
    assert visitor(server).get("/static/desk.js").status_code == 200


def test_files_are_sent_once_and_small(server):
    """Law: a file comes compressed, is not sent again while it is the same, and a page is neither cached nor
    compressed.
    """
    asked = {"accept-encoding": "gzip"}
    first = visitor(server).get("/static/desk.css", headers=asked)
    assert (first.headers["content-encoding"], first.headers["cache-control"]) == ("gzip", "no-cache")
    again = visitor(server).get("/static/desk.css", headers={**asked, "if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    page = visitor(server).get("/sign-in", headers=asked)
    assert "content-encoding" not in page.headers
    assert page.headers["cache-control"] == "no-store"
