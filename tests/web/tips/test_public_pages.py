"""Tip-offs from outside: submitted once, opened by their pass alone, and proved by a code without content."""

import pytest
from starlette.testclient import TestClient

from comptroller.web.app import make_app
from comptroller.web.public.rate_limit import zero_bits
from tests.consoles import ORIGIN, form_key, open_desk, sign_in, visitor
from tests.web.public.tipping import MAILBOX, PASS, lodging, ticketed, with_key


@pytest.fixture(scope="module")
def key(open_world):
    """Return the fingerprint of the line's key."""
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
    """A wrong pass and an absent mailbox get the same answer; the right pass returns the ciphertext."""
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
    """Shapes and sizes are checked before anything is stored."""
    said = lodging(anybody, key, mailbox="d" * 32) | wrong
    assert anybody.post("/public/tips/lodge", json=said).status_code == 422


def test_a_flood_of_questions_leaves_tip_offs_alone(anybody, key):
    """After a flood on every other public page a tip-off needs the same work as before."""
    asked = anybody.get("/public/tips/ticket?for=lodge").json()["bits"]
    answers = [
        anybody.post("/public/enterprise", data={"enterprise": "A", "person": "", "on": "2024-06-30"}).status_code
        for _ in range(300)
    ]
    answers += [anybody.get("/public/verify?code=R1-00000-00000-00000-00000").status_code for _ in range(100)]
    assert 429 in answers
    assert anybody.get("/public/tips").status_code == 200
    assert anybody.get("/public/tips/ticket?for=lodge").json()["bits"] == asked
    taken = anybody.post("/public/tips/lodge", json=lodging(anybody, key, mailbox="ab" * 16))
    assert taken.status_code == 200, taken.text


def test_a_flood_of_tip_offs_leaves_an_informant_the_way_of_work(anybody, key):
    """While many submit, the work rises and the refusal names it; a client that does it is accepted, and
    reading needs the first work.
    """
    first = anybody.get("/public/tips/ticket?for=lodge").json()["bits"]
    for n in range(40):
        taken = anybody.post("/public/tips/lodge", json=lodging(anybody, key, mailbox=f"{n:032x}"))
        assert taken.status_code == 200, taken.text
    more = anybody.get("/public/tips/ticket?for=lodge").json()["bits"]
    assert more > first + 2
    weak = lodging(anybody, key, mailbox="cd" * 16)
    weak["number"] = next(str(n) for n in range(1 << 20) if zero_bits(f"{weak['ticket']}:{n}") == first)
    answer = anybody.post("/public/tips/lodge", json=weak)
    assert (answer.status_code, answer.json()["bits"] >= more) == (429, True)
    assert answer.json()["refused"][0]["code"] == "public.work"
    assert anybody.post("/public/tips/lodge", json=lodging(anybody, key, mailbox="cd" * 16)).status_code == 200
    assert anybody.get("/public/tips/ticket?for=read").json()["bits"] < more


def test_lodging_asks_for_work_before_the_books(anybody, key, monkeypatch):
    """Without work the books are not queried: neither key nor mailbox."""

    def never(*_said):
        raise AssertionError("the books were asked")

    monkeypatch.setattr("comptroller.web.tips.public_pages.key_of", never)
    monkeypatch.setattr("comptroller.web.tips.public_pages.opened", never)
    said = lodging(anybody, key, mailbox="ef" * 16) | {"ticket": "0.0.0"}
    assert anybody.post("/public/tips/lodge", json=said).status_code == 422
    more = {"ticket": "0.0.0", "number": "1", "mailbox": MAILBOX, "passed": PASS}
    assert anybody.post("/public/tips/read", json=more).status_code == 422
    assert anybody.post("/public/tips/write", json=more | {"sealed": '{"a": 1}'}).status_code == 422


def test_a_body_of_a_public_page_is_small(anybody):
    """More than a quarter of a megabyte is rejected before it is read, on every public page."""
    for path in ("/public/tips/lodge", "/public/enterprise", "/public/false-enterprise"):
        assert anybody.post(path, content=b"x" * 300_000).status_code == 413


def test_what_the_public_adds_in_a_day_ends(tmp_path):
    """A small day's budget ends with a refusal by name; what a restart finds in the books counts; the next
    process answers the same.
    """
    server = open_desk(tmp_path, proof_bits=2, most_tip_bytes_a_day=12_000)
    line = sign_in(server, "discipline")
    named = with_key(server, line, form_key(line))
    browser = visitor(server)
    statuses = [
        browser.post("/public/tips/lodge", json=lodging(browser, named, mailbox=f"{n:032x}")).status_code
        for n in range(7)
    ]
    assert statuses == [200] * 5 + [429] * 2
    assert server.duck.rows("SELECT count(*) FROM tip") == [(5,)]
    more = ticketed(browser, mailbox=f"{1:032x}", passed=PASS, sealed='{"more": 1}')
    assert browser.post("/public/tips/write", json=more).status_code == 200, (
        "further messages have a budget of their own"
    )
    fresh = TestClient(make_app(server), base_url=ORIGIN, headers={"origin": ORIGIN})
    assert fresh.post("/public/tips/lodge", json=lodging(fresh, named, mailbox=f"{9:032x}")).status_code == 429
    server.stop()
