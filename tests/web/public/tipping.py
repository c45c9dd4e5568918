"""What a browser sends for a tip-off, without its encryption: the server never looks into what is sealed."""

from hashlib import sha256

from comptroller.web.public.rate_limit import zero_bits
from comptroller.web.tips.mailbox import key_of

MAILBOX, PASS, PUBLIC = "0f" * 16, "a1" * 16, "M" * 120


def ticketed(browser, **said):
    """Return what is sent with a ticket and its work."""
    ticket = browser.get("/public/tips/ticket").json()
    tried = (str(n) for n in range(1 << 20))
    number = next(n for n in tried if zero_bits(f"{ticket['ticket']}:{n}") >= ticket["bits"])
    return {"ticket": ticket["ticket"], "number": number, **said}


def sha(said):
    """Return the SHA-256 of a text, in hex."""
    return sha256(said.encode()).hexdigest()


def lodging(browser, key, mailbox=MAILBOX, passed=PASS, sealed='{"sealed": 1}'):
    """Return a tip-off as it is sent."""
    box = {"mailbox": mailbox, "pass_hash": sha(passed), "public_key": PUBLIC}
    return ticketed(browser, **box, kept_key='{"kept": 1}', line_key=key, sealed=sealed)


def with_key(server, browser_of_line, form_key):
    """Make a key of the line if it has none; return its fingerprint."""
    if key_of(server, "discipline") is None:
        said = {"public_key": "K" * 120, "kept_key": '{"salt": ""}', "form_key": form_key}
        assert browser_of_line.post("/tips/key", data=said).status_code == 303
    return key_of(server, "discipline")["line_key"]
