"""Each refusal of cases states in both languages what is expected and how to fix it."""

import pytest

from comptroller import texts
from comptroller.cases.messages import step_refusal

CODES = sorted(
    code.partition(":")[0] for code in texts.codes("en") if code.startswith("cases.") and code.endswith(":fix")
)


def test_the_catalogue_has_codes_of_cases():
    """The catalogue is not empty, so that the test below checks something."""
    assert "cases.case" in CODES


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_is_complete(code):
    """Place, what was seen, what is expected and how to fix it, in Chinese and in English."""
    refusal = step_refusal(code, "case_step", "move", "x")
    assert (refusal.code, refusal.field, refusal.seen) == (code, "case_step.move", "x")
    assert all((refusal.expected.zh, refusal.expected.en, refusal.mend.zh, refusal.mend.en))
