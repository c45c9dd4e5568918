"""Queries that several pages share, always through a visit and so within its scope."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from comptroller.model.text import Text
from comptroller.web.shell.visit import Visit

OPEN = "('raised', 'changed')"
DUES = ("report_due", "statement", "entity")
"""The tables that late reports depend on, beside the clock's day."""
CAPITAL = ("statement", "entity", "stake", "list_line")
"""The tables that the capital at a glance depends on."""
_FIRST_ITEMS = "overview_items"


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that a viewer compares: entities one level below the top of their scope, and SQL for their members."""

    tops: list[str]
    sql: str


def groups_of(visit: Visit) -> Groups:
    """Return the groups: the first level below the highest that the viewer sees, with at least one entity below it."""
    groups: Groups = visit.kept("groups", ("entity",), lambda: _groups(visit))
    return groups


def _groups(visit: Visit) -> Groups:
    rows = visit.rows(
        "SELECT l.entity, l.management AS depth, a.below FROM level AS l JOIN (SELECT ancestor, count(*) AS below "
        "FROM ancestor GROUP BY 1 HAVING count(*) > 1) AS a ON a.ancestor = l.entity ORDER BY depth, below DESC, l.entity LIMIT 400"
    )
    heads = [row for row in rows if row["below"] > 1]
    if not heads:
        return Groups([], "SELECT NULL AS entity, NULL AS top WHERE false")
    least = min(row["depth"] for row in heads)
    top = [row for row in heads if row["depth"] == least]
    if len(top) == 1 and len(heads) > 1:
        below = min(row["depth"] for row in heads if row["depth"] > least)
        top = [row for row in heads if row["depth"] == below]
    tops = [str(row["entity"]) for row in top[:12]]
    listed = ", ".join("'" + entity.replace("'", "''") + "'" for entity in tops)
    # The tops are at one level of a tree, so that no entity is below two of them; viewers see all below what they
    # see.
    tree = "main.ancestor" if visit.valid is None and visit.known is None else "ancestor"
    return Groups(tops, f"SELECT entity, ancestor AS top FROM {tree} WHERE ancestor IN ({listed})")


def capital(visit: Visit) -> list[dict[str, Any]]:
    """Return the capital at a glance, computed again when a statement, a stake or the register changes."""
    items: list[dict[str, Any]] = visit.kept("capital", CAPITAL, lambda: _capital(visit))
    return items


def _capital(visit: Visit) -> list[dict[str, Any]]:
    items = []
    for item, scope, title in first_items(visit):
        rows = visit.rows(
            "SELECT count(*) AS many, sum(amount_cny) AS whole, max(period_end) AS until, sum(effective) AS effective "
            f"FROM ({_FIRST_STATEMENTS})",
            [item, scope, visit.server.owner],
        )
        if rows and rows[0]["many"]:
            items.append({"title": title, "item": item, "scope": scope, **rows[0]})
    return items


def first_items(visit: Visit) -> list[tuple[str, str, Text | None]]:
    """Return the items of statements that the policy shows first: item, scope, title."""
    listed = visit.pack.lists.get(_FIRST_ITEMS)
    if listed is None or "statement_lines" not in visit.pack.tables:
        return []
    return [(line.item, line.body, line.title) for line in listed.lines]


_FIRST_STATEMENTS = (
    "WITH latest AS (SELECT entity, period_end, amount_cny FROM statement_lines WHERE item = ? AND scope = ? "
    "QUALIFY row_number() OVER (PARTITION BY entity ORDER BY period_end DESC, fact DESC) = 1), "
    "first AS (SELECT * FROM latest AS x WHERE NOT EXISTS (SELECT 1 FROM ancestor AS a JOIN latest AS y "
    "ON y.entity = a.ancestor WHERE a.entity = x.entity AND a.distance > 0)) "
    "SELECT f.entity, f.period_end, f.amount_cny, s.share_pct, f.amount_cny * s.share_pct / 100 AS effective FROM first AS f "
    "LEFT JOIN (SELECT entity, share_pct FROM effective_share WHERE owner = ?) AS s ON s.entity = f.entity"
)
"""The latest statement of each entity without one of that scope above it within the viewer's scope, with the
effective part.
"""


def capital_parts(visit: Visit, item: str, scope: str) -> list[dict[str, Any]]:
    """Return the statements that an item of the capital sums up, the largest first."""
    sql = f"SELECT * FROM ({_FIRST_STATEMENTS}) ORDER BY amount_cny DESC NULLS LAST, entity"
    parts: list[dict[str, Any]] = visit.kept(
        ("capital", item, scope), CAPITAL, lambda: visit.rows(sql, [item, scope, visit.server.owner])
    )
    return parts


@dataclass(frozen=True, slots=True)
class Late:
    """Reports that are due and missing: how many, and those overdue longest."""

    count: int = 0
    first: tuple[dict[str, Any], ...] = ()


def late(visit: Visit, most: int = 8) -> Late:
    """Return the reports that are due and missing, the longest overdue first."""
    late_reports: Late = visit.kept(("late", most), DUES, lambda: _late(visit, most))
    return late_reports


def _late(visit: Visit, most: int) -> Late:
    if not {"report_due", "statement"} <= set(visit.pack.kinds):
        return Late()
    rows = visit.rows(
        "SELECT d.entity, d.statement_kind, d.period_end, d.due_on, c.today - d.due_on AS days, count(*) OVER () AS many "
        "FROM report_due AS d, clock AS c WHERE d.due_on < c.today AND NOT EXISTS (SELECT 1 FROM statement AS s "
        "WHERE s.entity = d.entity AND s.kind = d.statement_kind AND s.period_end = d.period_end) "
        f"ORDER BY d.due_on, d.entity LIMIT {int(most)}"
    )
    return Late(rows[0]["many"] if rows else 0, tuple(rows))


def recent_days(visit: Visit, days: int) -> dt.date | None:
    """Return the day so many days before the books' clock; None before the first tick."""
    today, _ = visit.clock
    return today - dt.timedelta(days=days) if today else None
