"""Each refusal of cases says in both languages what is expected and how to fix it."""

import pytest

from comptroller.cases.messages import WORDS, refused


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_refusal_is_whole(code):
    """Place, what was seen, what is expected and how to fix it, in Chinese and in English."""
    one = refused(code, "case_step", "move", "x")
    assert (one.code, one.field, one.seen) == (code, "case_step.move", "x")
    assert all((one.expected.zh, one.expected.en, one.mend.zh, one.mend.en))
