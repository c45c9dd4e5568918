"""JSON facts one by one: exact numbers, repeated names, depth, and text columns."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from comptroller.intake.formats.json.facts import WrongValue, columns_of, decode, key_count, may_repeat, plain, texts_of
from comptroller.intake.limits import USUAL

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@given(number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=8))
def test_plain_is_exact(number: Decimal) -> None:
    """The plain text of a number is the same number, without exponent and without zeros at its end."""
    text = plain(str(number), 60)
    assert Decimal(text) == number
    assert "E" not in text.upper()
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize("number", ["1e41", "1e-41", "1e999999999", "9" * 41, "1e99999999999999999999"])
def test_plain_refuses_long_numbers(number: str) -> None:
    """Numbers of more digits than allowed are not written out."""
    with pytest.raises(ValueError, match="digits"):
        plain(number, 40)


@given(value=VALUES)
def test_no_repeat_no_refusal(value: object) -> None:
    """JSON from a writer has no name twice, for any texts in it."""
    payload = json.dumps(value, ensure_ascii=False).encode()
    read, refusals = decode(payload, ("a", None, ""), USUAL)
    assert "intake.json.twice" not in [one.code for one in refusals]
    if not refusals:
        assert key_count(read) == key_count(value)


@given(before=VALUES, after=VALUES, blank=st.sampled_from(["", " ", "\t", "\n", "  "]), name=st.text(max_size=3))
def test_repeats_are_found(before: object, after: object, blank: str, name: str) -> None:
    """A name that occurs twice is found in any spacing, escaping and context."""
    first, second = json.dumps(name), json.dumps(name, ensure_ascii=False)
    text = f'{{{first}{blank}:{json.dumps(before)},"other":1,{second}:{json.dumps(after)}}}'.encode()
    _, refusals = decode(text, ("a", None, ""), USUAL)
    assert "intake.json.twice" in [one.code for one in refusals]


def test_may_repeat_over_many() -> None:
    """One bad text among many is enough; clean ones, lists among them, raise no doubt."""
    clean: list[object] = [{"a": 1}, [{"b": 1}, {"b": 2}]]
    texts = [json.dumps(one).encode() for one in clean]
    assert not may_repeat(texts, clean)
    assert may_repeat([*texts, b'{"a":1,"a":2}'], [*clean, {"a": 2}])


def test_columns_of_uneven_facts() -> None:
    """Facts of unlike shape share their columns in order of appearance; what one lacks is null."""
    assert columns_of([{"a": 1}, {"b": 2}, {}]) == (["a", "b"], [[1, None, None], [None, 2, None]])
    assert columns_of([{"a": 1, "b": 2}, {"b": 3, "a": 4}]) == (["a", "b"], [(1, 4), (2, 3)])
    assert columns_of([{}]) == ([], [])


def test_texts_of() -> None:
    """Values become text one by one; what no column holds is named by its place."""
    assert list(texts_of([1, "x", None, True, [1]], USUAL)) == ["1", "x", None, "true", "[1]"]
    with pytest.raises(WrongValue) as wrong:
        texts_of([1, 10**50], USUAL)
    assert (wrong.value.position, wrong.value.code) == (1, "intake.json.number")
