"""The history of an entity on both time axes: its own row and its stakes.

Each row has its valid days, and the entries that made it known and ended it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from comptroller.access.row_access import REGISTER, scoped
from comptroller.model.kind import FACT_LINES
from comptroller.web.shell.labels import every_view, fields_of
from comptroller.web.shell.visit import Visit

MOST = 60
_DAYS = ("valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of the history: its kind, its text, its valid days, the entry it came with and the entry that
    ended it.
    """

    table: str
    words: str
    since: dt.date | None
    until: dt.date | None
    entry: int
    came_at: dt.datetime
    ended: int | None


def history_of(visit: Visit, code: str) -> list[HistoryRow]:
    """Return the history of an entity's own row, its stakes, bodies and posts within scope, the newest first.

    Of its own row, only the changes are listed.
    """
    history: list[HistoryRow] = []
    for table in REGISTER:
        if table in visit.pack.tables:
            history += _of(visit, table, code)
    return sorted(history, key=lambda row: (-row.entry, row.table, row.words))[:MOST]


def _of(visit: Visit, table: str, code: str) -> list[HistoryRow]:
    mine = "entity = ? OR holder = ?" if table == "stake" else "entity = ?"
    known = f"AND fact < {(visit.known + 1) * FACT_LINES}" if visit.known is not None else ""
    sql = f"SELECT * FROM {table} WHERE ({mine}) {known} ORDER BY fact DESC LIMIT {MOST + 1}"
    rows = visit.duck.records(scoped(sql, every_view(visit, table)), [code] * mine.count("?"))
    if not rows:
        return []
    facts = ", ".join(str(row["fact"]) for row in rows)
    gone = dict(
        visit.duck.rows(f"SELECT fact, min(entry) FROM main.gone_{table} WHERE fact IN ({facts}) GROUP BY fact")
    )
    ended = {fact: entry for fact, entry in gone.items() if visit.known is None or entry <= visit.known}
    history = []
    for at, row in enumerate(rows[:MOST]):
        before = rows[at + 1] if table == "entity" and at + 1 < len(rows) else {}
        changed = {name: None if before and before.get(name) == value else value for name, value in row.items()}
        words = [
            f"{title} {value}"
            for title, value, f in fields_of(visit, table, changed)
            if f.name not in (*_DAYS, "entity")
        ]
        if table == "stake" and row["entity"] != code:
            words.insert(0, f"→ {visit.names.get(row['entity'], row['entity'])}")
        history.append(_history_row(table, " · ".join(words), row, ended.get(row["fact"])))
    return history


def _history_row(table: str, words: str, row: dict[str, Any], ended: int | None) -> HistoryRow:
    since, until = (row.get(name) for name in _DAYS)
    return HistoryRow(table, words, since, until, row["fact"] // FACT_LINES, row["received_at"], ended)
