"""A policy is tried before it is adopted: every rule runs, views among them, and no column of recorded facts
changes its type.
"""

import pytest

from comptroller.model.refusal import BrokenPack
from comptroller.packs import read_pack
from comptroller.trial import try_out
from tests.packs_small.small import changed, small_pack


def refused(files, before=None):
    """Return the refusals of a policy that is tried: code and place."""
    with pytest.raises(BrokenPack) as broken:
        try_out(read_pack(files, "small"), before or small_pack())
    return {(refusal.code, refusal.file, refusal.field) for refusal in broken.value.refusals}


def test_a_policy_that_runs_passes():
    """The small pack follows itself; what was tried once is not tried again."""
    try_out(small_pack(), small_pack())
    try_out(small_pack(), small_pack())


def test_a_rule_that_does_not_run_is_named():
    """SQL that parses and that the database rejects is reported by the rule's file, each time."""
    files = changed("rules/pay/twice.sql", "count(*)", "sum(payee)")
    for _ in range(2):
        assert refused(files) == {("adopt.rule", "small/rules/pay/twice.sql", "")}


def test_a_column_does_not_change_its_type():
    """A field with another type than the recorded facts is rejected by table and column."""
    files = changed("kinds/payment.yml", "payee: {type: text", "payee: {type: integer")
    assert ("adopt.type", "payment", "payee") in refused(files)
