"""Queries about cases: the list by state, line and entity, one complete case, due clocks, and the workload of
each line.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

_CARD = (
    "case_id, entity, office, lead, pending, informed, state, rule, severity, findings, standing, opened_on, changed_on, "
    "due_on, contested, reopened, loss_cny, loss_class"
)
_ENDS = ("put_right", "by_rule", "lapsed")
COUNTS = ("raised", "open", "confirmed", "dismissed", "withdrawn", "lapsed", "contested")
"""The counts of a rule's findings by outcome."""
OPEN = ("triage", "escalated", "rectifying", "verifying")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """The filters of a list of cases; an empty one filters nothing. `state` is `open`, `all`, or one of the states.

    `within` is SQL over `case_now AS n` that selects the visible cases. `source` is the SQL of the rows if they are not
    the current ones. Neither ever comes from a user.
    """

    state: str = "open"
    line: str = ""
    entity: str = ""
    rule: str = ""
    overdue_on: dt.date | None = None
    limit: int = 200
    offset: int = 0
    within: str = "true"
    source: str = "case_now"


def board(duck: DuckDb, case_filter: CaseFilter) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the cards of one page, earliest due first, and the number of cases in every state."""
    where, values = _where(case_filter)
    counts = dict(
        duck.rows(f"SELECT state, count(*) FROM {case_filter.source} AS n WHERE {where} GROUP BY state", values)
    )
    states = _states(case_filter)
    where += _among(states)
    rows = duck.rows(
        f"SELECT {_CARD} FROM {case_filter.source} AS n WHERE {where} ORDER BY due_on NULLS LAST, case_id "
        f"LIMIT {int(case_filter.limit)} OFFSET {int(case_filter.offset)}",
        [*values, *states],
    )
    names = _CARD.split(", ")
    return [dict(zip(names, row, strict=True)) for row in rows], {str(k): int(n) for k, n in counts.items()}


def _where(case_filter: CaseFilter) -> tuple[str, list[Any]]:
    """Return the SQL condition of all filters except the state, and its values."""
    wheres: list[str] = [_among_those_of_now(case_filter.within, case_filter.source)]
    values: list[Any] = []
    if case_filter.line:
        wheres.append("(lead = ? OR pending = ? OR list_contains(string_split(informed, ' '), ?))")
        values += [case_filter.line] * 3
    if case_filter.entity:
        wheres.append("entity IN (SELECT entity FROM ancestor WHERE ancestor = ? UNION ALL SELECT ?)")
        values += [case_filter.entity] * 2
    if case_filter.rule:
        wheres.append("contains(rule, ?)")
        values.append(case_filter.rule)
    if case_filter.overdue_on:
        wheres.append(f"due_on < DATE '{case_filter.overdue_on}'")
    return " AND ".join(wheres), values


def _among_those_of_now(within: str, source: str) -> str:
    """Return SQL that selects the visible cases. Visibility depends on the current rows, even if `source` is as
    of a day.
    """
    return (
        f"({within})" if source == "case_now" else f"n.case_id IN (SELECT n.case_id FROM case_now AS n WHERE {within})"
    )


def _states(case_filter: CaseFilter) -> tuple[str, ...]:
    return {"open": OPEN, "all": ()}.get(case_filter.state, (case_filter.state,))


def _among(states: tuple[str, ...]) -> str:
    return f" AND state IN ({', '.join('?' for _ in states)})" if states else ""


def columns(
    duck: DuckDb, case_filter: CaseFilter, states: tuple[str, ...] = OPEN
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, int]]:
    """Return for each state the first `limit` cards, earliest due first, and the number of cases by state."""
    where, values = _where(case_filter)
    counts = dict(
        duck.rows(f"SELECT state, count(*) FROM {case_filter.source} AS n WHERE {where} GROUP BY state", values)
    )
    rows = duck.rows(
        f"SELECT {_CARD} FROM {case_filter.source} AS n WHERE {where}{_among(states)} "
        "QUALIFY row_number() OVER (PARTITION BY state ORDER BY due_on NULLS LAST, case_id) <= "
        f"{int(case_filter.limit)} ORDER BY due_on NULLS LAST, case_id",
        [*values, *states],
    )
    cards: dict[str, list[dict[str, Any]]] = {state: [] for state in states}
    for row in rows:
        card = dict(zip(_CARD.split(", "), row, strict=True))
        cards[card["state"]].append(card)
    return cards, {str(k): int(n) for k, n in counts.items()}


def listed(duck: DuckDb, case_filter: CaseFilter, after: str) -> list[dict[str, Any]]:
    """Return the cards of at most `limit` cases after a case id, in the order of ids."""
    where, values = _where(case_filter)
    states = _states(case_filter)
    rows = duck.rows(
        f"SELECT {_CARD} FROM {case_filter.source} AS n WHERE {where}{_among(states)} AND case_id > ? ORDER BY case_id LIMIT {int(case_filter.limit)}",
        [*values, *states, after],
    )
    return [dict(zip(_CARD.split(", "), row, strict=True)) for row in rows]


def whole(duck: DuckDb, case_id: str) -> dict[str, Any] | None:
    """Return one case with its findings, clocks, requests, responsibility and time line; None if there is no
    such case.
    """
    ids = duck.rows("SELECT case_id FROM case_now WHERE starts_with(case_id, ?) LIMIT 2", [case_id])
    if len(ids) != 1:
        return None
    name = ids[0][0]
    record = _all(duck, "case_now", name)[0]
    record["finding"] = _all(duck, "case_finding", name, "raised_on, finding")
    record["clock"] = _all(duck, "case_clock", name, "started_on, clock, instance")
    record["request"] = _all(duck, "case_request", name, "asked_on, request")
    record["responsibility"] = _all(duck, "responsibility", name, "person")
    record["event"] = _all(duck, "case_event", name, "place")
    return record


def _all(duck: DuckDb, table: str, case_id: str, order: str = "case_id") -> list[dict[str, Any]]:
    names = [c for c in duck.columns(f"SELECT * FROM {table}") if c not in ("fact", "received_at", "first_at")]
    listed = ", ".join(f'"{name}"' for name in names)
    rows = duck.rows(f"SELECT {listed} FROM {table} WHERE case_id = ? ORDER BY {order}", [case_id])
    return [dict(zip(names, row, strict=True)) for row in rows]


def due(  # noqa: PLR0913 - what one may ask by
    duck: DuckDb,
    today: dt.date,
    *,
    line: str = "",
    holder: str = "",
    within_days: int = 9999,
    within: str = "true",
    source: str = "case_clock",
    limit: int = 1_000_000,
) -> tuple[list[dict[str, Any]], int]:
    """Return the clocks of a line or an entity that are due within so many days, the earliest first, and their number.

    `within` is SQL over `case_now AS n`, as in CaseFilter; `source` is the SQL of the clocks.
    """
    names = ("case_id", "clock", "instance", "entity", "holder", "by_line", "started_on", "due_on")
    rows = duck.rows(
        f"WITH due AS (SELECT {', '.join(names)} FROM {source} AS c WHERE ended_on IS NULL AND stopped_on IS NULL "
        "AND due_on <= ? AND (? = '' OR by_line = ?) AND (? = '' OR holder = ?) "
        f"AND case_id IN (SELECT n.case_id FROM case_now AS n WHERE {within})) "
        f"SELECT *, (SELECT count(*) FROM due) AS count FROM due ORDER BY due_on, case_id, clock LIMIT {int(limit)}",
        [today + dt.timedelta(days=within_days), line, line, holder, holder],
    )
    cards = [dict(zip(names, row[:-1], strict=True)) for row in rows]
    return [{**card, "is_overdue": card["due_on"] < today} for card in cards], rows[0][-1] if rows else 0


def load(duck: DuckDb, today: dt.date, within: str = "true", source: str = "case_now") -> list[dict[str, Any]]:
    """Return for each leading line its numbers of open, overdue, closed and reopened cases, and the recovered amounts.

    `put_right` counts closed cases with rules that passed on facts; `by_rule` counts those of them that closed
    themselves. `lapsed` counts cases, closed or dismissed, that a list, the clock or the policy ended.
    """
    names = ("line", "open", "overdue", "closed", "dismissed", "reopened", "loss_cny", "recovered_cny", *_ENDS)
    rows = duck.rows(
        "SELECT lead, count(*) FILTER (WHERE state NOT IN ('dismissed', 'closed')), count(*) FILTER (WHERE due_on < ?), "
        "count(*) FILTER (WHERE state = 'closed'), count(*) FILTER (WHERE state = 'dismissed'), "
        "count(*) FILTER (WHERE reopened > 0), coalesce(sum(loss_cny), 0), coalesce(sum(recovered_cny), 0), "
        "count(*) FILTER (WHERE ended_how IN ('rejudged', 'passed')), count(*) FILTER (WHERE ended_how = 'passed'), "
        "count(*) FILTER (WHERE ended_how = 'lapsed') "
        f"FROM {source} AS n WHERE {_among_those_of_now(within, source)} GROUP BY lead ORDER BY lead",
        [today],
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def requests(duck: DuckDb, within: str = "true") -> dict[str, Any]:
    """Return the numbers of requests for material, of repeated requests, and of saved ones."""
    total, again, saved = duck.rows(
        "SELECT count(*), count(*) FILTER (WHERE duplicate), count(*) FILTER (WHERE saved) FROM case_request "
        f"WHERE case_id IN (SELECT n.case_id FROM case_now AS n WHERE {within})"
    )[0]
    return {"asked": total, "duplicate": again, "saved": saved, "duplicate_pct": 100 * again / total if total else None}


def counts_in(pack: Pack) -> list[str]:
    """Return SQL for each count of a rule's outcomes by its name; 0 for a count that an older policy lacks."""
    known = pack.kinds["rule_outcome"].columns
    return [f"coalesce({n}_count, 0) AS {n}" if f"{n}_count" in known else f"0 AS {n}" for n in COUNTS]


def precision(duck: DuckDb, pack: Pack) -> list[dict[str, Any]]:
    """Return the outcomes of findings by rule; `precision_pct` is the confirmed share of those decided, None
    without any.
    """
    rows = duck.records(f"SELECT rule, {', '.join(counts_in(pack))} FROM rule_outcome ORDER BY rule")
    for row in rows:
        decided = row["confirmed"] + row["dismissed"]
        row["precision_pct"] = 100 * row["confirmed"] / decided if decided else None
    return rows
