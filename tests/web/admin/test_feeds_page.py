"""Feeds and jobs: each feed with its health and lag, the worst first, for administrators alone."""

import json
import re

import pytest

from tests.consoles import form_key, open_desk, sign_in


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    server = open_desk(tmp_path_factory.mktemp("feeds"))
    yield server
    server.stop()


def test_feeds_are_told_with_health_and_lag(own):
    """A payment of 5 March that came on 6 March is one day late; a rejected feed comes first, without names out
    of reach.
    """
    root = sign_in(own, "administrator")
    page = root.get("/admin/feeds").text
    assert "MARK" not in page
    assert re.search(r"<code>B</code></td><td>named in the file<small>Payment</small></td>.*?1 d</td>", page, re.DOTALL)
    assert "No job since the start" in page
    reporter = sign_in(own, "reporter")
    said = {"kind": "payment", "reporter": "A", "name": "bad.json"}
    body = json.dumps([{"entity": "A"}])
    answer = reporter.post("/api/v1/reports", params=said, content=body, headers={"x-form-key": form_key(reporter)})
    assert answer.status_code == 422
    first = re.search(r"<tbody>\s*<tr><td><code>(\w+)</code></td>.*?>(\w+)</span>", root.get("/admin/feeds").text)
    assert first.groups() == ("A", "Rejected")


def test_jobs_are_told(own):
    """The page shows the result of a job."""
    own.jobs.start("replay", "P-1", "author", lambda: "nothing changes")
    for _ in range(200):
        if own.jobs.newest()[0].ended_at:
            break
    page = sign_in(own, "administrator").get("/admin/feeds").text
    assert "Replay of a proposal" in page
    assert "P-1" in page


def test_only_administrators_look(own):
    """All other roles are rejected."""
    for login in ("supervisor", "auditor", "leader", "reporter"):
        assert sign_in(own, login).get("/admin/feeds").status_code == 403
