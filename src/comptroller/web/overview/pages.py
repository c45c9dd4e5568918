"""The first page: the capital at a glance; every number opens exactly what it counts."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import ADMINISTER, SEE
from comptroller.web.ledger.pages import is_visible
from comptroller.web.overview.queries import OPEN, capital, groups_of, late
from comptroller.web.shell.auth import Visiting, may
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(10, "/", "overview", SEE),)
ADDRESSES = ("/", "/wall", "/overview/live")
"""Addresses that the tests of access open as every role."""
_GRAVEST = "crit"
MONTHS = 12
MONTHS_AGO = "date_diff('month', CAST(f.since AS DATE), CAST(? AS DATE))"
"""How many calendar months before the books' day a finding's day is."""
Seeing = Annotated[Visit, Depends(may(SEE))]


@router.get("/")
def overview(visit: Visiting) -> Response:
    """Return the overview; a user who only administers is redirected to the administration."""
    if not visit.may(SEE):
        return RedirectResponse("/admin" if visit.may(ADMINISTER) else "/acts", 303)
    return render(visit, "overview/overview.html", **glance(visit))


@router.get("/wall")
def wall(visit: Seeing) -> Response:
    """Return the overview for the screen of a control centre."""
    return render(visit, "overview/wall.html", **glance(visit))


@router.get("/overview/live")
def live(visit: Seeing) -> Response:
    """Return the part of the overview that is updated by news."""
    drawn: Response = visit.cached(
        ("live", visit.clock, minute_of(visit), visit.language),
        lambda: render(visit, "overview/overview_live.html", **glance(visit)),
    )
    return Response(drawn.body, media_type="text/html")


def glance(visit: Visit) -> dict[str, Any]:
    """Return all values of the overview, computed once for each position of the books."""
    made: dict[str, Any] = visit.cached(("glance", visit.clock, minute_of(visit)), lambda: _glance(visit))
    visit.hidden_count = made["hidden_findings"]
    return made


def minute_of(visit: Visit) -> dt.datetime:
    """Return the current minute: the reports of the last hour change with it, though nothing comes."""
    return visit.server.clock().replace(second=0, microsecond=0)


def last_hour_reports(visit: Visit) -> tuple[str, int]:
    """Return the start of the last hour, and how many reports came since from reporters within scope."""
    server = visit.server
    since, counted = server.report_rate.by_reporter(server.ledger, server.heads, server.clock())
    return since.isoformat(timespec="minutes"), sum(n for who, n in counted.items() if is_visible(visit, who))


def _glance(visit: Visit) -> dict[str, Any]:
    groups, due = groups_of(visit), late(visit)
    heat: dict[tuple[str, str], int] = {}
    grave: dict[tuple[str, str], int] = {}
    problems: dict[str, int] = {}
    severities: dict[str, int] = {}
    months: dict[str, list[int]] = {}
    all_months = [0] * MONTHS
    rows = visit.rows(
        f"SELECT f.rule, g.top, {MONTHS_AGO} AS ago, count(*) AS many FROM finding_now AS f LEFT JOIN ({groups.sql}) AS g ON g.entity = f.entity "
        f"WHERE f.state IN {OPEN} GROUP BY ALL",
        [visit.clock[0] or visit.now.date()],
    )
    for row in rows:
        rule = visit.pack.rules.get(row["rule"])
        domain, problem = (rule.domain, rule.problem) if rule else ("", "")
        cell = (domain, row["top"] or "")
        heat[cell] = heat.get(cell, 0) + row["many"]
        problems[problem] = problems.get(problem, 0) + row["many"]
        if row["ago"] is not None and 0 <= row["ago"] < MONTHS:
            for line in (all_months, months.setdefault(problem, [0] * MONTHS)):
                line[MONTHS - 1 - row["ago"]] += row["many"]
        severity = rule.severity if rule else "low"
        severities[severity] = severities.get(severity, 0) + row["many"]
        if severity == _GRAVEST:
            grave[cell] = grave.get(cell, 0) + row["many"]
    domains = [d for d in visit.pack.domains if any(cell[0] == d for cell in heat)]
    return {
        "groups": groups.tops,
        "domains": domains,
        "heat_cells": heat,
        "grave_cells": grave,
        "heat_most": max(heat.values(), default=0),
        "months": all_months,
        "problems": [(name, problems.get(name, 0), months.get(name, [])) for name in visit.pack.problems],
        "severities": severities,
        "open_count": sum(heat.values()),
        "not_judged_count": visit.one("SELECT count(*) FROM finding_now WHERE state = 'not_judged'") or 0,
        "entity_count": len(visit.names),
        "levels": levels(visit),
        "capital": capital(visit),
        "arrived": last_hour_reports(visit),
        "late": due.first,
        "late_count": due.count,
        "silent": visit.rows(
            "SELECT h.entity, h.last_at FROM last_report AS h JOIN entity AS e ON e.entity = h.entity AND e.parent IS NOT NULL "
            "AND coalesce(e.status, 'active') = 'active' ORDER BY h.last_at LIMIT 6"
        ),
        "newest": newest(visit, 9),
        "hidden_findings": visit.count_hidden("finding_now", f"state IN {OPEN}"),
    }


def levels(visit: Visit) -> dict[str, Any]:
    """Return how many entities each level and class has, computed again when the register changes."""
    sql = (
        "SELECT l.management AS level, coalesce(e.class, '') AS class, count(*) AS many FROM entity AS e "
        "JOIN level AS l ON l.entity = e.entity GROUP BY ALL ORDER BY 1, 2"
    )

    def make() -> dict[str, Any]:
        rows = visit.rows(sql)
        by: dict[int, dict[str, int]] = {}
        for row in rows:
            by.setdefault(row["level"], {})[row["class"]] = row["many"]
        sums = {name: sum(many.get(name, 0) for many in by.values()) for name in {row["class"] for row in rows}}
        classes = sorted(sums, key=lambda name: (-sums[name], name))
        return {"classes": classes, "rows": list(by.items()), "most": max((row["many"] for row in rows), default=0)}

    table: dict[str, Any] = visit.kept("levels", ("entity",), make)
    return table


def newest(visit: Visit, most: int) -> list[dict[str, Any]]:
    """Return the findings that were raised or changed last."""
    return visit.rows(
        "SELECT finding, rule, entity, state, since, known FROM finding_now "
        f"WHERE state IN {OPEN} ORDER BY known DESC, finding LIMIT {int(most)}"
    )
