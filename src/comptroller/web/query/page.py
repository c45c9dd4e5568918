"""The query page: one SELECT over the documented tables within scope, with saved queries, a chart, and export."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import ASK, EXPORT
from comptroller.books.facts.tables import documented
from comptroller.model.finding import plain
from comptroller.model.refusal import Refused
from comptroller.web.runtime.query_pool import Answer
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import PermissionDenied
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.spreadsheets import sheet, table_csv
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(140, "/ask", "ask", ASK),)
ADDRESSES = ("/ask",)
"""Addresses that the tests of access open as every role."""
Asking = Annotated[Visit, Depends(may(ASK))]
_MOST_SHOWN, _MOST_POINTS = 500, 60
_BEGIN = (
    ("rules", "SELECT rule, count(*) AS findings FROM finding_now WHERE state IN ('raised', 'changed') GROUP BY rule ORDER BY findings DESC"),
    ("entities", "SELECT e.name, count(*) AS findings FROM finding_now AS f JOIN entity AS e ON e.entity = f.entity WHERE f.state IN ('raised', 'changed') GROUP BY e.name ORDER BY findings DESC LIMIT 20"),
    ("levels", "SELECT management AS level, count(*) AS entities FROM level GROUP BY management ORDER BY level"),
    ("silent", "SELECT entity, last_at FROM last_report ORDER BY last_at LIMIT 20"),
)  # fmt: skip
"""Example queries, by the code of their text."""


def answer_of(visit: Visit, sql: str) -> Answer:
    """Return the answer to one SELECT within scope, from a process that has only the rows within scope.

    Raises:
        Refused: the query is not permitted or exceeds a limit.
        NoPlace: too many users query at once.
    """
    known = {name: view for name, view in visit.views.items() if not visit.bases or name in visit.bases}
    return visit.server.questions.ask(
        visit.duck,
        sql,
        set(documented(visit.pack)),
        known,
        person=visit.login,
        seconds=visit.server.settings.ask_seconds,
    )


@router.get("/ask")
def ask_page(visit: Asking, sql: Annotated[str, Query(max_length=20_000)] = "") -> Response:
    """Return the page with a query that is not run: opening an address runs nothing."""
    return _page(visit, sql, None, ())


def _page(visit: Visit, sql: str, answer: Answer | None, refusals: Sequence[Any]) -> Response:
    tables = [(name, list(kind.columns), visit.in_language(kind.title)) for name, kind in visit.pack.tables.items()]
    rest = [name for name in documented(visit.pack) if name not in visit.pack.tables and not name.startswith("param_")]
    saved = visit.server.storage.saved(visit.login, "ask")
    return render(
        visit,
        "query/ask.html",
        sql=sql,
        answer=answer,
        refusals=refusals,
        tables=tables,
        rest=rest,
        saved=saved,
        begin=_BEGIN,
        chart=chart_of(answer),
        most=_MOST_SHOWN,
    )


def chart_of(answer: Answer | None) -> str:
    """Return the chart of an answer as ECharts options: bars of the first number by the first column; ''
    without one.
    """
    if answer is None or len(answer[1]) < 2:
        return ""
    columns, rows = answer
    values = [[plain(cell) for cell in row] for row in rows[:_MOST_POINTS]]
    at = next((i for i in range(1, len(columns)) if all(_is_number(row[i]) for row in values)), 0)
    if not at:
        return ""
    option = {
        "grid": {"left": 60, "right": 20, "top": 20, "bottom": 80},
        "xAxis": {"type": "category", "data": [str(row[0]) for row in values], "axisLabel": {"rotate": 30}},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "name": columns[at],
                "data": [float(row[at] or 0) for row in values],
                "itemStyle": {"color": "#1d4f8f"},
            }
        ],
    }
    return json.dumps(option, ensure_ascii=False).replace("<", "\\u003c")


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return (
        value is None
        or isinstance(value, (int, float))
        or (isinstance(value, str) and value.replace(".", "", 1).lstrip("-").isdigit())
    )


@router.post("/ask")
def asked(visit: Asking, form: Form) -> Response:
    """Answer a query, as a page or as a file; the query is recorded in the ledger."""
    sql, form_ = str(form.get("sql") or "")[:20_000], str(form.get("as") or "page")
    if form_ == "save":
        visit.server.storage.save(visit.login, "ask", str(form.get("name") or "")[:80].strip() or sql[:40], sql)
        return RedirectResponse("/ask", 303)
    if form_ == "forget":
        visit.server.storage.save(visit.login, "ask", str(form.get("name") or ""), "")
        return RedirectResponse("/ask", 303)
    if form_ != "page" and not visit.may(EXPORT):
        raise PermissionDenied(EXPORT)
    try:
        columns, rows = answer_of(visit, sql)
    except Refused as fault:
        return _page(visit, sql, None, fault.refusals)
    visit.note("ask" if form_ == "page" else "export", form_, sql)
    if form_ == "xlsx":
        return sheet(
            "answer.xlsx",
            [("answer", columns, [[plain(c) if isinstance(c, (list, dict)) else c for c in row] for row in rows])],
        )
    if form_ == "csv":
        return table_csv("answer.csv", columns, [[plain(c) for c in row] for row in rows])
    return _page(visit, sql, (columns, rows), ())
