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
    """A payment of 5 March that came on 6 March is one day late; who is refused stands first, without names out of reach."""
    root = sign_in(own, "administrator")
    page = root.get("/admin/feeds").text
    assert "MARK" not in page
    assert re.search(r"<code>B</code></td><td>Named inside<small>Payment</small></td>.*?1 d</td>", page, re.DOTALL)
    assert "No job was asked for" in page
    reporter = sign_in(own, "reporter")
    said = {"kind": "payment", "reporter": "A", "name": "bad.json"}
    body = json.dumps([{"entity": "A"}])
    answer = reporter.post("/api/v1/reports", params=said, content=body, headers={"x-form-key": form_key(reporter)})
    assert answer.status_code == 422
    first = re.search(r"<tbody>\s*<tr><td><code>(\w+)</code></td>.*?>(\w+)</span>", root.get("/admin/feeds").text)
    assert first.groups() == ("A", "Refused")


def test_jobs_are_told(own):
    """What a job came to stands on the page."""
    own.jobs.start("replay", "P-1", "author", lambda: "nothing changes")
    for _ in range(200):
        if own.jobs.newest()[0].ended_at:
            break
    page = sign_in(own, "administrator").get("/admin/feeds").text
    assert "Replay of a proposal" in page
    assert "P-1" in page


def test_only_administrators_look(own):
    """Everybody else is refused."""
    for login in ("supervisor", "auditor", "leader", "reporter"):
        assert sign_in(own, login).get("/admin/feeds").status_code == 403
