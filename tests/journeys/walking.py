"""A real browser on a desk that is served over the network: who is signed in opens pages, fills forms, and reads what is shown.

with walk_on(desk, "zh") as walk:
    walk.sign_in("internal1")
    walk.act(f"/cases/{case}", "escalate", reason="属实")
"""

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from comptroller.cli.serve import server_of
from comptroller.web.runtime.server import Server
from tests.consoles import PASSWORD
from tests.journeys.browser import needed

_WAIT_MS = 60_000
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


class Walk:
    """One browser window; its faults are stored in `faults`, and all messages of its console in `errors`."""

    def __init__(self, page: Page, address: str, language: str) -> None:
        """Store the window, the console's address and the language of the user."""
        self.page, self._address, self._language = page, address, language
        self.faults: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(_WAIT_MS)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("pageerror", lambda fault: self.errors.append(str(fault)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)

    def speak(self, language: str) -> None:
        """Request pages in that language from now on."""
        self._language = language
        self.page.context.add_cookies([{"name": "desk_language", "value": language, "url": self._address}])

    def sign_in(self, login: str) -> None:
        """Sign in as a user, in place of the one before."""
        self.page.context.clear_cookies()
        self.speak(self._language)
        self.page.goto(f"{self._address}/sign-in")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form button")
        self.page.wait_for_url(re.compile(rf"^{self._address}/(?!sign-in)"))

    def open(self, path: str) -> int:
        """Open a page; returns its status."""
        answer = self.page.goto(self._address + path)
        assert answer is not None
        return answer.status

    def acts(self, path: str) -> list[str]:
        """Return the acts that a page has forms for."""
        assert self.open(path) == 200
        return [str(one.get_attribute("value")) for one in self.page.locator("details.act input[name=act]").all()]

    def act(self, path: str, act: str, **fields: str) -> str:
        """Fill the form of an act in and send it; returns the message of the page."""
        assert self.open(path) == 200
        form = self.page.locator(f"details.act:has(input[name=act][value={act}])")
        form.locator("summary").click()
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        form.locator("button").click()
        said = self.page.locator("[role=status], [role=alert]").first
        return said.inner_text()

    def text(self) -> str:
        """Return what is shown in the main part of the page."""
        return self.page.locator("main").inner_text()

    @property
    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@contextmanager
def walk_on(server: Server, language: str) -> Iterator[Walk]:
    """Serve a desk and open a browser on it; skips the test, naming what is absent, where there is no browser."""
    browser = needed()
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    listener = server_of(server, "127.0.0.1", port)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    while not listener.started and thread.is_alive():
        time.sleep(0.02)
    try:
        with sync_playwright() as driver:
            window = driver.chromium.launch(
                executable_path=browser.path, args=list(_QUIET), env={**os.environ, **browser.env}
            )
            yield Walk(window.new_page(viewport={"width": 1280, "height": 900}), f"http://127.0.0.1:{port}", language)
            window.close()
    finally:
        listener.should_exit = True
        thread.join()
