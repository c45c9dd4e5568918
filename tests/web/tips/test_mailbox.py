"""Tip-offs within the desk: their line alone opens them, others see their times, and an answer acknowledges."""

import pytest

from comptroller.web.public.answers import LIST
from comptroller.web.tips.mailbox import key_of, lodge, register, registered, reply, write
from tests.consoles import form_key, open_desk, sign_in
from tests.web.public.tipping import MAILBOX, PUBLIC, with_key

SEALED = '{"SEALEDMARK": 1}'


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A desk with a key of the line and one tip-off; returns it with the number in the register."""
    server = open_desk(tmp_path_factory.mktemp("tips"))
    browser = sign_in(server, "discipline")
    key = with_key(server, browser, form_key(browser))
    box = {"mailbox": MAILBOX, "pass_hash": "e" * 64, "public_key": PUBLIC, "kept_key": "{}", "line_key": key}
    entry = lodge(server, box | {"sealed": SEALED})
    yield server, browser, register(server)[0]["tip_number"], entry
    server.stop()


@pytest.mark.parametrize("login", ["leader", "supervisor", "auditor", "group", "reporter", "administrator"])
def test_nobody_else_sees_a_mailbox(held, login):
    """Neither page nor table nor entry shows mailbox or ciphertext to a user outside the line; the dates are
    visible.
    """
    server, _, number, entry = held
    other = sign_in(server, login)
    pages = [other.get(f"/tips/{number}"), other.get("/tips"), other.get(f"/ledger/{entry}")]
    assert [p.status_code for p in pages[:2]] == [403, 403]
    assert not any(MAILBOX in p.text or "SEALEDMARK" in p.text for p in pages)
    assert 'href="/tips"' not in other.get("/why").text


def test_the_line_answers_and_that_acknowledges(held):
    """The first answer acknowledges; a later one leaves that day; the officer's act is in the ledger."""
    server, browser, number, _ = held
    assert registered(server, number)["acknowledged_on"] is None
    assert SEALED.replace('"', "&#34;") in browser.get(f"/tips/{number}").text
    for said in ('{"first": 1}', '{"second": 2}'):
        answer = browser.post(f"/tips/{number}", data={"sealed": said, "form_key": form_key(browser)})
        assert answer.status_code == 303, answer.text
    row = registered(server, number)
    assert row["acknowledged_on"] == row["answered_on"] == row["lodged_on"]
    assert [row["tip_number"] for row in register(server)] == [number]
    acts = server.duck.rows("SELECT did, about FROM desk_act WHERE did LIKE 'tip%' ORDER BY fact")
    assert ("tip_answer", number) in acts
    assert number in browser.get("/tips").text


def test_the_register_tells_what_waits_and_how_it_ended(held):
    """The first unanswered message waits from its own day on; an answer ends that; an outcome closes, an order
    postpones.
    """
    server, browser, number, _ = held
    box = server.duck.records("SELECT * FROM tip")[0]
    assert registered(server, number)["waiting_since"] is None
    write(server, box, SEALED)
    first = registered(server, number)["waiting_since"]
    assert first is not None
    write(server, box, SEALED)
    assert registered(server, number)["waiting_since"] == first
    reply(server, box, SEALED, "discipline")
    assert registered(server, number)["waiting_since"] is None
    said = {"form_key": form_key(browser)}
    more = said | {"extended_by": "10", "order_number": ""}
    assert browser.post(f"/tips/{number}/closing", data=more).status_code == 422, "an extension has its order"
    assert browser.post(f"/tips/{number}/closing", data=more | {"order_number": "N1"}).status_code == 303
    assert sign_in(server, "supervisor").post(f"/tips/{number}/closing", data=said).status_code == 403
    assert browser.post(f"/tips/{number}/closing", data=said | {"outcome": "forgotten"}).status_code == 422
    assert browser.post(f"/tips/{number}/closing", data=said | {"outcome": "not_borne_out"}).status_code == 303
    row = registered(server, number)
    assert (row["closed_on"], row["outcome"], row["extended_by"]) == (first, "not_borne_out", 10)
    assert row["acknowledged_on"] is not None
    assert browser.get(f"/tips/{number}").status_code == browser.get("/tips").status_code == 200


def test_a_line_s_key_is_a_fact_and_its_lock_is_not(held):
    """The public half is in the ledger, the locked private half in the desk's store; the list of the pack names
    the line.
    """
    server, _, _, _ = held
    assert server.pack.lists[LIST].lines[-1].body == "discipline"
    named = key_of(server, "discipline")["line_key"]
    assert server.storage.rows("SELECT kept FROM line_key WHERE line_key = ?", [named]) == [('{"salt": ""}',)]
    assert "kept" not in {column for (column,) in server.duck.rows("SELECT column_name FROM (DESCRIBE line_key)")}
