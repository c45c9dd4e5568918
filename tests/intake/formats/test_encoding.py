"""Encodings: UTF-8 faults found at their byte, GB18030 distinguished from bytes that merely decode."""

import pytest
from hypothesis import given, strategies as st

from comptroller.intake.formats.encoding import from_gb18030, other_unicode, utf8_fault


@given(text=st.text(), tail=st.binary(max_size=4))
def test_utf8_fault_is_where_python_sees_it(text: str, tail: bytes) -> None:
    """The offset is that of the first byte which does not decode, wherever the steps are cut."""
    payload = text.encode("utf-8", "ignore") + tail
    try:
        payload.decode()
        expected = None
    except UnicodeDecodeError as fault:
        expected = fault.start
    assert utf8_fault(payload) == expected


def test_utf8_fault_across_steps() -> None:
    """A character cut by the end of a step is no fault; a broken one there is."""
    head = b"a" * ((1 << 20) - 1)
    assert utf8_fault(head + "付".encode() + b"x") is None
    assert utf8_fault(head + b"\xe4\xbb" + b"x") == len(head)
    assert utf8_fault(head + b"\xe4") == len(head)


@pytest.mark.parametrize("text", ["付款,金额", "甲公司(北京)—“一”·①Ⅱ℃㎡", "a,b", "国\U00020000"])
def test_chinese_is_taken(text: str) -> None:
    """Chinese text with its punctuation and signs is read as GB18030."""
    assert from_gb18030(text.encode("gb18030")) == text


@pytest.mark.parametrize("payload", [b"\x80\xff", "Grüße für Müller".encode("cp1252"), "привет мир".encode("cp1251")])
def test_others_are_not(payload: bytes) -> None:
    """Bytes of other encodings are not taken for Chinese."""
    assert from_gb18030(payload) is None


def test_other_unicode() -> None:
    """A byte order mark of UTF-16 or UTF-32 is named."""
    assert other_unicode("x".encode("utf-16")) == "UTF-16"
    assert other_unicode("x".encode("utf-32")) == "UTF-32"
    assert other_unicode(b"x") == ""
