"""API calls that read the caller, findings and entities, page by page, within the caller's scope."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from comptroller.access.grants import SEE
from comptroller.model.finding import plain
from comptroller.web.api.pagination import After, Limit, cut
from comptroller.web.api.schemas import EntityPage, FindingPage, FindingRow, FindingWhole, GrantForm, Me
from comptroller.web.findings.detail_page import explanation_of
from comptroller.web.findings.list_page import FindingFilter, full_rows, select
from comptroller.web.shell.auth import Visiting, may, present
from comptroller.web.shell.labels import seen_rows
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["reads"])
ADDRESSES = (
    "/api/v1/findings?state=all&limit=1000",
    "/api/v1/findings/{finding}",
    "/api/v1/entities",
    "/api/v1/entities/{entity}",
    "/api/v1/me",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=200)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@router.get("/me")
def me(visit: Visiting) -> Me:
    """Return the caller with their grants in force, and the last ledger entry that the books include."""
    grants = [
        GrantForm(g.role, g.entity, g.domain, g.line, g.valid_until.isoformat() if g.valid_until else None)
        for g in visit.reach.viewer.in_force
    ]
    scope = None if visit.scope is None else sorted(visit.scope)
    return Me(visit.login, grants, scope, visit.position[0])


def filter_of_call(  # noqa: PLR0913, PLR0917 - what one may ask by
    state: Literal["open", "not_judged", "cleared", "all"] = "open",
    rule: Word = "",
    domain: Word = "",
    problem: Word = "",
    severity: Word = "",
    line: Word = "",
    under: Annotated[str, Query(max_length=200, description="An entity; findings of it and of all below it.")] = "",
    entity: Word = "",
    since: Day = "",
    until: Day = "",
    least: Annotated[
        str, Query(pattern=r"^(\d{1,20}(\.\d{1,4})?)?$", description="The least amount in CNY that the evidence says.")
    ] = "",
    text: Word = "",
) -> FindingFilter:
    """Return the filter of a call; the fields are those of the page."""
    return FindingFilter(state, rule, domain, problem, severity, line, under, entity, since, until, least, text)


@router.get("/findings")
def findings(
    visit: Seeing, criteria: Annotated[FindingFilter, Depends(filter_of_call)], after: After = "", limit: Limit = 100
) -> FindingPage:
    """Return findings in the order of their names; the filters are those of the page."""
    sql, values = select(visit, criteria)
    names = visit.rows(
        f"SELECT finding, known FROM ({sql}) WHERE finding > ? ORDER BY finding LIMIT {limit + 1}", [*values, after]
    )
    rows, following = cut(full_rows(visit, names, "finding"), limit, "finding")
    items = [FindingRow(**_finding_cells(row)) for row in rows]
    return FindingPage(items, following, visit.count_hidden("finding_now"))


def _finding_cells(row: dict[str, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = plain(row)
    amount = None if row["amount"] is None else f"{row['amount']:f}"
    return cells | {
        "subject": json.loads(row["subject"]),
        "evidence": json.loads(row["evidence"]),
        "amount": amount,
    }


@router.get("/findings/{finding}")
def finding(visit: Seeing, finding: str) -> FindingWhole:
    """Explain a finding."""
    explanation = explanation_of(visit, finding)
    rows, hidden = seen_rows(visit, explanation.rows)
    fields: dict[str, Any] = plain(explanation.as_json())
    return FindingWhole(**fields | {"rows": plain(rows), "hidden": hidden})


@router.get("/entities")
def entities(visit: Seeing, after: After = "", limit: Limit = 100) -> EntityPage:
    """Return entities of the register in the order of their codes."""
    rows = visit.rows(f"SELECT * FROM entity WHERE entity > ? ORDER BY entity LIMIT {limit + 1}", [after])
    items, following = cut(rows, limit, "entity")
    return EntityPage(plain(items), following, visit.count_hidden("entity") or 0)


@router.get("/entities/{entity}")
def entity(visit: Seeing, entity: str) -> dict[str, Any]:
    """Return one entity of the register, with the fields that the policy defines."""
    rows = visit.rows("SELECT * FROM entity WHERE entity = ?", [entity])
    row: dict[str, Any] = plain(present(rows[0] if rows else None, entity))
    return row
