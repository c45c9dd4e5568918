"""Calls about the ledger: heads within scope in their order, and one entry with a proof that an outsider can check."""

import json

from comptroller.ledger.entry import Receipt, check_receipt


def _all(browser, limit):
    rows, after = [], ""
    while after is not None:
        page = browser.get("/api/v1/entries", params={"limit": limit, "after": after}).json()
        rows += page["items"]
        after = page["next"]
    return rows


def test_heads_follow_by_cursor(browser, server):
    """All pages together equal one large page; a viewer of a group receives the group's reports and the node's
    own entries.
    """
    every = _all(browser("supervisor"), 7)
    assert [row["entry"] for row in every] == sorted({row["entry"] for row in every})
    assert {row["reporter"] for row in every} >= {"A", "B"}
    assert {row["reporter"] for row in _all(browser("group"), 5)} <= {"A", "A1", "G1", server.owner}
    only = browser("supervisor").get("/api/v1/entries", params={"reporter": "B", "limit": 1000}).json()
    assert {row["reporter"] for row in only["items"]} == {"B"}


def test_a_cursor_that_no_page_gave_is_refused(browser):
    """It is not read as the beginning."""
    answer = browser("supervisor").get("/api/v1/entries", params={"after": "١٢"})
    assert (answer.status_code, answer.json()["refused"][0]["code"]) == (422, "desk.value")
    assert browser("supervisor").get("/api/v1/entries", params={"after": "999999"}).json()["items"] == []


def test_an_entry_comes_with_its_proof(browser, server):
    """The receipt holds for the header under the ledger's key; an entry outside the scope, or unknown, is absent."""
    number = next(entry["entry"] for entry in _all(browser("supervisor"), 100) if entry["reporter"] == "B")
    answer = browser("supervisor").get(f"/api/v1/entries/{number}").json()
    receipt = Receipt.from_json(json.dumps(answer["receipt"]))
    assert check_receipt(receipt, answer["header"].encode(), server.ledger.verifier_key) == []
    for gone in (number, 0, -1, 10**30):
        assert browser("group").get(f"/api/v1/entries/{gone}").status_code == 404
