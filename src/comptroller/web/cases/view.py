"""A viewer's part in cases: which cases they see, their seat, and each within the confidentiality of its lines.

- A line's officer has the seat of that line. An overseer without a line sees what no line holds confidential.
  Any other viewer sees what the entity sees.
- A finding of a rule that only one line may read is shown to that line alone, also in a case.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from comptroller.access.case_access import is_released, offered_office
from comptroller.access.grants import HANDLE, REPORT
from comptroller.cases import queries, visibility
from comptroller.cases.as_of import case_as_of, cases_as_of, clocks_as_of, relation_as_of
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.visit import Visit

Whole = dict[str, Any]
LINE, OVER, ENTITY = "line", "over", "entity"
"""The seats: an officer of a line, an overseer of the office, and the side of the entity."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as a seat sees it; `raw` is the whole case, which is used only to decide what may be done."""

    whole: Whole
    raw: Whole
    seat: str
    line: str = ""


def require_cases(visit: Visit) -> None:
    """Check that the policy has cases.

    Raises:
        NotFound: it has none.
    """
    if not visit.pack.case_policy.is_on or "case_now" not in visit.pack.tables:
        raise NotFound(visit.path)


def within(visit: Visit) -> str:
    """Return SQL over `case_now AS n`: the cases where the viewer has a part for a line or oversees its office."""
    parts = [part for line in visit.reach.lines if (part := visit.reach.part(line)) != "false"]
    return " OR ".join(f"({part})" for part in parts) or "false"


def entity_within(visit: Visit) -> str:
    """Return SQL over `case_now AS n`: cases about entities on the viewer's side that a line released to them."""
    grants = [
        g for g in visit.reach.viewer.in_force if g.gives(REPORT) or (g.gives("see") and not g.line and not g.domain)
    ]
    released = is_released(visit.pack, visit.reach.sees("e.entity", grants))
    return f"(n.entity <> n.office) AND ({visit.reach.sees('n.entity', grants)}) AND ({released})"


def is_as_of(visit: Visit) -> bool:
    """Return whether the page is requested as of a day, or as known with an entry."""
    return visit.valid is not None or visit.known is not None


def source_of(visit: Visit) -> str:
    """Return SQL for the rows of `case_now` as of the requested days."""
    return relation_as_of(_views(visit), visit.valid) if is_as_of(visit) else "case_now"


def clocks_of(visit: Visit) -> str:
    """Return SQL for the rows of `case_clock` as of the requested days."""
    return clocks_as_of(_views(visit), visit.valid) if is_as_of(visit) else "case_clock"


def _views(visit: Visit) -> dict[str, str]:
    """Return the SQL of tables as known with the requested entry, without the other filters."""
    return visit.server.engine.books.views(None, visit.known, visit.duck)


def today_of(visit: Visit) -> dt.date:
    """Return the requested day, or that of the entry; else that of the books' clock, or the server's before the
    first tick.
    """
    if visit.valid is not None:
        return visit.valid
    if visit.known:
        last = min(visit.known, visit.server.ledger.size)
        return visit.server.ledger.entry(last).received_at.astimezone(visit.server.zone).date()
    return visit.clock[0] or visit.server.local_now().date()


def see(visit: Visit, case_id: str) -> CaseView:
    """Return a case from the best seat that the viewer has in it.

    Raises:
        NotFound: the case is absent or the viewer has no seat in it.
    """
    require_cases(visit)
    raw = queries.whole(visit.duck, case_id) if len(case_id) > 2 else None
    if raw is None:
        raise NotFound(case_id)
    name, work = raw["case_id"], visit.pack.case_policy
    places = (raw["lead"], raw["pending"], *(raw["informed"] or "").split())
    lines = [
        line_code
        for line_code in dict.fromkeys(places)
        if line_code and _holds(visit, visit.reach.part(line_code), name)
    ]
    for line in sorted(lines, key=lambda line_code: (places.index(line_code) > 1, places.index(line_code))):
        visible = visibility.visible_to_line(raw, line, work)
        if visible is not None:
            return CaseView(_without_unknown_rules(visit, _as_of(visit, raw, visible, line)), raw, LINE, line)
    if _holds(visit, visit.reach.part(""), name):
        visible = visibility.visible_to_overseer(raw, work)
        if visible is not None:
            return CaseView(_without_unknown_rules(visit, _as_of(visit, raw, visible, "")), raw, OVER)
    if _holds(visit, entity_within(visit), name):
        return _by_entity(visit, raw)
    raise NotFound(case_id)


def _as_of(visit: Visit, raw: Whole, current: Whole, line: str) -> Whole:
    """Return a case as of the requested days, for a seat that sees the current case.

    Persons are shown where the seat may still see them.

    Raises:
        NotFound: nothing had happened in the case by then.
    """
    if not is_as_of(visit):
        return current
    past = _case_as_of(visit, raw)
    visible = visibility.visible_as_of(past, line, visit.pack.case_policy)
    return visible if current["responsibility"] else {**visible, "responsibility": []}


def _case_as_of(visit: Visit, raw: Whole) -> Whole:
    past = case_as_of(visit.duck, visit.pack, raw["case_id"], _views(visit), visit.valid)
    if past is None:
        raise NotFound(raw["case_id"])
    return past


def _by_entity(visit: Visit, raw: Whole) -> CaseView:
    """Return a case as the entity sees it; only a viewer who answers for it sees the requests of a confidential
    line.
    """
    answering = visit.reach.sees("n.entity", [g for g in visit.reach.viewer.in_force if g.gives(REPORT)])
    answers = _holds(visit, answering, raw["case_id"])
    case = _case_as_of(visit, raw) if is_as_of(visit) else raw
    work = visit.pack.case_policy
    visible = visibility.visible_to_entity(case, work, answers=answers, until=visibility.released_until(raw, work))
    return CaseView(_without_unknown_rules(visit, visible), raw, ENTITY)


def see_as_entity(visit: Visit, case_id: str) -> CaseView:
    """Return a case as the entity sees it.

    Raises:
        NotFound: the case is not about an entity of the viewer's.
    """
    require_cases(visit)
    raw = queries.whole(visit.duck, case_id) if len(case_id) > 2 else None
    if raw is None or not _holds(visit, entity_within(visit), raw["case_id"]):
        raise NotFound(case_id)
    return _by_entity(visit, raw)


def _holds(visit: Visit, where: str, case_id: str) -> bool:
    sql = f"SELECT count(*) FROM case_now AS n WHERE n.case_id = ? AND ({where})"
    return where != "false" and bool(visit.duck.rows(sql, [case_id])[0][0])


def _without_unknown_rules(visit: Visit, case: Whole) -> Whole:
    """Return a case without findings of rules that the viewer may not know."""
    closed = {item["finding"] for item in case["finding"] if not visit.reach.may_know(item["rule"])}
    if not closed and visit.reach.may_know(case["rule"] or ""):
        return case
    events = []
    for item in case["event"]:
        values = json.loads(item["said"] or "{}")
        events.append({**item, "said": "{}"} if values.get("finding") in closed else item)
    findings = [item for item in case["finding"] if item["finding"] not in closed]
    rule = case["rule"] if visit.reach.may_know(case["rule"] or "") else None
    return {**case, "rule": rule, "finding": findings, "event": events}


def cards_of(visit: Visit, criteria: queries.CaseFilter) -> tuple[list[Whole], dict[str, int]]:
    """Return the cards of a board and how many there are by state, without rules that the viewer may not know."""
    cards, counts = queries.board(visit.duck, replace(criteria, source=source_of(visit)))
    return [visible_card(visit, card) for card in cards_as_of(visit, cards)], counts


def cards_as_of(visit: Visit, cards: list[Whole]) -> list[Whole]:
    """Return the cards with each case's state as of the requested days; unchanged for the current page."""
    if not is_as_of(visit):
        return cards
    past = cases_as_of(visit.duck, visit.pack, [card["case_id"] for card in cards], _views(visit), visit.valid)
    return [{name: past.get(card["case_id"], {}).get(name, card[name]) for name in card} for card in cards]


def visible_card(visit: Visit, card: Whole) -> Whole:
    """Return a card without a rule that the viewer may not know."""
    return card if visit.reach.may_know(card["rule"] or "") else {**card, "rule": None}


def count_hidden(visit: Visit, where: str) -> int | None:
    """Return how many cases exist beside those that the SQL selects, a count and nothing else.

    None for the entity's side: a count would reveal cases that no line released.
    """
    if visit.reach.is_of_entity:
        return None

    def count() -> int:
        return int(visit.duck.rows(f"SELECT count(*) FROM case_now AS n WHERE NOT coalesce({where}, false)")[0][0])

    hidden: int = visit.cached(("hidden cases", where), count)
    return hidden


def handling_lines(visit: Visit) -> list[str]:
    """Return the lines that the viewer may act for."""
    if not visit.may(HANDLE):
        return []
    return sorted({g.line for g in visit.reach.viewer.in_force if g.line and g.gives(HANDLE)})


def is_offered(visit: Visit, raw: Whole) -> bool:
    """Return whether a case is being handed to a line of the viewer's, at an office that their grants include."""
    grants = [g for g in visit.reach.viewer.in_force if g.line == raw["pending"] and g.gives(HANDLE)]
    offered = visit.reach.sees(offered_office(visit.pack), grants)
    return bool(raw["pending"]) and _holds(visit, offered, raw["case_id"])


def evidence_of(visit: Visit, case: Whole, names: Iterable[str]) -> dict[str, Whole]:
    """Return by finding the latest evidence of a case's findings."""
    listed = list(names)
    if not listed:
        return {}
    marks = ", ".join("?" * len(listed))
    source = f"({visit.bases['finding_now']})" if "finding_now" in visit.bases else "finding_now"
    sql = f"SELECT finding, evidence, since, state FROM {source} AS f WHERE finding IN ({marks})"
    known = {finding["finding"] for finding in case["finding"]}
    rows = visit.duck.records(sql, listed)
    return {
        row["finding"]: {**row, "evidence": json.loads(row["evidence"] or "{}")}
        for row in rows
        if row["finding"] in known
    }
