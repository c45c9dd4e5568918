"""Patterns of ties: which tie may follow which, forwards and backwards, and what a least share lets pass."""

from dataclasses import replace

from hypothesis import given, strategies as st

from comptroller.books.relations.tie_patterns import TiePatterns
from tests.laws.worlds import pack

WORDS = st.sampled_from(["controls", "kin", "holds"])
ITEMS = st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=3)


def patterns(*items: tuple[str, str, float | None]) -> TiePatterns:
    """Return the patterns of lines (item, category, least share)."""
    line = pack("cn-capital").lists["related"].lines[0]
    return TiePatterns(replace(line, item=item, body=body, share_pct=least) for item, body, least in items)


def text(item: list[tuple[str, bool]]) -> str:
    """Return a line's item."""
    return " ".join(word + "+" * again for word, again in item)


@given(ITEMS, st.lists(WORDS, max_size=5))
def test_a_walk_is_accepted_as_the_item_says(item: list[tuple[str, bool]], walk: list[str]) -> None:
    """A walk has the category exactly if it is the words in their order, where a word with a plus may be repeated."""

    def fits(words: list[tuple[str, bool]], walked: list[str]) -> bool:
        if not words or not walked:
            return not words and not walked
        (word, again), rest = words[0], words[1:]
        if walked[0] != word:
            return False
        return fits(rest, walked[1:]) or (again and fits(words, walked[1:]))

    one = patterns((text(item), "c", None))
    state = one.start
    for word in walk:
        state = one.after(state, word, None)
    assert ("c" in one.categories(state)) == (bool(walk) and fits(item, walk))


@given(ITEMS, WORDS)
def test_backwards_is_forwards_reversed(item: list[tuple[str, bool]], word: str) -> None:
    """A place is before another by a tie exactly if the tie leads from the one to the other."""
    one = patterns((text(item), "c", None))
    for line, place in one.places:
        reached = {at for _, at in one.after(frozenset({(line, place)}), word, None)}
        assert reached == {after for _, after in one.places if place in one.before(line, after, word)}


def test_a_least_share_is_asked_of_stakes_alone() -> None:
    """A stake below the least share passes no line that asks for it, other ties are not measured."""
    one = patterns(("kin holds", "firm", 5.0), ("holds", "any", None))
    assert one.categories(one.after(one.start, "holds", 1.0)) == ["any"]
    after_kin = one.after(one.start, "kin", None)
    assert one.after(after_kin, "holds", 4.99) == frozenset()
    assert one.after(after_kin, "holds", None) == frozenset()
    assert one.categories(one.after(after_kin, "holds", 5.0)) == ["firm"]
    assert (one.longest, one.is_open) == (2, False)
    assert not one.can_go_on(one.after(after_kin, "holds", 5.0))
