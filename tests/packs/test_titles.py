"""Titles of rules are read from their files alone."""

from comptroller.packs.titles import rule_titles
from tests.packs_small.small import small_files, small_pack


def test_titles_are_those_of_the_pack():
    """Each rule's title is as in the pack that is read whole; a rule that the files do not hold has none."""
    pack = small_pack()
    assert rule_titles(small_files(), pack.rules) == {name: rule.title for name, rule in pack.rules.items()}
    assert rule_titles(small_files(), ["small/rules/pay/none"]) == {}
