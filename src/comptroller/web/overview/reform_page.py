"""The reform board: tasks with owners, days and evidence, the three results, and the findings about them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.web.shell.auth import may
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.labels import cell
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit


def _is_shown(visit: Visit) -> bool:
    """Return whether the policy in force has reform tasks."""
    return "reform_task" in visit.pack.tables


router = APIRouter()
MENU = (MenuEntry(100, "/reform", "reform", SEE, _is_shown),)
ADDRESSES = ("/reform",)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=100)]
TASK, FIGURE = "reform_task", "reform_figure"
Marks = dict[tuple[str, str], tuple[tuple[str, str], ...]]
"""By entity and task, each mark with its finding."""
_MOST = 300
_RULES = ("late", "bare", "paper")
_ENDINGS = {"late": "/reform/task_overdue", "bare": "/reform/done_without_evidence", "paper": "/reform/paper_reform"}
"""Rules about tasks, by the end of their names: late, done without evidence, done on paper alone."""


@router.get("/reform")
def reform(visit: Seeing, result: Word = "", status: Word = "", mark: Word = "", under: Word = "") -> Response:
    """Return the tasks within scope, with the findings about each, and the progress of each result."""
    if TASK not in visit.pack.tables:
        raise NotFound(visit.path)
    marks = _marks_by_task(visit)
    tasks = [row | {"marks": marks.get((row["entity"], row["task"]), ())} for row in _tasks(visit)]
    criteria = {"result": result, "status": status, "mark": mark, "under": under}
    below = set(_below(visit, under)) if under else None
    rows = [row for row in tasks if _fits(row, criteria) and (below is None or row["entity"] in below)]
    kind = visit.pack.tables[TASK]
    visit.hidden_count = visit.count_hidden(TASK)
    return render(
        visit,
        "overview/reform.html",
        rows=rows[:_MOST],
        count=len(rows),
        asked=criteria,
        total=_task_counts(tasks),
        results=[
            (name, visit.in_language(text), _task_counts([row for row in tasks if row["result"] == name]))
            for name, text in kind.field("result").choices.items()
        ],
        statuses=[(name, visit.in_language(text)) for name, text in kind.field("task_status").choices.items()],
        rules=[(name, visit.pack.rules.get(_rule(visit, name))) for name in _RULES],
        marks=_RULES,
        shown=lambda name, value: cell(visit, kind.field(name), value),
        today=visit.clock[0],
    )


def _tasks(visit: Visit) -> list[dict[str, Any]]:
    """Return the current tasks, each with the latest measure of its figure."""
    return visit.rows(
        "SELECT t.entity, t.task, t.task_title, t.result, t.task_owner, t.due_on, t.task_status, t.done_on, t.document, t.hash, "
        "t.figure, t.figure_from, t.figure_target, t.fact >> 20 AS entry, f.figure_value, f.measured_on FROM reform_task AS t "
        "LEFT JOIN (SELECT entity, figure, arg_max(figure_value, measured_on) AS figure_value, max(measured_on) AS measured_on "
        "FROM reform_figure GROUP BY entity, figure) AS f ON f.entity = t.entity AND f.figure = t.figure "
        "ORDER BY t.due_on, t.entity, t.task"
    )


def _marks_by_task(visit: Visit) -> Marks:
    """Return the rules that find each task."""
    named = {_rule(visit, mark): mark for mark in _RULES}
    listed = [name for name in named if name]
    if not listed:
        return {}
    marks = ", ".join("?" * len(listed))
    rows = visit.rows(
        "SELECT rule, finding, entity, json_extract_string(evidence, '$.task') AS task FROM finding_now "
        f"WHERE state IN ('raised', 'changed') AND rule IN ({marks})",
        listed,
    )
    by_task: Marks = {}
    for row in rows:
        key = (row["entity"], row["task"])
        by_task[key] = (*by_task.get(key, ()), (named[row["rule"]], row["finding"]))
    return by_task


def _rule(visit: Visit, mark: str) -> str:
    return next((name for name in visit.pack.rules if name.endswith(_ENDINGS[mark])), "")


def _below(visit: Visit, entity: str) -> list[str]:
    return [row["entity"] for row in visit.rows("SELECT entity FROM ancestor WHERE ancestor = ?", [entity])]


def _fits(row: Mapping[str, Any], criteria: Mapping[str, str]) -> bool:
    return (
        criteria["result"] in ("", row["result"] or "none")
        and criteria["status"] in ("", row["task_status"])
        and (not criteria["mark"] or any(mark == criteria["mark"] for mark, _ in row["marks"]))
    )


def _task_counts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the number of tasks, of done ones, of done ones with evidence, and of findings about them."""
    live = [row for row in rows if row["task_status"] != "dropped"]
    done = [row for row in live if row["task_status"] == "done"]
    counted: dict[str, Any] = {mark: sum(any(m == mark for m, _ in row["marks"]) for row in live) for mark in _RULES}
    return counted | {
        "count": len(live),
        "done": len(done),
        "done_pct": 100 * len(done) / len(live) if live else None,
        "shown": sum(bool(row["document"] and row["hash"]) for row in done),
        "measured": sum(row["figure"] is not None for row in live),
    }
