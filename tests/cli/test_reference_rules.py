"""A rule's page shows its source, its conditions, its limits by date and its examples."""

from comptroller.cli.reference_rules import cell, rule_page, table
from comptroller.packs import gather_files, read_pack
from tests.house.source import PACKS


def test_a_page_names_everything_the_rule_rests_on() -> None:
    """Every source, parameter, need and example of every rule is on its page."""
    pack = read_pack(gather_files([PACKS], "cn-central"), "cn-central")
    for rule in pack.rules.values():
        page = rule_page(rule, pack)
        wanted = [pack.sources[cite.source].title.zh for cite in rule.cites]
        wanted += [f"`{pack.params[name].name}`" for name in rule.params]
        wanted += [f"### {example.name.en}" for example in rule.examples]
        wanted += [f"`{name}`" for name in rule.needs]
        assert [one for one in wanted if one not in page] == [], rule.name


def test_a_figure_that_is_not_verified_says_so() -> None:
    """A reader sees which figures were not compared with their source."""
    pack = read_pack(gather_files([PACKS], "cn-central"), "cn-central")
    doubtful = {n for n, p in pack.params.items() if any(not v.verified for v in p.values)}
    rules = [rule for rule in pack.rules.values() if doubtful & set(rule.params)]
    assert rules
    assert all("not verified" in rule_page(rule, pack) for rule in rules)


def test_a_cell_keeps_to_its_row() -> None:
    """A line's end or a bar in a value would break the table."""
    assert table(("a",), [("x | y\nz",)]).splitlines()[-1] == r"| x \| y z |"
    assert cell(None) == ""
    assert cell(0.5) == "0.5"
