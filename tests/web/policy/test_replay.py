"""A policy tried on a copy: only the touched rules are tested, and the live books are unchanged."""

from comptroller.web.policy.replay import candidate, touched_rules, try_out

PATH = "base/params/duplicate_days.yml"


def test_what_a_change_touches_is_found(server):
    """A parameter touches the rules that read it; the same text touches nothing."""
    text = server.pack.files[PATH].decode()
    assert touched_rules(server.pack, candidate(server.pack, PATH, text)) == []
    after = candidate(server.pack, PATH, text.replace("value: 30", "value: 29"))
    assert touched_rules(server.pack, after) == ["base/rules/payments/duplicate"]
    rule = "base/rules/payments/duplicate.sql"
    other = candidate(server.pack, rule, server.pack.files[rule].decode() + "-- said again\n")
    assert touched_rules(server.pack, other) == ["base/rules/payments/duplicate"]


def test_a_trial_leaves_the_live_books_alone(server):
    """The same policy finds the same; another finds differently, and nothing of it is in the books."""
    before = server.duck.rows("SELECT * FROM finding ORDER BY ALL")
    same = try_out(server, server.pack)
    assert same.counts == {"appear": {}, "vanish": {}, "change": {}}
    text = server.pack.files[PATH].decode().replace("value: 30", "value: 0")
    trial = try_out(server, candidate(server.pack, PATH, text))
    assert sum(trial.counts["vanish"].values()) == 5
    assert trial.examples > 0
    assert trial.as_json()["entries"] == server.position()[0]
    assert (trial.pieces, trial.letters) == ({"params": ["duplicate_days"]}, 0)
    assert server.duck.rows("SELECT * FROM finding ORDER BY ALL") == before
