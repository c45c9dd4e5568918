"""The client: one file over the network, with the receipt in the answer and refusals as they are."""

import datetime as dt
import json
import socket
import threading
import time

import pytest

from comptroller.access.accounts import Token
from comptroller.cli.serve import server_of
from comptroller.client import Client, NotByDesk, RefusedByDesk, verify_hook
from comptroller.web.admin.webhooks import sign
from tests.consoles import NOW, open_desk


def test_a_program_reports_and_reads(tmp_path):  # noqa: PLR0915 - one conversation of a program with a server
    """A report comes back with its receipt, twice under one key as once; findings come over all pages."""
    server = open_desk(tmp_path)
    scope = frozenset({"see", "report", "ask"})
    server.accounts.make_token(Token("m", "reporter", scope, NOW + dt.timedelta(days=1)), "machine", NOW)
    server.accounts.make_token(Token("o", "group", scope, NOW + dt.timedelta(days=1)), "oversees", NOW)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    listener = server_of(server, "localhost", port)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started:
        time.sleep(0.02)
    program, overseer = (Client(f"http://localhost:{port}/", secret) for secret in ("machine", "oversees"))
    fact = {"entity": "A", "payment": "CLIENT", "amount": 1, "currency": "CNY", "paid_on": "2024-06-01"}
    payload = json.dumps({"kind": "payment", "facts": [fact]}).encode()
    first, second = (program.report(payload, name="p.json", key="k") for _ in range(2))
    assert first == second
    assert first["receipt"]["entry"] == first["entry"]
    assert list(program.findings(state="all")) == [], "a firm sees no lead about itself before a line releases it"
    findings = list(overseer.findings(state="all"))
    assert {one["entity"] for one in findings} == {"G1", "A", "A1"}
    assert overseer.finding(findings[0]["finding"])["finding"]["entity"] in ("G1", "A", "A1")
    with pytest.raises(RefusedByDesk) as refused:
        program.finding(findings[0]["finding"])
    assert refused.value.status == 404
    assert [one["entity"] for one in program.entities()] == ["A", "A1"]
    assert program.me()["login"] == "reporter"
    with pytest.raises(RefusedByDesk) as refused:
        program.report(b"{", name="bad.json")
    assert refused.value.status == 422
    assert refused.value.refused[0]["code"]
    assert program.entity("A")["parent"] == "G1"
    assert [one["entry"] for one in program.entries()] == sorted(one["entry"] for one in program.entries())
    assert program.entry(first["entry"])["receipt"]["entry"] == first["entry"]
    assert [one["rule"] for one in program.rules()] == sorted(server.pack.rules)
    assert program.rule("base/rules/payments/duplicate")["score"]["found"] == 0, "a score counts no lead of its own"
    assert overseer.rule("base/rules/payments/duplicate")["score"]["found"] == 3
    lines = (json.dumps({**fact, "payment": f"L{n}"}).encode() for n in range(1_001))
    assert [set(one) for one in program.stream(lines, kind="payment")] == [{"entry", "receipt", "read"}] * 2
    advice = program.check("A", "board", "loan", wait=True)
    assert (advice["answer"], advice["entry"] > first["entry"]) == ("unknown", True)
    with pytest.raises(RefusedByDesk, match="403"):
        list(program.query("SELECT 1 AS one"))
    server.accounts.make_token(Token("s", "supervisor", scope, NOW + dt.timedelta(days=1)), "asking", NOW)
    asking = Client(f"http://localhost:{port}", "asking")
    counted = list(asking.query("SELECT payment FROM payment WHERE payment LIKE 'L%'"))
    assert {one["payment"] for one in counted} == {f"L{n}" for n in range(1_001)}
    listener.should_exit = True
    thread.join(20)
    server.stop()


def test_an_address_is_one_of_the_web():
    """No file is read by a wrong address."""
    with pytest.raises(ValueError, match="http"):
        Client("file:///etc/passwd", "t")


def test_a_hook_is_verified():
    """What the desk signed is taken; another body, identifier, secret or time is not."""
    body, secret = b'{"turns": []}', "whsec_c29tZXRoaW5n"
    headers = sign(secret.encode(), "M-1", NOW, body)
    at = NOW.timestamp()
    assert verify_hook(secret, headers, body, at=at + 299) == {"turns": []}
    assert verify_hook(secret, {k.title(): v for k, v in headers.items()}, body, at=at) == {"turns": []}
    wrong = (
        (secret, headers, b'{"turns": [1]}', at),
        (secret, headers | {"webhook-id": "M-2"}, body, at),
        (secret, headers | {"webhook-signature": ""}, body, at),
        (secret, {}, body, at),
        ("whsec_b3RoZXI=", headers, body, at),
        (secret, headers, body, at + 301),
        (secret, headers, body, at - 301),
    )
    for one in wrong:
        with pytest.raises(NotByDesk):
            verify_hook(*one[:3], at=one[3])
