"""Statements of every month and year, and the owner's calendar that sets their due days."""

import datetime as dt

from examples.harbour.book import Book, Row
from examples.harbour.days import day, month_end, months, plus
from examples.harbour.register import CITY, ENTITIES, OWNER, PORT

ANNUAL_DUE = {2023: day("2024-04-30"), 2024: day("2025-04-30")}
_NET = {PORT: 1_500_000_000, CITY: 1_800_000_000}
_NET_BY_LEVEL = {1: 0, 2: 400_000_000, 3: 120_000_000}
CONSOLIDATED_NET = {PORT: 2_000_000_000, CITY: 2_400_000_000}
SKIPPED = {("CJ0005", "2025-05-31")}
"""Statements that never come; planted, by entity and end of period."""
LATE = {("HB0005", "2024-08-31"): "2024-09-20T10:00:00", ("CJ0003", "2025-02-28"): "2025-03-16T10:00:00"}
"""Statements that come after they were due; planted."""
IN_TIME = {("HB0004", "2024-10-31"): "2024-11-15T17:30:00"}
"""Statements that come on the very last day."""


def reporting() -> list[str]:
    """Return the entities that send statements every month."""
    return [firm.code for firm in ENTITIES.values() if firm.level <= 2]


def yearly() -> list[str]:
    """Return the entities that send statements every year."""
    return [firm.code for firm in ENTITIES.values() if firm.level <= 3]


def net_assets(entity: str) -> int:
    """Return an entity's own net assets in its annual statements, in yuan."""
    return _NET.get(entity) or _NET_BY_LEVEL[ENTITIES[entity].level]


def due_on(end: dt.date) -> dt.date:
    """Return by when a monthly statement is due: the fifteenth of the next month."""
    return plus(end, 15)


def number(entity: str, letters: str, end: dt.date) -> str:
    """Return a statement's number."""
    return f"BB-{entity}-{letters}-{end:%Y%m}"


def go_on(book: Book) -> None:
    """Report what is due, and the statements as they come."""
    for year, arrives in ((2024, "2023-12-28T15:00:00"), (2025, "2024-12-27T15:00:00")):
        for first in months():
            if first.year == year:
                for entity in reporting():
                    end = month_end(first)
                    row = {"entity": entity, "statement_kind": "monthly", "period_end": end, "due_on": due_on(end)}
                    _due(book, row, arrives)
        for entity in yearly():
            end = dt.date(year - 1, 12, 31)
            row = {"entity": entity, "statement_kind": "annual", "period_end": end, "due_on": ANNUAL_DUE[end.year]}
            _due(book, row, arrives)
    for first in months():
        for entity in reporting():
            _monthly(book, entity, month_end(first))
    for year in (2023, 2024):
        for entity in yearly():
            _annual(book, entity, year)


def _due(book: Book, row: Row, arrives: str) -> None:
    book.say("report_due", row, arrives=arrives, by=OWNER)


def _monthly(book: Book, entity: str, end: dt.date) -> None:
    key = (entity, end.isoformat())
    if key in SKIPPED:
        return
    row: Row = {
        "entity": entity,
        "statement": number(entity, "Y", end),
        "kind": "monthly",
        "scope": "stand_alone",
        "period_end": end,
    }
    row["lines"] = lines(book, int(net_assets(entity) * (1 + 0.001 * end.month)), end.month)
    book.say("statement", row, end, arrives=(LATE | IN_TIME).get(key, ""))


def _annual(book: Book, entity: str, year: int) -> None:
    end = dt.date(year, 12, 31)
    arrival = dt.date(year + 1, 3, 20)
    row: Row = {
        "entity": entity,
        "statement": number(entity, "N", end),
        "kind": "annual",
        "scope": "stand_alone",
        "period_end": end,
    }
    row |= {"auditor": "望港正衡会计师事务所", "opinion": "unqualified", "lines": lines(book, net_assets(entity), 12)}
    book.say("statement", row, arrival)
    if entity in CONSOLIDATED_NET:
        fields = row | {
            "statement": number(entity, "H", end),
            "scope": "consolidated",
            "lines": lines(book, CONSOLIDATED_NET[entity], 12),
        }
        book.say("statement", fields, arrival)


def lines(book: Book, net: int, months_run: int) -> list[Row]:
    """Return the items of a statement that add up, from its net assets."""
    debts = int(net * (0.8 + 0.4 * book.random.random()))
    revenue = int(net * 0.05 * months_run)
    cost = int(revenue * (0.86 + 0.08 * book.random.random()))
    items = {
        "total_assets": net + debts,
        "total_liabilities": debts,
        "net_assets": net,
        "operating_revenue": revenue,
        "operating_cost": cost,
        "total_profit": revenue - cost,
        "cash": int(net * 0.2),
        "interest_bearing_debt": int(debts * 0.6),
    }
    return [{"item": item, "amount_cny": amount} for item, amount in items.items()]
