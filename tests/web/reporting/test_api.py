"""Calls that report: idempotent by key, refusals in one form, and streams answered line by line."""

import datetime as dt
import json

import pytest

from comptroller.access.accounts import Token
from comptroller.ledger.entry import Receipt
from comptroller.web.reporting.api import MOST_LINE_BYTES
from tests.consoles import NOW, open_desk, visitor

HEAD = {"authorization": "Bearer machine"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    server = open_desk(tmp_path_factory.mktemp("api"))
    scope = frozenset({"see", "report"})
    server.accounts.make_token(Token("m", "reporter", scope, NOW + dt.timedelta(days=1)), "machine", NOW)
    yield server
    server.stop()


def _payment(name):
    return {"entity": "A", "payment": name, "amount": 1, "currency": "CNY", "paid_on": "2024-06-01"}


def test_the_same_key_gives_the_same_answer(own):
    """A report sent twice is recorded once; the same key with other bytes is rejected."""
    program = visitor(own)
    body = json.dumps({"kind": "payment", "facts": [_payment("K1")]})
    head = HEAD | {"Idempotency-Key": "k1"}
    first, second = (program.post("/api/v1/reports", content=body, headers=head) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Receipt.from_json(json.dumps(first.json()["receipt"])).number == first.json()["entry"]
    before = own.ledger.size
    assert program.post("/api/v1/reports", content=body + " ", headers=head).status_code == 409
    assert own.ledger.size == before


def test_a_refusal_is_kept_under_its_key_too(own):
    """The answer to a rejected report is the same each time."""
    head = HEAD | {"Idempotency-Key": "k2"}
    answers = [visitor(own).post("/api/v1/reports", content="{", headers=head) for _ in range(2)]
    assert [a.status_code for a in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["refused"][0]["mend"]["en"]


def test_a_stream_is_answered_line_by_line(own):
    """NDJSON of any length becomes reports of some lines each."""
    lines = b"\n".join(json.dumps(_payment(f"S{n}")).encode() for n in range(1_500))
    answer = visitor(own).post("/api/v1/stream?kind=payment", content=lines, headers=HEAD)
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [set(item) for item in rows] == [{"entry", "receipt", "read"}] * 2
    assert own.duck.rows("SELECT count(*) FROM payment WHERE payment LIKE 'S%'") == [(1_500,)]


def test_nobody_reports_without_the_right(own):
    """A leader's session reports nothing, and another firm's entity is absent for a reporter."""
    answer = visitor(own).post("/api/v1/reports?reporter=B", content="{}", headers=HEAD)
    assert answer.status_code == 404


def test_an_empty_stream_is_refused(own):
    """An empty stream is rejected in the one form, and an endless line is cut off."""
    for body in (b"", b"\n\n", b'{"entity": "'):
        answer = visitor(own).post("/api/v1/stream?kind=payment", content=body, headers=HEAD)
        assert answer.status_code == 422
        assert json.loads(answer.text.splitlines()[0])["refused"][0]["code"].startswith("intake.")
    answer = visitor(own).post("/api/v1/stream?kind=payment", content=b"x" * (MOST_LINE_BYTES + 1), headers=HEAD)
    assert (answer.status_code, answer.json()["refused"][0]["code"]) == (422, "desk.line")
