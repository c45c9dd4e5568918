"""Rules that share a docket and a window are judged together, over the columns that they read."""

from comptroller.evaluation.plan import columns_read, plan
from tests.packs_small.small import small_pack


def test_rules_are_grouped_by_docket_and_window():
    """Each rule is in one group, with the docket and window that it names; a group reads what its rules read."""
    made = plan(small_pack())
    groups = {group.label: sorted(rule.name.rsplit("/", 1)[-1] for rule in group.rules) for group in made.groups}
    assert groups == {
        "entity": ["silent"],
        "entity+decision": ["outvoted"],
        "entity+matter": ["undecided"],
        "entity+payee~10.paid_on": ["twice"],
        "entity+payment": ["above_parent"],
    }
    assert all(set(group.tables) == {t for rule in group.rules for t in rule.reads} for group in made.groups)


def test_only_columns_of_rules_are_loaded():
    """What no rule reads is not held; keys and dockets always are."""
    made = plan(small_pack())
    assert {"entity", "payment", "payee", "matter", "amount", "paid_on", "fact"} <= set(made.columns["payment"])
    assert "maker" not in made.columns["payment"]
    rule = small_pack().rules["small/rules/pay/twice"]
    assert columns_read(rule, small_pack().kinds["payment"]) >= {"entity", "payee", "payment", "fact"}
