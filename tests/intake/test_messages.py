"""Refusals of intake: printable for any input, and bounded in number."""

from hypothesis import given, strategies as st

from comptroller.intake.limits import Limits
from comptroller.intake.messages import bounded, reject


@given(seen=st.text(), name=st.text())
def test_printable(seen: str, name: str) -> None:
    """What was seen is shown printable and short, and can be written as UTF-8."""
    one = reject("intake.file.nul", (name, 1, name), seen)
    assert one.seen.isprintable()
    assert len(one.seen) <= 200
    one.text().encode()


def test_surrogates_are_shown() -> None:
    """Half characters, which no encoding holds, are shown escaped."""
    reject("intake.file.nul", ("a", 1, ""), "\ud800").text().encode()


def test_bounded() -> None:
    """Beyond the limit refusals are counted."""
    many = [reject("intake.file.nul", ("a", n, ""), "x") for n in range(30)]
    listed = bounded(many, Limits(refusals=10), "a")
    assert len(listed) == 11
    assert (listed[-1].code, listed[-1].seen) == ("intake.refusals.more", "20")
    assert bounded(many, Limits(refusals=30), "a") == many
