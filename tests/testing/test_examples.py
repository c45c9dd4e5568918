"""Examples test a rule in two ways; a wrong one fails and shows the result."""

import pytest

from comptroller.packs import read_pack
from comptroller.testing import prove
from tests.packs_small.small import changed, small_pack

RULE = "small/rules/pay/twice"


def test_the_small_packs_examples_hold():
    """The pack of the tests passes its own examples."""
    proof = prove(small_pack(), [RULE, "small/rules/say/outvoted"])
    assert (proof.rules, proof.examples, proof.failures) == (2, 7, ())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "gives: {found: [[A, Q]], clear: [[A, P]]}",
            "gives: {found: [[A, P]], clear: [[A, Q]]}",
            "{'found': [['A', 'Q']]",
        ),
        (
            "gives: {found: [[A, Q]], clear: [[A, P]]}",
            "gives: {found: [[A, Q]], clear: [[A, P]]}\n    with: {earlier: 9}",
            "'earlier': 1",
        ),
        (
            "payment: P, payee: S, amount: 5, paid_on: 2024-03-01}\n        - {",
            "payment: P, payee: S, amount: much, paid_on: 2024-03-01}\n        - {",
            "much",
        ),
    ],
)
def test_a_wrong_example_fails_and_tells_what_it_gave(old, new, said):
    """Subjects under another answer, other evidence, and rows that are no facts: each way of running reports it."""
    proof = prove(read_pack(changed("rules/pay/twice.yml", old, new), "small"), [RULE])
    assert {failure.rule for failure in proof.failures} == {RULE}
    assert {failure.way for failure in proof.failures} == {"at once", "row by row"}
    assert all(said in str(failure.gave) for failure in proof.failures), proof.failures


def test_evidence_that_counts_with_the_clock_fails():
    """What is found by the clock alone shows the same on the next day, or every tick would change every finding."""
    counting = "[h.fact] AS entries, date_diff('day', CAST(h.last_at AS DATE), c.today) AS days"
    silent = "small/rules/say/silent"
    assert prove(small_pack(), [silent]).failures == ()
    restless = prove(read_pack(changed("rules/say/silent.sql", "[h.fact] AS entries", counting), "small"), [silent])
    assert [failure.said for failure in restless.failures] == ["evidence that is the same on the next day"]
