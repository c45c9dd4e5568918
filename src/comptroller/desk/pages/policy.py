"""Policy: rules with their pages and scoreboards, parameters, lists and sources, as they are in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.desk.doors import may, present
from comptroller.desk.draw import draw
from comptroller.desk.reading import OPEN
from comptroller.desk.visit import Visit
from comptroller.model.policy import Rule
from comptroller.watch.scoreboard import answers_sql

router = APIRouter()
Seeing = Annotated[Visit, Depends(may(SEE))]
PARTS = ("rules", "params", "lists", "sources")


@router.get("/policy")
def policy(visit: Seeing, part: Annotated[str, Query(pattern="rules|params|lists|sources")] = "rules") -> Response:
    """Give what is in force: rules with what stands of them, parameters, lists, sources."""
    rows = visit.rows("SELECT rule, state, count(*) AS many FROM finding_now GROUP BY ALL")
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["rule"], {})[row["state"]] = row["many"]
    asleep = {row["rule"] for row in visit.rows("SELECT rule FROM asleep")}
    return draw(visit, "policy.html", part=part, parts_=PARTS, counts=counts, asleep=asleep)


@router.get("/policy/{name:path}")
def rule_page(visit: Seeing, name: str) -> Response:
    """Give the page of a rule: what, why, by which source, how it is judged, what it leaves out, examples, limits, scoreboard."""
    rule: Rule = present(visit.pack.rules.get(name), name)
    score = visit.cached(("score", name), lambda: score_of(visit, rule))
    visit.hidden_count = visit.count_hidden(rule.judges)
    versions = visit.rows(
        "SELECT fingerprint, pack, min(known) AS since, count(*) AS many FROM finding WHERE rule = ? GROUP BY 1, 2 ORDER BY since DESC LIMIT 10",
        [name],
    )
    return draw(
        visit,
        "rule.html",
        rule=rule,
        score=score,
        versions=versions,
        examples=[(visit.said(e.name), e.shows) for e in rule.examples],
    )


def score_of(visit: Visit, rule: Rule) -> dict[str, Any]:
    """Give a rule's honest count within reach: judged, found, clear, not applicable, not judged and why."""
    counted = visit.rows(
        "SELECT applies, complete, CASE WHEN applies AND NOT complete THEN why END AS why, count(*) AS many "
        f"FROM ({answers_sql(visit.pack, rule)}) GROUP BY ALL"
    )
    standing = visit.rows(
        f"SELECT missing, count(*) AS many FROM finding_now WHERE rule = ? AND state IN ('not_judged', {OPEN[1:-1]}) GROUP BY 1",
        [rule.name],
    )
    found = sum(row["many"] for row in standing if not row["missing"])
    why = {str(row["missing"]): int(row["many"]) for row in standing if row["missing"]}
    unjudged = sum(why.values())
    complete = sum(row["many"] for row in counted if row["applies"] and row["complete"])
    for row in counted:
        if row["applies"] and not row["complete"]:
            why[str(row["why"])] = why.get(str(row["why"]), 0) + row["many"]
    judged = max(found, complete - unjudged)
    return {
        "judged": judged,
        "found": found,
        "clear": judged - found,
        "not_applicable": sum(row["many"] for row in counted if not row["applies"]),
        "not_judged": sum(why.values()),
        "why": sorted(why.items()),
    }
