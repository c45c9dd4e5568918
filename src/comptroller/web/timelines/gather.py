"""Timelines: from one fact, all facts connected with it by the codes in facts, within scope, nearest first.

- Connections come from the kinds alone: a field with the name of a kind refers to a fact of that kind.
- A power, an account or any other fact valid for a period is shown, and is not followed: too much depends on it.
- All facts of a timeline are in the books of one entity.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from comptroller.model.kind import Kind
from comptroller.model.policy import Pack
from comptroller.web.overview.queries import OPEN
from comptroller.web.shell.visit import Visit

MOST_STEPS, FAR = 200, 2
Node = tuple[str, str]
"""A kind's name, and the code of one fact of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fact of a timeline: its kind, its number in the ledger, its values, and its distance from the requested
    fact.
    """

    kind: Kind
    fact: int
    row: dict[str, Any]
    distance: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A timeline: the requested fact, its steps, the findings about them, and how many steps are hidden or left out."""

    asked: Node
    entity: str
    steps: tuple[Step, ...]
    findings: tuple[dict[str, Any], ...]
    hidden_count: int
    is_cut: bool

    @property
    def seed(self) -> Step | None:
        """Return the requested step; None where only facts that refer to it were reported."""
        return next((step for step in self.steps if step.kind.name == self.asked[0] and step.distance == 0), None)


def starts(pack: Pack) -> dict[str, Kind]:
    """Return the kinds that have timelines: with a code, and connected with other kinds by it."""
    coded = {
        name: kind
        for name, kind in pack.kinds.items()
        if name in kind.key and len(kind.books) == 1 and _type(kind, name) == "code"
    }
    named = {name: _names(kind, coded) for name, kind in pack.kinds.items() if len(kind.books) == 1}
    back = {other for names in named.values() for other in names}
    return {name: kind for name, kind in coded.items() if name in back or named.get(name)}


def _type(kind: Kind, name: str) -> str:
    return next((field.type for field in kind.fields if field.name == name), "")


def _names(kind: Kind, coded: Iterable[str]) -> list[str]:
    return [name for name in coded if name != kind.name and _type(kind, name) == "code"]


def holds_for_a_time(kind: Kind) -> bool:
    """Return whether facts of a kind are valid for a period, in place of happening at a moment."""
    return "from" in kind.valid


def timeline_of(visit: Visit, kind: str, entity: str, code: str) -> Timeline | None:
    """Return the timeline of a fact; None where nothing of it is within scope."""
    known = starts(visit.pack)
    if kind not in known:
        return None
    steps: dict[int, Step] = {}
    hidden, visited, level = 0, {(kind, code)}, [(kind, code)]
    for distance in range(FAR + 1):
        level_steps, beyond = _level(visit, known, entity, level, distance)
        hidden += beyond
        for step in level_steps:
            steps.setdefault(step.fact, step)
        if distance == 0 and not steps:
            return None
        further = {node for step in level_steps for node in _nodes(step, known)} - visited
        visited |= further
        level = sorted(further)
    ordered = sorted(steps.values(), key=lambda item: (item.distance, item.fact))
    listed = tuple(ordered[:MOST_STEPS])
    findings = _findings(visit, entity, code, [item.fact for item in listed])
    return Timeline((kind, code), entity, listed, findings, hidden, len(ordered) > len(listed))


def _nodes(step: Step, known: dict[str, Kind]) -> list[Node]:
    return [(name, str(step.row[name])) for name in known if step.row.get(name) and _type(step.kind, name) == "code"]


def _level(
    visit: Visit, known: dict[str, Kind], entity: str, nodes: list[Node], distance: int
) -> tuple[list[Step], int]:
    """Return the facts of these codes, and the facts that refer to them.

    The last level, and facts valid for a period, are not followed.
    """
    own: dict[str, list[str]] = defaultdict(list)
    for name, code in nodes:
        own[name].append(code)
    steps: list[Step] = []
    hidden = 0
    for table, kind in visit.pack.kinds.items():
        if len(kind.books) != 1 or kind.is_made:
            continue
        codes = {
            name: values_of
            for name, values_of in own.items()
            if _type(kind, name) == "code" and (name == table or _leads_on(known[name], distance))
        }
        if not codes:
            continue
        condition = " OR ".join(f'"{name}" IN ({", ".join("?" * len(values_of))})' for name, values_of in codes.items())
        where, values = (
            f'"{kind.books[0]}" = ? AND ({condition})',
            [entity, *(c for values_of in codes.values() for c in values_of)],
        )
        rows = visit.rows(f"SELECT * FROM {table} WHERE {where} ORDER BY fact LIMIT {MOST_STEPS + 1}", values)
        steps += [Step(kind, row["fact"], row, distance) for row in rows]
        if not visit.sees_all(table):
            hidden += max(0, visit.count_hidden(table, where, values) or 0)
    return steps, hidden


def _leads_on(kind: Kind, distance: int) -> bool:
    return distance == 0 or (distance < FAR and not holds_for_a_time(kind))


def _findings(visit: Visit, entity: str, code: str, facts: list[int]) -> tuple[dict[str, Any], ...]:
    listed = ", ".join(map(str, facts)) or "NULL"
    rows = visit.rows(
        "SELECT finding, rule, state, since, entries, evidence FROM finding_now "
        f"WHERE entity = ? AND state IN {OPEN} AND (list_has_any(entries, [{listed}]::BIGINT[]) OR contains(subject, ?)) "
        "ORDER BY since NULLS LAST, rule, finding LIMIT 40",
        [entity, f'"{code}"'],
    )
    return tuple(rows)
