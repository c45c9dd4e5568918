"""Policy as tables: parameters by date, lists as they reach each entity, and the working days with their running number."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa

from comptroller.books.facts.tables import TOP
from comptroller.model.policy import Calendar, Pack
from comptroller.store.duck import DuckDb


def put_policy(duck: DuckDb, pack: Pack) -> None:
    """Write the pack's parameters, list lines and calendar in place of the previous ones."""
    script = ["DELETE FROM policy_line"]
    for name, param in pack.params.items():
        by = "".join(f', "{column}" VARCHAR' for column in param.by)
        columns = f"value DECIMAL(30,6), valid_from DATE, valid_until DATE, verified BOOLEAN{by}"
        script.append(f"CREATE OR REPLACE TABLE param_{name} ({columns})")
        for value in param.values:
            cells = [Decimal(str(value.value)), value.valid_from, value.valid_until, value.verified]
            script.append(f"INSERT INTO param_{name} VALUES {_row([*cells, *(cell for _, cell in value.by)])}")
    for name, day in pack.lists.items():
        for line in day.lines:
            limit = None if line.limit_cny is None else Decimal(str(line.limit_cny))
            cells = [name, line.item, limit, line.share_pct, line.body or None, line.position, line.legal_review]
            cells += [line.title.zh, line.valid_from, line.valid_until, line.verified]
            script.append(f"INSERT INTO policy_line VALUES {_row(cells)}")
    duck.execute(";\n".join(script))
    duck.execute("DELETE FROM working_day")
    days = working_days(pack.calendars)
    if days:
        table = pa.table(
            {
                "day": pa.array([d for d, _, _ in days]),
                "is_working": pa.array([w for _, w, _ in days]),
                "number": pa.array([n for _, _, n in days], pa.int32()),
            }
        )
        duck.register("new_days", table)
        duck.execute("INSERT INTO working_day SELECT day, is_working, number FROM new_days")
        duck.unregister("new_days")


def _row(cells: Sequence[Any]) -> str:
    """Return cells as an SQL row."""
    return f"({', '.join(_cell(cell) for cell in cells)})"


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return f"DATE '{value}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@lru_cache(maxsize=8)
def working_days(calendars: tuple[Calendar, ...]) -> list[tuple[dt.date, bool, int]]:
    """Return each day of the unbroken run of dated years: whether it is worked, and how many worked days there are with
    it.

    Monday to Friday are worked unless they are holidays; a week-end day is worked where the calendar lists it so.
    """
    days: list[tuple[dt.date, bool, int]] = []
    number = 0
    years = sorted(calendars, key=lambda c: c.year)
    for earlier, year in zip([None, *years], years, strict=False):
        if earlier is not None and year.year != earlier.year + 1:
            break
        off, worked = set(year.holidays), set(year.workdays)
        day = dt.date(year.year, 1, 1)
        while day.year == year.year:
            working = day in worked or (day.weekday() < 5 and day not in off)
            number += working
            days.append((day, working, number))
            day += dt.timedelta(days=1)
    return days


def put_lists(duck: DuckDb, entities: Sequence[str] | None = None) -> None:
    """Write, for each entity (or for those), the lines that reach it: its own, those of each above it, and the pack's."""
    columns = "limit_cny, share_pct, body, position, legal_review, text, valid_from, valid_until"
    scope = ""
    if entities is not None:
        duck.register("lists_of", pa.table({"entity": pa.array(entities, pa.string())}))
        scope = "WHERE entity IN (SELECT entity FROM lists_of)"
    duck.execute(f"DELETE FROM list_in_force {scope}")
    duck.execute(
        f"INSERT INTO list_in_force SELECT a.entity, l.list, l.item, l.entity, a.distance, {columns}, l.fact, true "
        f"FROM (SELECT * FROM ancestor {scope}) AS a JOIN list_line AS l ON l.entity = a.ancestor"
    )
    duck.execute(
        f"INSERT INTO list_in_force SELECT e.entity, l.list, l.item, NULL, {TOP}, {columns}, NULL, l.verified "
        f"FROM (SELECT DISTINCT entity FROM ancestor {scope}) AS e CROSS JOIN policy_line AS l"
    )
    if entities is not None:
        duck.unregister("lists_of")


def lines_reaching(chain: Sequence[str]) -> str:
    """Return the SQL of the rows of `list_in_force` of one entity, from it and those above it, the nearest first.

    The table holds the lines of all entities; to look through it for one took 19 ms of CPU at 60,000, and this takes 2.
    """
    columns = "limit_cny, share_pct, body, position, legal_review, text, valid_from, valid_until"
    steps = ", ".join(f"({_cell(entity)}, {distance})" for distance, entity in enumerate(chain))
    return (
        f"SELECT {_cell(chain[0])} AS entity, l.list, l.item, l.entity AS holder, a.distance, {columns}, l.fact, true AS verified "
        f"FROM (VALUES {steps}) AS a (ancestor, distance) JOIN main.list_line AS l ON l.entity = a.ancestor UNION ALL "
        f"SELECT {_cell(chain[0])}, l.list, l.item, NULL, {TOP}, {columns}, NULL, l.verified FROM main.policy_line AS l"
    )


def parameters_used(pack: Pack, params: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return each parameter with its dated values, as evidence shows them."""
    return [
        {
            "name": pack.params[name].name,
            "unit": pack.params[name].unit,
            "values": [
                {
                    "value": v.value,
                    "from": v.valid_from.isoformat(),
                    "until": v.valid_until.isoformat() if v.valid_until else None,
                    "verified": v.verified,
                    "cites": [[c.source, c.article] for c in v.cites],
                    **dict(v.by),
                }
                for v in pack.params[name].values
            ],
        }
        for name in params
    ]
