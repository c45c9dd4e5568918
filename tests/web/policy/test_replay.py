"""A policy tried on a copy: only what a change touches is proved, and the live books stay as they were."""

from comptroller.web.policy.replay import candidate, touched, try_out

PATH = "base/params/duplicate_days.yml"


def test_what_a_change_touches_is_found(desk):
    """A parameter touches the rules that read it; the same text touches nothing."""
    said = desk.pack.files[PATH].decode()
    assert touched(desk.pack, candidate(desk.pack, PATH, said)) == []
    after = candidate(desk.pack, PATH, said.replace("value: 30", "value: 29"))
    assert touched(desk.pack, after) == ["base/rules/payments/duplicate"]
    rule = "base/rules/payments/duplicate.sql"
    other = candidate(desk.pack, rule, desk.pack.files[rule].decode() + "-- said again\n")
    assert touched(desk.pack, other) == ["base/rules/payments/duplicate"]


def test_a_trial_leaves_the_live_books_alone(desk):
    """The same policy finds the same; another finds otherwise, and nothing of it is in the books."""
    before = desk.duck.rows("SELECT * FROM finding ORDER BY ALL")
    same = try_out(desk, desk.pack)
    assert same.counts == {"appear": {}, "vanish": {}, "change": {}}
    text = desk.pack.files[PATH].decode().replace("value: 30", "value: 0")
    trial = try_out(desk, candidate(desk.pack, PATH, text))
    assert sum(trial.counts["vanish"].values()) == 5
    assert trial.examples > 0
    assert trial.as_json()["entries"] == desk.position()[0]
    assert (trial.pieces, trial.letters) == ({"params": ["duplicate_days"]}, 0)
    assert desk.duck.rows("SELECT * FROM finding ORDER BY ALL") == before
