"""A nested list is a kind of its own, that repeats what it carries and is named after its fact's kind."""

from tests.packs_small.small import small_pack


def test_nested_lists_carry_the_key_and_what_they_name():
    """Key columns always, others where the list says so, then its own fields."""
    votes, papers = small_pack().kinds["decision"].lists
    assert (votes.name, votes.parent, papers.name) == ("decision_votes", "decision", "decision_papers")
    assert [f.name for f in votes.fields] == ["entity", "decision", "matter", "person", "vote", "weight"]
    assert [f.name for f in papers.fields] == ["entity", "decision", "paper"]


def test_a_kind_keeps_what_its_file_says():
    """Choices with their labels, checks with their mends, and where it was read."""
    kind = small_pack().kinds["payment"]
    assert kind.field("payee_kind").choices["person"].zh == "个人"
    assert kind.checks[0].mend.en == "Give zero or more."
    assert (kind.source, kind.books, kind.valid) == ("small/kinds/payment", ("entity",), {"on": "paid_on"})
