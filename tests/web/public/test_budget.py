"""What the public may add in a day: bounded, longer messages first, and dearer the emptier it is."""

import datetime as dt

from comptroller.web.public.budget import LONG, MORE_BITS, Budget

DAY, NEXT = dt.date(2024, 6, 30), dt.date(2024, 7, 1)


def test_a_day_s_budget_ends_and_begins_again():
    """Content over the budget is rejected by name; the next day has its own; what the books hold already counts."""
    budget = Budget(10_000, lambda day: 4_000 if day == DAY else 0)
    assert budget.take(DAY, 6_000) is None
    assert budget.take(DAY, 1).code == "public.full"
    assert budget.take(NEXT, 10_000) is None


def test_what_was_not_recorded_is_given_back():
    """A message that intake rejects costs nothing of the day."""
    budget = Budget(10_000, lambda _day: 0)
    assert budget.take(DAY, 10_000) is None
    budget.give_back(DAY, 10_000)
    assert budget.take(DAY, 10_000) is None


def test_long_messages_leave_half_to_the_others():
    """A flood of long messages ends at half of the budget, and an ordinary one is still taken."""
    budget = Budget(1_000_000, lambda _day: 0)
    while budget.take(DAY, LONG + 1) is None:
        pass
    found = budget.take(DAY, LONG + 1)
    assert (found.code, "Shorten" in found.mend.en) == ("public.full", True)
    assert budget.take(DAY, LONG) is None


def test_the_emptier_the_dearer():
    """The first half costs no more work; the second half adds bit by bit."""
    budget, asked = Budget(100, lambda _day: 0), []
    for _ in range(100):
        asked.append(budget.more_bits(DAY))
        assert budget.take(DAY, 1) is None
    assert asked == sorted(asked)
    assert (asked[50], budget.more_bits(DAY), budget.more_bits(NEXT)) == (0, MORE_BITS, 0)
