"""Cases as of a day and as known with an entry: replayed from the events up to then, under the current policy.

`views` holds the SQL of a table as known with the entry; a table that is not in it is read as it is now.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from comptroller.cases.case import Case, Event
from comptroller.cases.due_dates import DueDates
from comptroller.cases.fold import apply
from comptroller.cases.projection import case_rows
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

Record = dict[str, Any]
Views = Mapping[str, str]
_ORDER = {
    "case_finding": ("raised_on", "finding"),
    "case_clock": ("started_on", "clock", "instance"),
    "case_request": ("asked_on", "request"),
}
_EVENT = ("case_id", "place", "entity", "what", "happened_on", "told", "by_line", "by", "approved_by", "reason")


def case_as_of(duck: DuckDb, pack: Pack, case_id: str, views: Views, on: dt.date | None) -> Record | None:
    """Return one case in the form of `queries.whole` as of a day (with all that was known, if None).

    None if it had no event by then, or none was known.
    """
    case = cases_as_of(duck, pack, [case_id], views, on).get(case_id)
    if case is None:
        return None
    persons = views.get("responsibility", "FROM responsibility")
    decided = "true" if on is None else f"coalesce(decided_on, inquired_on) <= DATE '{on}'"
    sql = f"SELECT * EXCLUDE (fact) FROM ({persons}) AS r WHERE case_id = ? AND {decided} ORDER BY person"
    return case | {"responsibility": duck.records(sql, [case_id]) if "responsibility" in pack.kinds else []}


def cases_as_of(duck: DuckDb, pack: Pack, cases: Sequence[str], views: Views, on: dt.date | None) -> dict[str, Record]:
    """Return cases in the same form, without persons held responsible; a case without any event by that day is
    left out.
    """
    if not cases:
        return {}
    names = ", ".join(f'"{name}"' for name in (*_EVENT, "state_after", "said"))
    sql = (
        f"SELECT {names} FROM ({views.get('case_event', 'FROM case_event')}) AS e "
        f"WHERE case_id IN ({', '.join('?' * len(cases))}){_by(on)} ORDER BY case_id, place"
    )
    events: dict[str, list[Record]] = {}
    for row in duck.records(sql, list(cases)):
        events.setdefault(row["case_id"], []).append(row)
    days = DueDates(day for (day,) in duck.rows("SELECT day FROM working_day WHERE is_working ORDER BY day"))
    return {case_id: _replay(pack, days, case_id, case_events, on) for case_id, case_events in events.items()}


def _replay(pack: Pack, days: DueDates, case_id: str, events: list[Record], on: dt.date | None) -> Record:
    """Return a case after its events."""
    case = Case(case_id)
    for row in events:
        apply(case, _event(row), pack.case_policy, days)
    rows = {
        table: [_empty_as_none(row) for row in table_rows] for table, table_rows in case_rows(case, pack, on).items()
    }
    record: Record = rows["case_now"][0]
    for table, order in _ORDER.items():
        record[table.partition("_")[2]] = sorted(rows.get(table, []), key=partial(_place, order=order))
    return record | {"event": events}


def _place(row: Mapping[str, Any], order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in order)


def _empty_as_none(row: Mapping[str, Any]) -> Record:
    """Return a row as the tables store it: an empty text becomes None."""
    return {name: None if cell == "" else cell for name, cell in row.items()}


def _by(on: dt.date | None) -> str:
    return "" if on is None else f" AND happened_on <= DATE '{on}'"


def _event(row: Mapping[str, Any]) -> Event:
    line, by, approved_by, reason = (str(row[name] or "") for name in ("by_line", "by", "approved_by", "reason"))
    head = (row["what"], row["happened_on"], row["told"] or 0, line)
    return Event(*head, by, approved_by, reason, json.loads(row["said"]))


def clocks_as_of(views: Views, on: dt.date | None) -> str:
    """Return SQL for all clocks as rows of `case_clock`: those started by then, with the ends and stops by then."""
    base = views.get("case_clock", "FROM case_clock")
    if on is None:
        return f"({base})"
    ends = ", ".join(f"CASE WHEN {n} <= DATE '{on}' THEN {n} END AS {n}" for n in ("ended_on", "stopped_on"))
    return f"(SELECT * REPLACE ({ends}) FROM ({base}) AS b WHERE started_on <= DATE '{on}')"


def relation_as_of(views: Views, on: dt.date | None) -> str:
    """Return SQL for all cases as rows of `case_now`, with the state and the due day as of a day.

    The leading line and the loss are as known with the entry. Call `case_as_of` to have them as of the day.
    """
    base = views.get("case_now", "FROM case_now")
    if on is None:
        return f"({base})"
    events, clocks = views.get("case_event", "FROM case_event"), views.get("case_clock", "FROM case_clock")
    return (
        f"(SELECT b.* REPLACE (l.state_after AS state, d.due_on AS due_on) FROM ({base}) AS b JOIN (SELECT case_id, "
        f"arg_max(state_after, place) AS state_after FROM ({events}) AS e WHERE happened_on <= DATE '{on}' GROUP BY case_id) "
        f"AS l USING (case_id) LEFT JOIN (SELECT case_id, min(due_on) AS due_on FROM ({clocks}) AS c "
        f"WHERE started_on <= DATE '{on}' AND (ended_on IS NULL OR ended_on > DATE '{on}') "
        f"AND (stopped_on IS NULL OR stopped_on > DATE '{on}') GROUP BY case_id) AS d USING (case_id))"
    )
