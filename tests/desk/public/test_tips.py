"""Tip-offs from outside: lodged once, opened by their pass alone, and proved by a code that says nothing."""

import pytest

from tests.desk.public.tipping import MAILBOX, PASS, lodging, ticketed, with_key
from tests.desks import form_key, sign_in


@pytest.fixture(scope="module")
def key(open_world):
    """Give the fingerprint of the line's key."""
    browser = sign_in(open_world, "discipline")
    return with_key(open_world, browser, form_key(browser))


def test_a_tip_off_is_lodged_once_and_proved(open_world, anybody, key):
    """The entry holds ciphertext and no address; the receipt's code is found on the public page; a mailbox is not taken twice."""
    said = lodging(anybody, key)
    taken = anybody.post("/public/tips/lodge", json=said)
    assert taken.status_code == 200, taken.text
    code, entry = taken.json()["code"], taken.json()["entry"]
    assert "In the ledger" in anybody.get(f"/public/verify?code={code}").text
    kept = open_world.ledger.entry(entry)
    assert b"testclient" not in kept.payload
    assert "tip" not in kept.header.decode().replace("timestamp", "")
    assert PASS not in kept.payload.decode(), "the pass is kept as its digest alone"
    assert anybody.post("/public/tips/lodge", json=said).status_code == 422, "a ticket is taken once"
    again = anybody.post("/public/tips/lodge", json=lodging(anybody, key))
    assert again.status_code == 404, "a mailbox is lodged once"


def test_a_mailbox_opens_to_its_pass_alone(open_world, anybody, key):
    """A wrong pass and a mailbox that is not there are answered alike; the right one gives the ciphertext."""
    if not open_world.duck.rows("SELECT 1 FROM tip WHERE tip = ?", [MAILBOX]):
        anybody.post("/public/tips/lodge", json=lodging(anybody, key))
    wrong = anybody.post("/public/tips/read", json=ticketed(anybody, mailbox=MAILBOX, passed="b" * 32))
    absent = anybody.post("/public/tips/read", json=ticketed(anybody, mailbox="c" * 32, passed="b" * 32))
    assert (wrong.status_code, wrong.text) == (404, absent.text)
    told = anybody.post("/public/tips/read", json=ticketed(anybody, mailbox=MAILBOX, passed=PASS)).json()
    assert [(m["sender"], m["sealed"]) for m in told["messages"]] == [("informant", '{"sealed": 1}')]
    more = ticketed(anybody, mailbox=MAILBOX, passed=PASS, sealed='{"more": 2}')
    assert anybody.post("/public/tips/write", json=more).status_code == 200
    told = anybody.post("/public/tips/read", json=ticketed(anybody, mailbox=MAILBOX, passed=PASS)).json()
    assert len(told["messages"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"mailbox": "x"},
        {"sealed": "clear text"},
        {"sealed": "{" + "a" * 170_000 + "}"},
        {"number": "-1"},
        {"ticket": "x"},
    ],
)
def test_what_no_page_sends_is_refused(anybody, key, wrong):
    """Shapes and sizes are looked at before anything is kept."""
    said = lodging(anybody, key, mailbox="d" * 32) | wrong
    assert anybody.post("/public/tips/lodge", json=said).status_code == 422
