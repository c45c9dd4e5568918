"""Authority checks for a viewer, from lists as they bind the entity on the day."""

import datetime as dt

from comptroller.web.authority.checks import bodies_of, items_of_body, powers_of
from tests.web.visits import visit_for


def test_powers_are_told_by_item_and_by_body(cases):
    """A body's items are exactly those with lines that name it."""
    powers = powers_of(visit_for(cases, "over"), "G1", dt.date(2024, 7, 1))
    bodies = bodies_of(powers)
    assert bodies
    for body in bodies:
        lines = items_of_body(powers, body)
        assert lines
        assert {line["body"] for named_lines in lines.values() for line in named_lines} == {body}
