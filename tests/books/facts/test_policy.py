"""Policy as tables: working days with their running number, parameters by date, lists as they reach each entity."""

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings, strategies as st

from comptroller.books.facts.policy import parameters_used, working_days
from comptroller.model.policy import Calendar
from tests.laws.worlds import World, pack

_DAYS = st.lists(st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31)), max_size=30, unique=True)


def calendars(off, worked):
    """Return calendars of 2023 and 2024 from days off and worked week-ends."""
    return tuple(
        Calendar(str(y), "CN", y, tuple(d for d in off if d.year == y), tuple(d for d in worked if d.year == y), ())
        for y in (2023, 2024)
    )


@settings(max_examples=30)
@given(_DAYS, _DAYS)
def test_numbers_count_working_days(off, days):
    """The difference of two numbers is the count of working days between, make-up days with them."""
    worked = [d for d in days if d.weekday() >= 5 and d not in off]
    result = {day: (is_working, number) for day, is_working, number in working_days(calendars(off, worked))}
    assert len(result) == 731
    item, other = dt.date(2023, 5, 17), dt.date(2024, 10, 8)
    counted = 0
    day = item
    while day < other:
        day += dt.timedelta(days=1)
        counted += day in worked or (day.isoweekday() <= 5 and day not in off)
    assert result[other][1] - result[item][1] == counted


def test_days_end_where_the_years_break_off():
    """Beyond an undated year no day is known, rather than a wrong count."""
    years = (Calendar("a", "CN", 2020, (), (), ()), Calendar("b", "CN", 2022, (), (), ()))
    assert {day.year for day, _, _ in working_days(years)} == {2020}
    assert working_days(()) == []


def test_the_table_has_make_up_days():
    """A worked Sunday is a working day of the table, a holiday is none."""
    world = World.new(pack("small"))
    sql = "SELECT is_working FROM working_day WHERE day IN ('2024-02-04', '2024-05-01', '2024-05-11', '2024-05-12') ORDER BY day"
    assert [row[0] for row in world.duck.rows(sql)] == [True, False, True, False]


def test_parameters_are_exact_and_dated():
    """Each value is in its table to the last digit, with its days."""
    world = World.new(pack("small"))
    result = world.duck.rows("SELECT value, valid_from, valid_until, verified FROM param_large_cny ORDER BY 2")
    assert result == [
        (Decimal(1000), dt.date(2020, 1, 1), dt.date(2024, 4, 1), True),
        (Decimal("500.5"), dt.date(2024, 4, 1), None, False),
    ]
    assert [v["value"] for v in parameters_used(pack("small"), ("large_cny",))[0]["values"]] == [1000, 500.5]


def _lines(world, entity):
    sql = "SELECT item, holder, distance FROM list_in_force WHERE entity = ? ORDER BY distance, item"
    return world.duck.rows(sql, [entity])


def test_lists_reach_down_by_distance():
    """An entity has its own lines, those of each one above it, and the policy's; a line that ends reaches no entity."""
    world = World.new(pack("small"))
    world.say([("entity", {"entity": "B", "name": "B", "parent": "A", "act": "correct"})])
    line = {"list": "free_items", "valid_from": "2024-01-01"}
    world.say(
        [("list_line", {**line, "entity": "A", "item": "S1"}), ("list_line", {**line, "entity": "B", "item": "S2"})]
    )
    assert _lines(world, "B") == [("S2", "B", 0), ("S1", "A", 1), ("TAX", None, 999)]
    assert _lines(world, "A") == [("S1", "A", 0), ("TAX", None, 999)]
    world.say([("entity", {"entity": "B", "name": "B", "act": "correct"})])
    assert _lines(world, "B") == [("S2", "B", 0), ("TAX", None, 999)]
    world.say([("list_line", {**line, "entity": "B", "item": "S2", "act": "retract"})])
    assert _lines(world, "B") == [("TAX", None, 999)]
