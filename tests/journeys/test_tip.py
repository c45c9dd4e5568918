"""A tip-off in a real browser: lodged without a name, answered by the line twice, answered again by the informant."""

import os
import re
import secrets
import threading
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from comptroller.cli.serve import server_of
from comptroller.desk.state import Desk, Settings
from tests.desks import NOW, PASSWORD, open_desk
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
    desk = Desk(folder / "node", lambda: NOW, lambda: secrets.token_hex(16), Settings(proof_bits=6))
    desk.start()
    server = server_of(desk, "127.0.0.1", PORT)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.05)
    yield desk
    server.should_exit = True
    thread.join()
    desk.stop()


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
    """Somebody with a browser of his own, which keeps nothing of anybody else's."""

    def __init__(self, chromium, locale="en-GB"):
        """Open it, in a language; what the console of the browser complains of is kept."""
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
        """Give the texts of a talk once there are so many, and all of them open."""
        expect(self.page.locator(".talk li")).to_have_count(count, timeout=60_000)
        expect(self.page.locator(".talk")).not_to_contain_text(SEALED, timeout=60_000)
        return self.page.locator(".talk p").all_inner_texts()

    def hears(self, form):
        """Give what a form complains of."""
        alert = self.page.locator(f"#{form} [role=alert]")
        expect(alert).not_to_be_empty(timeout=60_000)
        return alert.inner_text()


def signed_in(chromium, login, locale="en-GB"):
    """Give the officer of a line, at the desk."""
    person = Person(chromium, locale)
    person.goes("/sign-in")
    person.page.fill("[name=login]", login)
    person.page.fill("[name=password]", PASSWORD)
    person.page.click("button")
    return person


def makes_key(officer):
    """Let the officer make the line's key."""
    officer.goes("/tips")
    for field in officer.page.locator("#make-key input").all():
        field.fill(PHRASE)
    with officer.page.expect_navigation():
        officer.page.click("#make-key button")


def opens(officer, number, count):
    """Let the officer open a mailbox with the passphrase; gives what it says."""
    officer.goes(f"/tips/{number}")
    officer.says("unlock", PHRASE)
    officer.page.wait_for_selector("#answer", state="visible")
    return officer.reads(count)


def comes_back(chromium, code, locale="en-GB"):
    """Give the informant in another browser, with nothing but the claim code."""
    person = Person(chromium, locale)
    person.goes("/public/tips")
    person.says("back", code)
    person.page.wait_for_selector("#mailbox", state="visible")
    return person


def test_a_tip_off_is_answered_twice(served, chromium):
    """Lodged, acknowledged, asked, answered, answered again: each side reads all, the server reads nothing, a receipt proves it.

    Each side is once at home in either language.
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


def test_a_wrong_code_and_a_wrong_passphrase_open_nothing(served, chromium):
    """Both are told in words, and nothing is shown."""
    stranger = Person(chromium)
    stranger.goes("/public/tips")
    stranger.says("back", "00000-00000-00000-00000-00000")
    assert "No tip-off fits" in stranger.hears("back")
    number = served.duck.rows("SELECT tip_number FROM tip_register")[0][0]
    officer = signed_in(chromium, "discipline")
    officer.goes(f"/tips/{number}")
    officer.says("unlock", "not the passphrase")
    assert "not the passphrase" in officer.hears("unlock")
    assert not officer.page.is_visible("#answer")
