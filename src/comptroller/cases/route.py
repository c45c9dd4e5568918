"""Which route a finding takes: whether it opens a case, who leads it, at which office, and by which keys it joins another."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comptroller.cases.case import Event
from comptroller.model.case_policy import CasePolicy, Route
from comptroller.model.policy import Pack, Rule
from comptroller.model.register_view import RegisterView
from comptroller.store.duck import DuckDb

_HIGHEST = 64


@dataclass(frozen=True, slots=True)
class RoutedFinding:
    """A finding as a case needs it: its name, its rule, about whom, and the columns of its evidence."""

    finding: str
    rule: str
    entity: str
    evidence: str


class Router:
    """The routes of a pack, and what they ask of the register."""

    def __init__(self, duck: DuckDb, pack: Pack, known: RegisterView) -> None:
        """Keep where to look an entity's class and level up."""
        self._duck, self._pack, self._known = duck, pack, known
        self._asks = any(r.classes or r.level_from or r.level_until < 99 for r in pack.case_policy.routes)
        self._places: dict[str, tuple[str, int]] = {}
        self._has_class = "entity" in pack.kinds and "class" in pack.kinds["entity"].columns

    def route(self, told: RoutedFinding) -> Route | None:
        """Return the route of a finding; None where its rule is gone or nothing fits."""
        rule = self._pack.rules.get(told.rule)
        if rule is None:
            return None
        place = self._place(told.entity) if self._asks else ("", 0)
        return next((r for r in self._pack.case_policy.routes if _fits(r, rule, place)), None)

    def begin(self) -> None:
        """Forget what the register said: a batch may have changed it."""
        self._places.clear()

    def _place(self, entity: str) -> tuple[str, int]:
        """Return an entity's class and its level of management; asked once a batch."""
        if entity not in self._places:
            self._places[entity] = self._ask(entity)
        return self._places[entity]

    def _ask(self, entity: str) -> tuple[str, int]:
        column = '"class"' if self._has_class else "''"
        rows = self._duck.rows(
            f"SELECT coalesce({column}, ''), coalesce(l.management, 0) FROM entity AS e "
            "LEFT JOIN level AS l USING (entity) WHERE e.entity = ?",
            [entity],
        )
        return rows[0] if rows else ("", 0)

    def event(self, told: RoutedFinding, route: Route, on: dt.date) -> Event:
        """Return the event that takes a finding into a case."""
        rule = self._pack.rules[told.rule]
        remedy = rule.route.get("remedy")
        unit = "days" if remedy and remedy.get("unit") == "calendar" else "working days"
        said = {
            "finding": told.finding,
            "entity": told.entity,
            "rule": told.rule,
            "severity": rule.severity,
            "lead": route.lead or rule.route.get("lead", ""),
            "informed": [*(route.informed or rule.route.get("informed", []))],
            "office": self._office(route.office, told.entity),
            "remedy": [remedy["days"], unit] if remedy else None,
            "window_days": route.window_days,
            "joins": "|".join(joins(route, told)),
        }
        if route.closes is not None and rule.severity in route.closes.severities:
            said["closes"] = {"with_persons": route.closes.with_persons, "loss_classes": [*route.closes.loss_classes]}
        return Event("finding.raised", on, said=said)

    def _office(self, named: str, entity: str) -> str:
        """Return who handles a case about an entity: the owner, the head of its group, or whoever manages it."""
        owner = self._known.owner
        above = self._known.parent(entity)
        if named == "owner" or above is None:
            return owner
        if named == "manager":
            return above
        one, steps = above, 0
        while (further := self._known.parent(one)) not in (None, owner) and steps < _HIGHEST:
            one, steps = str(further), steps + 1
        return one


def joins(route: Route, told: RoutedFinding) -> list[str]:
    """Return the keys by which a finding joins others: one for each set of columns of which none is empty."""
    evidence: Mapping[str, Any] = {"entity": told.entity, **json.loads(told.evidence or "{}")}
    found = []
    for columns in route.joins:
        cells = [evidence.get(c) for c in columns]
        if all(cell not in (None, "") for cell in cells):
            found.append("&".join(f"{c}={cell}" for c, cell in zip(columns, cells, strict=True)))
    return found


def _fits(route: Route, rule: Rule, place: tuple[str, int]) -> bool:
    """Return whether every condition of a route holds for a rule's finding about an entity of that class and level."""
    asked = (
        (route.kinds, rule.kind),
        (route.severities, rule.severity),
        (route.domains, rule.domain),
        (route.problems, rule.problem),
        (route.classes, place[0]),
    )
    if any(wanted and seen not in wanted for wanted, seen in asked):
        return False
    if route.rules and not any(part in rule.name for part in route.rules):
        return False
    if not route.level_from and route.level_until >= 99:
        return True
    return route.level_from <= place[1] <= route.level_until


def leading(work: CasePolicy, rule: Rule) -> str:
    """Return the line that leads what a rule finds, as far as its route can be told without an entity."""
    route = next((r for r in work.routes if _fits(r, rule, ("", 0))), None)
    return (route.lead if route else "") or str(rule.route.get("lead", ""))
