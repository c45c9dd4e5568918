"""Public pages: open to all visitors, in two languages, and silent about what policy does not publish."""

import re

import pytest

from comptroller.web.ledger.proof_codes import receipt_code
from tests.consoles import ENTITIES, mark, sign_in, visitor
from tests.web.public.conftest import SIGNER

PAGES = ("/public", "/public/verify", "/public/enterprise", "/public/fees", "/public/false-enterprise")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_answer_without_signing_in(open_world, language):
    """Each page in each language, without a word of the other, a script of its own, or a cookie."""
    browser = visitor(open_world)
    for path in PAGES:
        page = browser.get(f"{path}?lang={language}")
        assert page.status_code == 200, path
        assert "set-cookie" not in page.headers
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*src=)", page.text)
        if language == "en":
            assert re.findall(r"[\u4e00-\u9fff]+", page.text.replace("中文", "")) == [], path


def test_an_enterprise_is_answered_in_the_same_words_known_or_not(anybody):
    """The answer about what is not published and about what is not there differs in nothing but what was typed."""

    def told(enterprise):
        asked = {"enterprise": enterprise, "person": SIGNER, "on": "2024-06-30"}
        page = anybody.post("/public/enterprise", data=asked)
        assert page.status_code == 200
        return page.text.replace(f'value="{enterprise}"', "")

    assert told("G2") == told("nobody")
    assert "legal representative on that day" in told("A")
    assert mark("A") in told("A")


def test_a_code_is_verified_and_nothing_is_told(open_world, anybody):
    """The page names entry, leaf and checkpoint; it contains no mark of the books."""
    for number in range(1, 8):
        code = receipt_code(number, open_world.ledger.entry(number).leaf)
        page = anybody.get(f"/public/verify?code={code}").text
        assert open_world.ledger.entry(number).leaf.hex() in page
        assert not any(mark(entity) in page for entity, _ in ENTITIES)
        assert anybody.get(f"/public/verify/receipt.json?code={code}").json()["entry"] == number
    assert "No entry of the ledger" in anybody.get("/public/verify?code=R1-00000-00000-00000-00000").text


def test_a_false_enterprise_is_reported_as_a_lead_for_its_line(open_world, anybody):
    """The report is a fact of the ledger with a receipt; it is taken once, and names no sender."""
    form = anybody.get("/public/false-enterprise").text
    said = {
        "ticket": form.split('name="ticket" value="', 1)[1].split('"', 1)[0],
        "named": "中某国投(集团)",
        "text": "He asked for a deposit.",
    }
    page = anybody.post("/public/false-enterprise", data=said)
    assert page.status_code == 200
    code = page.text.split('id="receipt">', 1)[1].split("<", 1)[0]
    assert "In the ledger" in anybody.get(f"/public/verify?code={code}").text
    rows = open_world.duck.rows("SELECT by_line, about, named FROM public_lead")
    assert rows == [("investor", "false_enterprise", "中某国投(集团)")]
    assert anybody.post("/public/false-enterprise", data=said).status_code == 422, "the same page sends once"
    payload = open_world.ledger.entry(int(code[1:].split("-")[0])).payload.decode()
    assert "testclient" not in payload
    supervisor = sign_in(open_world, "supervisor")
    assert "中某国投" in supervisor.get(f"/ledger/{code[1:].split('-')[0]}").text
