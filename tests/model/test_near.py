"""Names close to a mistyped one are offered, few and the closest first; nothing is offered where nothing is close."""

from comptroller.model.near import did_you_mean, listed, near


def test_close_names_are_found_in_any_case_and_below_a_folder():
    """A slip, a plural, another case, a part, and the last part of a path each lead to the name."""
    known = ["payment", "payroll", "pack/rules/pay/twice", "Entity"]
    assert near("paymnet", known)[0] == "payment"
    assert near("payments", known)[0] == "payment"
    assert near("PAYMENT", known) == ["payment"]
    assert near("twic", known) == ["pack/rules/pay/twice"]
    assert near("entity", known) == ["Entity"]
    assert near("zzz", known) == near("", known) == []


def test_few_names_are_offered():
    """At most three names are offered, however many are close."""
    assert len(near("column", [f"column_{n}" for n in range(50)])) == 3


def test_both_languages_say_the_same_names():
    """The Chinese and the English text offer the same names, and both add the other way to correct the name."""
    zh, en = did_you_mean("stak", ["stake", "state"], ("列出", "List them."))
    assert "stake" in zh
    assert "stake" in en
    assert zh.endswith("列出")
    assert en.endswith("List them.")
    assert did_you_mean("zzz", ["stake"], ("列出", "List them.")) == ("列出", "List them.")


def test_long_lists_are_cut():
    """A list of many names shows the first ones and the number of the others."""
    zh, en = listed([f"n{n:02}" for n in range(30)], most=3)
    assert en == "n00, n01, n02 and 27 more"
    assert "27" in zh
