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
        said = {f.name: changed.get(f.name, getattr(self, f.name)) for f in fields(self)}
        more = {name: value for name, value in changed.items() if name not in said}
        usual = {f.name: f.default for f in fields(self)}
        return urlencode({k: v for k, v in {**said, **more}.items() if v != usual.get(k, "")})


def asked_of(request: Request) -> FindingFilter:
    """Return the filter of an address; unknown values are left out."""
    said = {f.name: request.query_params[f.name][:200] for f in fields(FindingFilter) if f.name in request.query_params}
    if said.get("state") not in STATES:
        said.pop("state", None)
    if said.get("sort") not in SORTS:
        said.pop("sort", None)
    return FindingFilter(**said)


Asking = Annotated[FindingFilter, Depends(asked_of)]


def select(visit: Visit, asked: FindingFilter) -> tuple[str, list[Any]]:
    """Return the SELECT (without its order) of the filtered findings, and its values."""
    wheres, values = ["true"], []
    if asked.state == "open":
        wheres.append(f"f.state IN {OPEN}")
    elif asked.state != "all":
        wheres.append("f.state = ?")
        values.append(asked.state)
    rules = _rules(visit, asked)
    if rules is not None:
        wheres.append(f"f.rule IN ({', '.join('?' * len(rules)) or 'NULL'})")
        values += rules
    for column, said in (("f.entity = ?", asked.entity), ("CAST(f.since AS VARCHAR) >= ?", asked.since)):
        if said:
            wheres.append(column)
            values.append(said)
    if asked.until:
        wheres.append("CAST(f.since AS VARCHAR) <= ?")
        values.append(asked.until)
    if asked.under:
        where, more = _under(visit, asked.under)
        wheres.append(where)
        values += more
    if asked.text:
        wheres.append("contains(lower(concat_ws(' ', f.finding, f.entity, f.subject, f.evidence)), lower(?))")
        values.append(asked.text)
    sql = (
        "SELECT f.finding, f.state, f.rule, f.entity, f.subject, f.since, f.missing, f.known, f.evidence, "
        "CAST(coalesce(f.evidence ->> '$.amount_cny', f.evidence ->> '$.sum_cny') AS DECIMAL(38, 4)) AS amount "
        f"FROM finding_now AS f WHERE {' AND '.join(wheres)}"
    )
    if asked.least and asked.least.replace(".", "", 1).isdigit():
        sql = f"SELECT * FROM ({sql}) WHERE amount >= CAST(? AS DECIMAL(38, 4))"
        values.append(asked.least)
    return sql, values


def _under(visit: Visit, under: str) -> tuple[str, list[Any]]:
    if under == REST:
        return f"coalesce(f.entity, '') NOT IN (SELECT g.entity FROM ({groups_of(visit).sql}) AS g)", []
    return visit.under("f.entity", under)


def page_of(visit: Visit, asked: FindingFilter, page: int) -> tuple[list[dict[str, Any]], int]:
    """Return one page and how many findings there are: names first, full rows only for the page."""
    sql, values = select(visit, asked)
    order = SORTS[asked.sort]
    count: int = visit.cached(("findings", asked), lambda: visit.one(f"SELECT count(*) FROM ({sql})", values) or 0)
    if (page - 1) * PAGE >= count:
        return [], count
    names = visit.rows(
        f"SELECT finding, known FROM ({sql}) ORDER BY {order} LIMIT {PAGE} OFFSET {(page - 1) * PAGE}", values
    )
    return whole_rows(visit, names, order), count


def whole_rows(visit: Visit, names: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return the full rows of these findings (`finding`, `known`), which were selected within scope."""
    if not names:
        return []
    sql, _ = select(visit, FindingFilter(state="all"))
    marks = ", ".join("?" * len(names))
    # Findings of one evaluation are stored together, so that little of the table is read.
    known = [row["known"] for row in names]
    values = [min(known), max(known), *(row["finding"] for row in names)]
    return visit.rows(f"{sql} AND f.known BETWEEN ? AND ? AND f.finding IN ({marks}) ORDER BY {order}", values)


def _rules(visit: Visit, asked: FindingFilter) -> list[str] | None:
    """Return the rules that the filter selects; None where it selects all."""
    if not (asked.rule or asked.domain or asked.problem or asked.severity or asked.line):
        return None
    return [
        name
        for name, rule in visit.pack.rules.items()
        if (not asked.rule or name == asked.rule)
        and (not asked.domain or rule.domain == asked.domain)
        and (not asked.problem or rule.problem == asked.problem)
        and (not asked.severity or rule.severity == asked.severity)
        and (not asked.line or asked.line in (rule.route.get("lead"), *rule.route.get("informed", ())))
    ]


@router.get("/findings")
def findings(
    request: Request, visit: Seeing, asked: Asking, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Return one page of the table."""
    rows, count = page_of(visit, asked, page)
    visit.hidden_count = visit.count_hidden("finding_now")
    pages = max(1, -(-count // PAGE))
    part = "findings/findings_rows.html" if request.headers.get("hx-target") == "findings" else "findings/findings.html"
    saved = visit.server.storage.saved(visit.login, "findings")
    return render(visit, part, asked=asked, rows=rows, count=count, page=page, pages=pages, states=STATES, saved=saved)


@router.get("/findings.xlsx")
def export(visit: Exporting, asked: Asking) -> Response:
    """Return the filtered findings as a workbook."""
    sql, values = select(visit, asked)
    rows = visit.rows(f"SELECT * FROM ({sql}) ORDER BY {SORTS[asked.sort]} LIMIT {MOST_EXPORTED}", values)
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
    visit.note("export", "findings", asked.address())
    return sheet("findings.xlsx", [(t("findings.title"), heads, table)])


@router.post("/findings/views")
def keep_view(visit: Seeing, form: Form) -> Response:
    """Save a filter under a name, or delete a saved view."""
    name, said = str(form.get("name") or "")[:80].strip(), str(form.get("said") or "")[:2000]
    if name:
        visit.server.storage.save(visit.login, "findings", name, "" if form.get("remove") else said or "state=open")
    return RedirectResponse(f"/findings?{said}", 303)
