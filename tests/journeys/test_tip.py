"""A tip-off in a real browser: lodged without a name, answered by the line twice, answered again by the informant."""

import os
import re
import secrets
import threading
import time
from hashlib import sha256

import pytest
from playwright.sync_api import expect, sync_playwright

from comptroller.cli.serve import server_of
from comptroller.web.public.rate_limit import zero_bits
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from comptroller.web.tips.keys import in_fours
from comptroller.web.tips.mailbox import key_of, reply
from tests.consoles import NOW, PASSWORD, open_desk
from tests.journeys.browser import needed

PORT, PHRASE = 8537, "a passphrase of the line"
CHINESE, SEALED = "zh-CN", re.compile("Ciphertext|密文")
HOME = f"http://127.0.0.1:{PORT}"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A desk of the small world, served on this machine."""
    folder = tmp_path_factory.mktemp("tipped")
    open_desk(folder).stop()
    server = Server(folder / "node", lambda: NOW, lambda: secrets.token_hex(16), Settings(proof_bits=6))
    server.start()
    listener = server_of(server, "127.0.0.1", PORT)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started and thread.is_alive():
        time.sleep(0.05)
    yield server
    listener.should_exit = True
    thread.join()
    server.stop()


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    found = needed()
    with sync_playwright() as driver:
        window = driver.chromium.launch(
            executable_path=found.path, args=["--no-sandbox"], env={**os.environ, **found.env}
        )
        yield window
        window.close()


class Person:
    """A person with their own browser, which shares nothing with the other's."""

    def __init__(self, chromium, locale="en-GB"):
        """Open it in a language; errors of the browser's console are stored."""
        self.page = chromium.new_context(locale=locale, viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(60_000)
        self.wrong = []
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda fault: self.wrong.append(str(fault)))

    def goes(self, path):
        """Go somewhere."""
        self.page.goto(HOME + path)

    def says(self, form, words):
        """Write into a form's field, and send it."""
        self.page.fill(f"#{form} textarea, #{form} input", words)
        self.page.click(f"#{form} button")

    def reads(self, count):
        """Return the texts of a talk once there are so many, and all of them open."""
        expect(self.page.locator(".talk li")).to_have_count(count, timeout=60_000)
        expect(self.page.locator(".talk")).not_to_contain_text(SEALED, timeout=60_000)
        return self.page.locator(".talk p").all_inner_texts()

    def hears(self, form):
        """Return what a form complains of."""
        alert = self.page.locator(f"#{form} [role=alert]")
        expect(alert).not_to_be_empty(timeout=60_000)
        return alert.inner_text()


def signed_in(chromium, login, locale="en-GB"):
    """Return the officer of a line, at the desk."""
    person = Person(chromium, locale)
    person.goes("/sign-in")
    person.page.fill("[name=login]", login)
    person.page.fill("[name=password]", PASSWORD)
    person.page.click("button")
    return person


def makes_key(officer):
    """Make the line's key as the officer."""
    officer.goes("/tips")
    for field in officer.page.locator("#make-key input").all():
        field.fill(PHRASE)
    with officer.page.expect_navigation():
        officer.page.click("#make-key button")


def opens(officer, number, count):
    """Open a mailbox with the passphrase as the officer; returns its text."""
    officer.goes(f"/tips/{number}")
    officer.says("unlock", PHRASE)
    officer.page.wait_for_selector("#answer", state="visible")
    return officer.reads(count)


def comes_back(chromium, code, locale="en-GB"):
    """Return the informant in another browser, with nothing but the claim code."""
    person = Person(chromium, locale)
    person.goes("/public/tips")
    person.says("back", code)
    person.page.wait_for_selector("#mailbox", state="visible")
    return person


def test_a_tip_off_is_answered_twice(served, chromium):
    """Lodged, acknowledged, asked, answered, answered again: each side reads all, the server reads nothing, a receipt
    proves it.

    Each side uses either language once.
    """
    officer = signed_in(chromium, "discipline")
    makes_key(officer)
    informant = Person(chromium, CHINESE)
    informant.goes("/public/tips")
    informant.says("lodge", "王某于三月收了供应商的回扣。 A kickback in March.")
    informant.page.wait_for_selector("#lodged", state="visible")
    code, receipt = (informant.page.inner_text(f"#{one}") for one in ("claim-code", "receipt-code"))
    number = served.duck.rows("SELECT tip_number FROM tip_register")[0][0]
    assert opens(officer, number, 1) == ["王某于三月收了供应商的回扣。 A kickback in March."]
    with officer.page.expect_navigation():
        officer.says("answer", "Taken up. Which supplier?")
    back = comes_back(chromium, code.lower(), CHINESE)
    assert back.reads(2)[1] == "Taken up. Which supplier?"
    assert "已告知受理" in back.page.inner_text("#dues")
    back.says("more", "The one in the north yard.")
    assert back.reads(3)[2] == "The one in the north yard."
    second = signed_in(chromium, "discipline", CHINESE)
    assert opens(second, number, 3)[2] == "The one in the north yard."
    with second.page.expect_navigation():
        second.says("answer", "Thank you. It is being looked into.")
    again = comes_back(chromium, code)
    assert again.reads(4)[3] == "Thank you. It is being looked into."
    assert "Acknowledged on" in again.page.inner_text("#dues")
    again.goes(f"/public/verify?code={receipt}")
    assert "In the ledger" in again.page.inner_text("main")
    said = b"".join(one.payload or b"" for one in served.ledger.entries(1))
    for secret in ("kickback", "north yard", "looked into", PHRASE, code, code.replace("-", "")):
        assert secret.encode() not in said
    assert [one.wrong for one in (officer, second, informant, back, again)] == [[], [], [], [], []]


@pytest.mark.usefixtures("served")
def test_the_work_of_the_browser_is_the_hash_of_the_server(chromium):
    """Heads of every length around a block, and numbers of every length: the first 32 bits are those of SHA-256."""
    person = Person(chromium)
    person.goes("/public/tips")
    heads, numbers = ["x" * count + ":" for count in range(0, 140, 3)], [0, 9, 12_345, 999_999_999]
    told = person.page.evaluate(
        "([heads, numbers]) => heads.flatMap((head) => numbers.map((number) => Work.first(head, number)))",
        [heads, numbers],
    )
    wanted = [int.from_bytes(sha256(f"{head}{number}".encode()).digest()[:4]) for head in heads for number in numbers]
    assert told == wanted
    number = person.page.evaluate("Work.of('a ticket', 10)")
    assert zero_bits(f"a ticket:{number}") >= 10


def test_a_wrong_code_and_a_wrong_passphrase_open_nothing(served, chromium):
    """Both get a message, and nothing is shown."""
    stranger = Person(chromium)
    stranger.goes("/public/tips")
    stranger.says("back", "00000-00000-00000-00000-00000")
    assert "No tip-off matches" in stranger.hears("back")
    number = served.duck.rows("SELECT tip_number FROM tip_register")[0][0]
    officer = signed_in(chromium, "discipline")
    officer.goes(f"/tips/{number}")
    officer.says("unlock", "not the passphrase")
    assert "passphrase is wrong" in officer.hears("unlock")
    assert not officer.page.is_visible("#answer")


def test_an_answer_without_the_line_s_signature_is_not_shown(served, chromium):
    """A writer of the books without the line's key cannot speak in its name; a repeated answer is not shown twice."""
    number, box = served.duck.rows("SELECT tip_number, tip FROM tip")[0]
    officer = signed_in(chromium, "discipline")
    informant = Person(chromium)
    informant.goes("/public/tips")
    informant.says("lodge", "A second matter.")
    informant.page.wait_for_selector("#lodged", state="visible")
    code = informant.page.inner_text("#claim-code")
    number, box = served.duck.rows("SELECT tip_number, tip FROM tip WHERE tip <> ?", [box])[0]
    assert opens(officer, number, 1) == ["A second matter."]
    with officer.page.expect_navigation():
        officer.says("answer", "This is the line.")
    tip = served.duck.records("SELECT * FROM tip WHERE tip = ?", [box])[0]
    true = served.duck.rows("SELECT sealed FROM tip_message WHERE tip = ? AND sender = 'line'", [box])[0][0]
    forged = informant.page.evaluate(
        """async ([line, mailbox, box]) => Seal.seal("Tell us your name.", { line, informant: mailbox }, `${box} line`)""",
        [key_of(served, "discipline")["public_key"], tip["public_key"], box],
    )
    reply(served, tip, forged, "discipline")
    reply(served, tip, true, "discipline")
    back = comes_back(chromium, code)
    expect(back.page.locator(".talk li")).to_have_count(4, timeout=60_000)
    told = back.page.locator(".talk p").all_inner_texts()
    assert told[:2] == ["A second matter.", "This is the line."]
    assert all("not signed" in one for one in told[2:])
    assert "Tell us your name" not in back.page.inner_text("main")
    assert "signed by the line" in back.page.locator(".talk li").nth(1).inner_text()


def test_a_key_that_was_changed_is_announced_and_an_old_mailbox_stays_with_its_own(served, chromium):
    """The page announces the change; the informant compares the fingerprint; a further message goes to the key of its mailbox."""
    informant = Person(chromium)
    informant.goes("/public/tips")
    informant.says("lodge", "Under the first key.")
    informant.page.wait_for_selector("#lodged", state="visible")
    code = informant.page.inner_text("#claim-code")
    number, first = served.duck.rows("SELECT tip_number, line_key FROM tip ORDER BY fact DESC LIMIT 1")[0]
    officer = signed_in(chromium, "discipline")
    officer.goes("/tips")
    officer.page.click("details summary")
    for field in officer.page.locator("#make-key input").all():
        field.fill("another passphrase")
    with officer.page.expect_navigation():
        officer.page.click("#make-key button")
    second = key_of(served, "discipline")["line_key"]
    assert second != first
    informant.goes("/public/tips")
    expect(informant.page.locator("#key-change")).to_be_visible()
    informant.page.click("details summary")
    informant.page.fill("#compare-key", in_fours(second))
    expect(informant.page.locator("#key-same")).to_be_visible()
    informant.page.fill("#compare-key", in_fours(first))
    expect(informant.page.locator("#key-other")).to_be_visible()
    back = comes_back(chromium, code)
    back.says("more", "Still under the first key.")
    assert back.reads(2)[1] == "Still under the first key."
    assert opens(officer, number, 2)[1] == "Still under the first key."
