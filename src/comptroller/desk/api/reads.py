"""Calls that read: findings, entities, entries, rules, questions; page by page, within the reach of who asks."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from comptroller.access.grants import ASK, SEE
from comptroller.desk.doors import Visiting, may, present
from comptroller.desk.facts import seen_rows
from comptroller.desk.pages.finding import explained
from comptroller.desk.pages.findings import Asking, select, whole_rows
from comptroller.desk.visit import Visit
from comptroller.model.finding import plain

router = APIRouter(tags=["reads"])
Seeing = Annotated[Visit, Depends(may(SEE))]
Asker = Annotated[Visit, Depends(may(ASK))]
After = Annotated[str, Query(max_length=200, description="The cursor that the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/me")
def me(visit: Visiting) -> dict[str, Any]:
    """Say who asks, with the grants that hold, and to which entry the books are folded."""
    grants = [
        {"role": g.role, "entity": g.entity, "domain": g.domain, "line": g.line, "until": g.valid_until}
        for g in visit.reach.viewer.in_force
    ]
    return {"login": visit.login, "grants": plain(grants), "entries": visit.position[0]}


@router.get("/findings")
def findings(visit: Seeing, asked: Asking, after: After = "", limit: Limit = 100) -> dict[str, Any]:
    """Give findings in the order of their names; the filters are those of the page."""
    sql, values = select(visit, asked)
    names = visit.rows(
        f"SELECT finding FROM ({sql}) WHERE finding > ? ORDER BY finding LIMIT {limit + 1}", [*values, after]
    )
    rows = whole_rows(visit, [row["finding"] for row in names], "finding")
    for row in rows:
        row["subject"], row["evidence"] = json.loads(row["subject"]), json.loads(row["evidence"])
    return _page(rows, limit, "finding") | {"hidden": visit.count_hidden("finding_now")}


@router.get("/findings/{finding}")
def finding(visit: Seeing, finding: str) -> dict[str, Any]:
    """Explain a finding."""
    found = explained(visit, finding)
    rows, hidden = seen_rows(visit, found.rows)
    said: dict[str, Any] = plain(found.as_json())
    return said | {"rows": plain(rows), "hidden": hidden}


@router.get("/entities")
def entities(visit: Seeing, after: After = "", limit: Limit = 100) -> dict[str, Any]:
    """Give entities of the register in the order of their codes."""
    rows = visit.rows(f"SELECT * FROM entity WHERE entity > ? ORDER BY entity LIMIT {limit + 1}", [after])
    return _page(rows, limit, "entity") | {"hidden": visit.count_hidden("entity")}


@router.get("/entities/{entity}")
def entity(visit: Seeing, entity: str) -> dict[str, Any]:
    """Give one entity of the register."""
    rows = visit.rows("SELECT * FROM entity WHERE entity = ?", [entity])
    found: dict[str, Any] = plain(present(rows[0] if rows else None, entity))
    return found


def _page(rows: list[dict[str, Any]], limit: int, key: str) -> dict[str, Any]:
    """Give a page of rows and the cursor of the next; null where this was the last."""
    items = rows[:limit]
    return {"items": plain(items), "next": items[-1][key] if len(rows) > limit else None}
