"""The route of a finding: does it open a case, which line leads it at what office, and what keys join it to others."""

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
    """A finding as a case needs it: its name, its rule, its entity, and the columns of its evidence."""

    finding: str
    rule: str
    entity: str
    evidence: str


class Router:
    """The routes of a pack, and the look-ups in the register that they need."""

    def __init__(self, duck: DuckDb, pack: Pack, known: RegisterView) -> None:
        """Store where an entity's class and level are looked up."""
        self._duck, self._pack, self._known = duck, pack, known
        self._reads_register = any(r.classes or r.level_from or r.level_until < 99 for r in pack.case_policy.routes)
        self._places: dict[str, tuple[str, int]] = {}
        self._has_class = "entity" in pack.kinds and "class" in pack.kinds["entity"].columns

    def route(self, finding: RoutedFinding) -> Route | None:
        """Return the route of a finding; None if its rule no longer exists or no route fits."""
        rule = self._pack.rules.get(finding.rule)
        if rule is None:
            return None
        place = self._place(finding.entity) if self._reads_register else ("", 0)
        return next((r for r in self._pack.case_policy.routes if _fits(r, rule, place)), None)

    def begin(self) -> None:
        """Drop what was read from the register: a batch may have changed it."""
        self._places.clear()

    def _place(self, entity: str) -> tuple[str, int]:
        """Return an entity's class and its level of management; read once a batch."""
        if entity not in self._places:
            self._places[entity] = self._read_place(entity)
        return self._places[entity]

    def _read_place(self, entity: str) -> tuple[str, int]:
        column = '"class"' if self._has_class else "''"
        rows = self._duck.rows(
            f"SELECT coalesce({column}, ''), coalesce(l.management, 0) FROM entity AS e "
            "LEFT JOIN level AS l USING (entity) WHERE e.entity = ?",
            [entity],
        )
        return rows[0] if rows else ("", 0)

    def event(self, finding: RoutedFinding, route: Route, on: dt.date) -> Event:
        """Return the event that adds a finding to a case."""
        rule = self._pack.rules[finding.rule]
        remedy = rule.route.get("remedy")
        unit = "days" if remedy and remedy.get("unit") == "calendar" else "working days"
        fields = {
            "finding": finding.finding,
            "entity": finding.entity,
            "rule": finding.rule,
            "severity": rule.severity,
            "lead": route.lead or rule.route.get("lead", ""),
            "informed": [*(route.informed or rule.route.get("informed", []))],
            "office": self._office(route.office, finding.entity),
            "remedy": [remedy["days"], unit] if remedy else None,
            "window_days": route.window_days,
            "joins": "|".join(joins(route, finding)),
        }
        if route.closes is not None and rule.severity in route.closes.severities:
            fields["closes"] = {"with_persons": route.closes.with_persons, "loss_classes": [*route.closes.loss_classes]}
        return Event("finding.raised", on, said=fields)

    def _office(self, named: str, entity: str) -> str:
        """Return the office that handles a case about an entity: the owner, the head of its group, or its manager."""
        owner = self._known.owner
        above = self._known.parent(entity)
        if named == "owner" or above is None:
            return owner
        if named == "manager":
            return above
        office, steps = above, 0
        while (further := self._known.parent(office)) not in (None, owner) and steps < _HIGHEST:
            office, steps = str(further), steps + 1
        return office


def joins(route: Route, finding: RoutedFinding) -> list[str]:
    """Return the keys that join a finding to others: one for each set of columns without an empty one."""
    evidence: Mapping[str, Any] = {"entity": finding.entity, **json.loads(finding.evidence or "{}")}
    keys = []
    for columns in route.joins:
        cells = [evidence.get(c) for c in columns]
        if all(cell not in (None, "") for cell in cells):
            keys.append("&".join(f"{c}={cell}" for c, cell in zip(columns, cells, strict=True)))
    return keys


def _fits(route: Route, rule: Rule, place: tuple[str, int]) -> bool:
    """Return whether all conditions of a route are true for a rule's finding about an entity of that class and
    level.
    """
    conditions = (
        (route.kinds, rule.kind),
        (route.severities, rule.severity),
        (route.domains, rule.domain),
        (route.problems, rule.problem),
        (route.classes, place[0]),
    )
    if any(wanted and value not in wanted for wanted, value in conditions):
        return False
    if route.rules and not any(part in rule.name for part in route.rules):
        return False
    if not route.level_from and route.level_until >= 99:
        return True
    return route.level_from <= place[1] <= route.level_until


def leading(work: CasePolicy, rule: Rule) -> str:
    """Return the line that leads the findings of a rule, as far as its route is known without an entity."""
    route = next((r for r in work.routes if _fits(r, rule, ("", 0))), None)
    return (route.lead if route else "") or str(rule.route.get("lead", ""))
