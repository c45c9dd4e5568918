"""The ledger's pages: entries, receipts that hold, and verification."""

from comptroller.ledger.entry import Receipt, check_receipt
from tests.consoles import form_key, sign_in


def test_a_downloaded_receipt_holds(browser, server):
    """Its proof needs only the receipt and the key."""
    content = browser("supervisor").get("/ledger/2/receipt.json")
    receipt = Receipt.from_json(content.text)
    assert check_receipt(receipt, content.json()["header"].encode(), server.ledger.verifier_key) == []


def test_the_ledger_is_verified_from_the_browser(server):
    """The answer shows how much was checked; an invalid checkpoint is a problem, not an error."""
    browser = sign_in(server, "auditor")
    key = form_key(browser)
    assert "The ledger is sound" in browser.post("/ledger/verify", data={"form_key": key}).text
    checkpoint = server.ledger.checkpoint().text
    assert "The ledger is sound" in browser.post("/ledger/verify", data={"form_key": key, "witness": checkpoint}).text
    answer = browser.post("/ledger/verify", data={"form_key": key, "witness": "none"}).text
    assert "witness.form" in answer
    assert "The ledger is damaged" not in answer, "a witness that is none says nothing of the ledger"


def test_entries_are_listed_page_by_page(browser, server):
    """The newest before an entry first; those of others are counted, not named."""
    page = browser("group").get("/ledger?before=9").text
    assert 'href="/ledger/3"' in page
    for number in (0, server.ledger.size + 100_000):
        assert browser("supervisor").get(f"/ledger/{number}").status_code == 404
