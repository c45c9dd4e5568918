"""Refusals of this room: complete in both languages, printable whatever was seen, bounded in number."""

import string

import pytest
from hypothesis import given, strategies as st

from comptroller.intake.limits import Limits
from comptroller.intake.messages import WORDS, bounded, reject


@pytest.mark.parametrize("code", WORDS)
def test_words_are_whole(code: str) -> None:
    """Each code says what was expected and the mend, in Chinese and English, with the same figures in both."""
    zh, en, mend_zh, mend_en = WORDS[code]
    assert code.startswith("intake.")
    assert all((zh, en, mend_zh, mend_en))
    figures = [sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in (zh, en)]
    assert figures[0] == figures[1]


@given(seen=st.text(), name=st.text())
def test_printable(seen: str, name: str) -> None:
    """What was seen is shown printable and short, and can be written as UTF-8."""
    one = reject("intake.file.nul", (name, 1, name), seen)
    assert one.seen.isprintable()
    assert len(one.seen) <= 200
    one.text().encode()


def test_surrogates_are_shown() -> None:
    """Half characters, which no encoding holds, are shown escaped."""
    reject("intake.file.nul", ("a", 1, ""), "\ud800").said().encode()


def test_bounded() -> None:
    """Beyond the limit refusals are counted."""
    many = [reject("intake.file.nul", ("a", n, ""), "x") for n in range(30)]
    listed = bounded(many, Limits(refusals=10), "a")
    assert len(listed) == 11
    assert (listed[-1].code, listed[-1].seen) == ("intake.refusals.more", "20")
    assert bounded(many, Limits(refusals=30), "a") == many
