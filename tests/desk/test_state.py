"""The desk while it runs: what is made is made once, and what users do stands in the ledger."""

import pytest

from comptroller.model.refusal import Refused


def test_what_is_made_for_a_key_is_made_once(desk):
    """And the oldest is forgotten."""
    made = []
    for _ in range(3):
        desk.cached("one", lambda: made.append(1))
    assert made == [1]


def test_what_a_user_does_stands_in_the_ledger(desk):
    """An act is a fact with a name, a time and what it was about."""
    outcome = desk.said(desk.note("supervisor", "export", "findings", "state=all"))
    rows = desk.duck.rows("SELECT login, did, about, detail FROM desk_act WHERE fact >> 20 = ?", [outcome.entry])
    assert rows == [("supervisor", "export", "findings", "state=all")]
    assert desk.ledger.entry(outcome.entry).fields["reporter"] == desk.owner


def test_what_the_desk_says_is_checked_like_any_report(desk):
    """Nothing gets into the books past intake."""
    with pytest.raises(Refused):
        desk.said(desk.say("access_grant", [{"granted_by": desk.owner, "grant": "G"}]))
