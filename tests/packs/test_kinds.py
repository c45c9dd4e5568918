"""A nested list is a kind of its own, that repeats what it carries and is named after its fact's kind."""

import pytest

from comptroller.model.refusal import BrokenPack
from comptroller.packs import gather_files, read_pack
from tests.packs_small.small import SHIPPED, changed, small_pack


def test_nested_lists_carry_the_key_and_what_they_name():
    """Key columns always, others if the list names them, then its own fields."""
    votes, papers = small_pack().kinds["decision"].lists
    assert (votes.name, votes.parent, papers.name) == ("decision_votes", "decision", "decision_papers")
    assert [f.name for f in votes.fields] == ["entity", "decision", "matter", "person", "vote", "weight"]
    assert [f.name for f in papers.fields] == ["entity", "decision", "paper"]


def test_a_kind_keeps_what_its_file_says():
    """Choices with their labels, checks with their fixes, and the source file."""
    kind = small_pack().kinds["payment"]
    assert kind.field("payee_kind").choices["person"].zh == "个人"
    assert kind.checks[0].mend.en == "Give zero or more."
    assert (kind.source, kind.books, kind.valid) == ("small/kinds/payment", ("entity",), {"on": "paid_on"})


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("kinds/payment.yml", "matter: {type: code,", "matter: {type: code, identifier: cn.nothing,", "packs.kind"),
        ("kinds/payment.yml", "matter: {type: code,", "matter: {type: code, identifier: ../os,", "packs.kind"),
        ("kinds/payment.yml", "matter: {type: code,", "matter: {type: integer,", "packs.kind.field"),
        ("kinds/payment.yml", "  urgent:", "  weight: {type: text, zh: 重, en: Weight}\n  urgent:", "packs.kind.field"),
        (
            "kinds/payment.yml",
            "  urgent:",
            "  share_pct: {type: share, unit: fraction, zh: 比, en: Part}\n  urgent:",
            "packs.kind.field",
        ),
    ],
)
def test_a_field_means_one_thing_in_a_pack(path, old, new, code):
    """An unknown scheme is rejected, and one name with two types or units, also in a nested list."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(changed(path, old, new), "small")
    assert code in {item.code for item in broken.value.refusals}


def test_an_adopted_pack_is_not_held_to_a_later_lint():
    """What a ledger holds can always be folded: a name with two meanings, once adopted, is read; a broken file is not."""
    files = changed("kinds/payment.yml", "matter: {type: code,", "matter: {type: integer,")
    with pytest.raises(BrokenPack):
        read_pack(files, "small")
    assert read_pack(files, "small", adopted=True).kinds.keys() == small_pack().kinds.keys()
    with pytest.raises(BrokenPack):
        read_pack({**files, "small/kinds/payment.yml": b"# x\nfields: 1\n"}, "small", adopted=True)


@pytest.mark.parametrize("name", ["base", "cn-central", "sample-city"])
def test_the_packs_that_ship_agree(name):
    """The shipped packs follow the rule."""
    assert read_pack(gather_files([SHIPPED], name), name).kinds
