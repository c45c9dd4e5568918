"""The table of findings: filtered, sorted, page by page; saved views; export to a workbook."""

import json
from dataclasses import dataclass, fields
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import EXPORT, SEE
from comptroller.web.overview.queries import OPEN, groups_of
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.labels import evidence_said, subject_said
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.spreadsheets import sheet
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(30, "/findings", "findings", SEE),)
ADDRESSES = ("/findings", "/findings?state=all", "/findings?under=-", "/findings.xlsx")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Exporting = Annotated[Visit, Depends(may(EXPORT))]
REST = "-"
"""Value of `under` for entities outside all groups that the overview compares."""
PAGE, MOST_EXPORTED = 50, 100_000
STATES = ("open", "not_judged", "cleared", "all")
SORTS = {
    "newest": "known DESC, finding",
    "oldest": "since NULLS LAST, finding",
    "amount": "amount DESC NULLS LAST, finding",
}


@dataclass(frozen=True)
class FindingFilter:
    """The filters and the order of the table; '' means no filter."""

    state: str = "open"
    rule: str = ""
    domain: str = ""
    problem: str = ""
    severity: str = ""
    line: str = ""
    under: str = ""
    entity: str = ""
    since: str = ""
    until: str = ""
    least: str = ""
    text: str = ""
    sort: str = "newest"

    def address(self, **changed: str) -> str:
        """Return the query part of the address of this filter, with changes."""
        criteria = {f.name: changed.get(f.name, getattr(self, f.name)) for f in fields(self)}
        more = {name: value for name, value in changed.items() if name not in criteria}
        usual = {f.name: f.default for f in fields(self)}
        return urlencode({k: v for k, v in {**criteria, **more}.items() if v != usual.get(k, "")})


def filter_of(request: Request) -> FindingFilter:
    """Return the filter of an address; unknown values are left out."""
    criteria = {
        f.name: request.query_params[f.name][:200] for f in fields(FindingFilter) if f.name in request.query_params
    }
    if criteria.get("state") not in STATES:
        criteria.pop("state", None)
    if criteria.get("sort") not in SORTS:
        criteria.pop("sort", None)
    return FindingFilter(**criteria)


Asking = Annotated[FindingFilter, Depends(filter_of)]


def select(visit: Visit, criteria: FindingFilter) -> tuple[str, list[Any]]:
    """Return the SELECT (without its order) of the filtered findings, and its values."""
    wheres, values = ["true"], []
    if criteria.state == "open":
        wheres.append(f"f.state IN {OPEN}")
    elif criteria.state != "all":
        wheres.append("f.state = ?")
        values.append(criteria.state)
    rules = _rules(visit, criteria)
    if rules is not None:
        wheres.append(f"f.rule IN ({', '.join('?' * len(rules)) or 'NULL'})")
        values += rules
    for column, value in (("f.entity = ?", criteria.entity), ("CAST(f.since AS VARCHAR) >= ?", criteria.since)):
        if value:
            wheres.append(column)
            values.append(value)
    if criteria.until:
        wheres.append("CAST(f.since AS VARCHAR) <= ?")
        values.append(criteria.until)
    if criteria.under:
        where, more = _under(visit, criteria.under)
        wheres.append(where)
        values += more
    if criteria.text:
        wheres.append("contains(lower(concat_ws(' ', f.finding, f.entity, f.subject, f.evidence)), lower(?))")
        values.append(criteria.text)
    sql = (
        "SELECT f.finding, f.state, f.rule, f.entity, f.subject, f.since, f.missing, f.known, f.evidence, "
        "CAST(coalesce(f.evidence ->> '$.amount_cny', f.evidence ->> '$.sum_cny') AS DECIMAL(38, 4)) AS amount "
        f"FROM finding_now AS f WHERE {' AND '.join(wheres)}"
    )
    if criteria.least and criteria.least.replace(".", "", 1).isdigit():
        sql = f"SELECT * FROM ({sql}) WHERE amount >= CAST(? AS DECIMAL(38, 4))"
        values.append(criteria.least)
    return sql, values


def _under(visit: Visit, under: str) -> tuple[str, list[Any]]:
    if under == REST:
        return f"coalesce(f.entity, '') NOT IN (SELECT g.entity FROM ({groups_of(visit).sql}) AS g)", []
    return visit.under("f.entity", under)


def page_of(visit: Visit, criteria: FindingFilter, page: int) -> tuple[list[dict[str, Any]], int]:
    """Return one page and how many findings there are: names first, full rows only for the page."""
    sql, values = select(visit, criteria)
    order = SORTS[criteria.sort]
    count: int = visit.cached(("findings", criteria), lambda: visit.one(f"SELECT count(*) FROM ({sql})", values) or 0)
    if (page - 1) * PAGE >= count:
        return [], count
    names = visit.rows(
        f"SELECT finding, known FROM ({sql}) ORDER BY {order} LIMIT {PAGE} OFFSET {(page - 1) * PAGE}", values
    )
    return full_rows(visit, names, order), count


def full_rows(visit: Visit, names: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return the full rows of these findings (`finding`, `known`), which were selected within scope."""
    if not names:
        return []
    sql, _ = select(visit, FindingFilter(state="all"))
    marks = ", ".join("?" * len(names))
    # Findings of one evaluation are stored together, so that little of the table is read.
    known = [row["known"] for row in names]
    values = [min(known), max(known), *(row["finding"] for row in names)]
    return visit.rows(f"{sql} AND f.known BETWEEN ? AND ? AND f.finding IN ({marks}) ORDER BY {order}", values)


def _rules(visit: Visit, criteria: FindingFilter) -> list[str] | None:
    """Return the rules that the filter selects; None where it selects all."""
    if not (criteria.rule or criteria.domain or criteria.problem or criteria.severity or criteria.line):
        return None
    return [
        name
        for name, rule in visit.pack.rules.items()
        if (not criteria.rule or name == criteria.rule)
        and (not criteria.domain or rule.domain == criteria.domain)
        and (not criteria.problem or rule.problem == criteria.problem)
        and (not criteria.severity or rule.severity == criteria.severity)
        and (not criteria.line or criteria.line in (rule.route.get("lead"), *rule.route.get("informed", ())))
    ]


@router.get("/findings")
def findings(
    request: Request, visit: Seeing, criteria: Asking, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Return one page of the table."""
    rows, count = page_of(visit, criteria, page)
    visit.hidden_count = visit.count_hidden("finding_now")
    pages = max(1, -(-count // PAGE))
    part = "findings/findings_rows.html" if request.headers.get("hx-target") == "findings" else "findings/findings.html"
    saved = visit.server.storage.saved(visit.login, "findings")
    return render(
        visit, part, asked=criteria, rows=rows, count=count, page=page, pages=pages, states=STATES, saved=saved
    )


@router.get("/findings.xlsx")
def export(visit: Exporting, criteria: Asking) -> Response:
    """Return the filtered findings as a workbook."""
    sql, values = select(visit, criteria)
    rows = visit.rows(f"SELECT * FROM ({sql}) ORDER BY {SORTS[criteria.sort]} LIMIT {MOST_EXPORTED}", values)
    t, rules = visit.text, visit.pack.rules
    heads = [
        t(f"findings.{name}")
        for name in ("finding", "state", "rule", "entity", "name", "subject", "since", "amount_cny", "evidence")
    ]
    table = [
        (
            row["finding"],
            t(f"state.{row['state']}"),
            visit.in_language(rules[row["rule"]].title) if row["rule"] in rules else row["rule"],
            row["entity"],
            visit.names.get(row["entity"], ""),
            subject_said(visit, row["entity"], row["subject"]),
            row["since"],
            row["amount"],
            evidence_said(visit, rules.get(row["rule"]), json.loads(row["evidence"])),
        )
        for row in rows
    ]
    visit.note("export", "findings", criteria.address())
    return sheet("findings.xlsx", [(t("findings.title"), heads, table)])


@router.post("/findings/views")
def save_view(visit: Seeing, form: Form) -> Response:
    """Save a filter under a name, or delete a saved view."""
    name, criteria = str(form.get("name") or "")[:80].strip(), str(form.get("said") or "")[:2000]
    if name:
        visit.server.storage.save(visit.login, "findings", name, "" if form.get("remove") else criteria or "state=open")
    return RedirectResponse(f"/findings?{criteria}", 303)
