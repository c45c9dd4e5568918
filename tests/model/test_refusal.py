"""A refusal shows the place, what was seen, what was expected and the fix, in both languages and as plain values."""

import json

from comptroller.model.refusal import BrokenPack, Refused, refusal

ONE = refusal("a.b", ("f.csv", 3, "amount"), "x" * 500, ("数字", "a number"), ("改正", "Mend it."))


def test_a_refusal_is_read_by_people_and_machines():
    """Both forms have every part; what was seen is cut to what a person reads."""
    assert "f.csv, line 3, amount" in ONE.text()
    assert "数字" in ONE.text("zh")
    assert len(ONE.seen) == 200
    fields = json.loads(json.dumps(ONE.as_json()))
    assert (fields["code"], fields["line"], fields["expected"]["zh"]) == ("a.b", 3, "数字")


def test_a_place_may_be_less_than_a_cell():
    """A refusal without line and field shows none."""
    assert refusal("a.b", ("f.csv", None, ""), 1, ("", ""), ("", "")).text().startswith("refused  f.csv\n")


def test_refusals_travel_together():
    """An exception that answers a caller carries all of them."""
    broken = BrokenPack([ONE, ONE])
    assert isinstance(broken, Refused)
    assert broken.refusals == [ONE, ONE]
    assert str(broken).count("a.b") == 2
