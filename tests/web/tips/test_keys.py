"""Keys of tip-offs: fingerprints that can be compared, changes that are announced, and answers that are signed."""

import base64
import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comptroller.access.accounts import Token
from comptroller.web.tips.keys import announced, check_answer, fingerprint, history, in_fours, public_half, signed_text
from comptroller.web.tips.mailbox import keep_key, key_of, lodge, messages, register, today
from tests.consoles import NOW, ORIGIN, form_key, open_desk, sign_in, visitor
from tests.web.public.tipping import MAILBOX, PASS, PUBLIC, sha


def half_of(secret):
    """Return the public half of a key as a browser exports it."""
    return base64.b64encode(secret.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def signed(secret, named, mailbox, sealed='{"v": 1}'):
    """Return an answer as the line's browser signs it."""
    numbers = decode_dss_signature(secret.sign(signed_text(mailbox, sealed), ec.ECDSA(SHA256())))
    signature = b"".join(one.to_bytes(32) for one in numbers)
    return json.dumps({"v": 2, "sealed": sealed, "key": named, "sig": base64.b64encode(signature).decode()})


SECRET, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SIGN = half_of(SECRET)


@pytest.fixture
def line(tmp_path):
    """A desk where the line made a key that signs, with one tip-off; returns it with the officer's browser and
    the register's number.
    """
    server = open_desk(tmp_path)
    browser = sign_in(server, "discipline")
    said = {"public_key": "K" * 120, "sign_key": SIGN, "kept_key": '{"salt": ""}', "form_key": form_key(browser)}
    assert browser.post("/tips/key", data=said).status_code == 303
    named = key_of(server, "discipline")["line_key"]
    box = {"mailbox": MAILBOX, "pass_hash": sha(PASS), "public_key": PUBLIC, "kept_key": "{}", "line_key": named}
    lodge(server, box | {"sealed": '{"a": 1}'})
    yield server, browser, register(server)[0]["tip_number"]
    server.stop()


def test_a_fingerprint_covers_both_halves():
    """Another half of either sort changes the fingerprint; without a verifying half it is that of an older version."""
    assert len({fingerprint("a", "b"), fingerprint("a", "c"), fingerprint("b", "b"), fingerprint("a")}) == 4
    assert fingerprint("K") == sha("K")[:32]
    assert in_fours("0123456789abcdef") == "0123 4567 89AB CDEF"


def test_an_answer_is_recorded_with_the_line_s_signature_alone(line):
    """Rejected, with nothing recorded: unsigned, signed by another, for another mailbox, under another name or
    with other words.
    """
    server, browser, number = line
    named = key_of(server, "discipline")["line_key"]
    good = signed(SECRET, named, MAILBOX)
    wrong = [
        '{"v": 1}',
        '{"v": 2}',
        "{" + "[" * 5_000,
        signed(OTHER, named, MAILBOX),
        signed(SECRET, "0" * 32, MAILBOX),
        signed(SECRET, named, "a" * 32),
        good.replace('v\\": 1', 'v\\": 2'),
        json.dumps(json.loads(good) | {"sig": ""}),
        json.dumps(json.loads(good) | {"sig": "AAAA"}),
        json.dumps(json.loads(good) | {"sealed": 1}),
    ]
    for one in wrong:
        answer = browser.post(f"/tips/{number}", data={"sealed": one, "form_key": form_key(browser)})
        assert answer.status_code == 422, one
        assert "public.signature" in answer.text
    assert len(messages(server, MAILBOX)) == 1
    assert browser.post(f"/tips/{number}", data={"sealed": good, "form_key": form_key(browser)}).status_code == 303
    assert len(messages(server, MAILBOX)) == 2


def test_a_key_without_signatures_asks_for_none():
    """A mailbox of an older version is answered as before."""
    assert check_answer(None, MAILBOX, '{"v": 1}') == []
    assert check_answer({"line_key": "a", "sign_key": ""}, MAILBOX, '{"v": 1}') == []


def test_what_is_no_key_on_the_curve_is_no_half():
    """Other curves, other forms and junk are none."""
    assert public_half(SIGN) is not None
    for wrong in ("", "AAAA", "not base64!", half_of(ec.generate_private_key(ec.SECP384R1())), SIGN[:-8]):
        assert public_half(wrong) is None


def test_the_page_shows_the_fingerprint_and_announces_a_change(line):
    """The public page bears the fingerprint in groups; a change is announced with both for the days of policy, and the history stays."""
    server, _, _ = line
    first = key_of(server, "discipline")["line_key"]
    page = visitor(server).get("/public/tips?lang=en").text
    assert in_fours(first) in page
    assert 'id="key-change"' not in page
    keep_key(server, "discipline", ("K" * 121, "{}"), "discipline", half_of(OTHER))
    second = key_of(server, "discipline")["line_key"]
    page = visitor(server).get("/public/tips?lang=en").text
    assert 'id="key-change"' in page
    assert page.count(in_fours(second)) >= 3
    assert in_fours(first) in page
    keys = history(server, "discipline")
    assert [one["line_key"] for one in keys] == [second, first]
    day = today(server)
    assert announced(server, keys, day + dt.timedelta(days=30))["before"] == first
    assert announced(server, keys, day + dt.timedelta(days=31)) is None
    assert announced(server, keys[1:], day) is None


@pytest.mark.parametrize("login", ["leader", "supervisor", "auditor", "group", "reporter", "administrator"])
def test_nobody_else_makes_a_key(line, login):
    """A user who is not on the line, in any role, changes no key at the console."""
    server, _, _ = line
    other = sign_in(server, login)
    said = {"public_key": "E" * 120, "sign_key": SIGN, "kept_key": '{"salt": ""}', "form_key": form_key(other)}
    assert other.post("/tips/key", data=said).status_code == 403
    assert len(history(server, "discipline")) == 1


def test_a_program_makes_no_key(line):
    """A token of the line's own officer changes no key, for any scope; nor does an invalid half."""
    server, browser, _ = line
    scope = frozenset({"see", "handle"})
    server.accounts.make_token(Token("t", "discipline", scope, NOW + dt.timedelta(days=1)), "machine", NOW)
    said = {"public_key": "E" * 120, "sign_key": SIGN, "kept_key": '{"salt": ""}'}
    program = visitor(server)
    answer = program.post("/tips/key", data=said, headers={"authorization": "Bearer machine", "origin": ORIGIN})
    assert answer.status_code == 403
    wrong = said | {"sign_key": "A" * 100, "form_key": form_key(browser)}
    assert browser.post("/tips/key", data=wrong).status_code == 403
    assert len(history(server, "discipline")) == 1
