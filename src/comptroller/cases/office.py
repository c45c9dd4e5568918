"""Which office may report this? An act belongs to the office of its case; a suppression needs an office above
its entities.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from comptroller.cases.case import Case
from comptroller.cases.messages import step_refusal
from comptroller.model.case_policy import Move
from comptroller.model.refusal import Refusal

SUPPRESSION, RESPONSIBILITY = "suppression", "responsibility"
Lookup = Callable[[str], Case | None]
Above = Callable[[str], set[str]]
"""Returns the offices that may handle a case about an entity."""
EntityOf = Callable[[str], str | None]
"""Returns the entity of a finding, or None if there is no such finding."""
_ANSWERS = ("receive", "decline")


def is_office_of(office: str, case: Case, move: Move | None = None) -> bool:
    """Return whether an office acts in a case: its own office, or the one that it is offered to, which may only
    answer.
    """
    if move is not None and move.does in _ANSWERS and case.pending_office:
        return office == case.pending_office
    return office == case.office


def refuse_responsibility(table: pa.Table, tried: Mapping[str, Case], lookup: Lookup) -> Iterator[Refusal]:
    """Yield refusals of responsibility facts: the case does not exist, the line has no part in it, or the
    office is another.
    """
    for row in table.to_pylist():
        case = tried.get(str(row["case_id"])) or lookup(str(row["case_id"]))
        if case is None:
            yield step_refusal("cases.case", RESPONSIBILITY, "case_id", row["case_id"])
            continue
        if not is_office_of(str(row["office"] or ""), case):
            yield step_refusal("cases.act_office", RESPONSIBILITY, "office", row["office"] or "-")
        if row["by_line"] not in (case.lead, *case.informed):
            yield step_refusal("cases.role", RESPONSIBILITY, "by_line", row["by_line"])


def refuse_suppression(table: pa.Table, owner: str, above: Above, entity_of: EntityOf) -> Iterator[tuple[int, Refusal]]:
    """Yield refusals of suppressions by an office that is not above their entity; only the owner's office may
    suppress a rule everywhere.
    """
    for row in table.to_pylist():
        office = str(row["office"] or "")
        if office == owner or row["act"] == "retract":
            continue
        scopes = _scopes(row, entity_of)
        if not scopes or any(entity is None or office not in above(entity) for entity in scopes):
            place = f"{office}: {', '.join(str(entity or '-') for entity in scopes) or '*'}"
            yield row["report"], step_refusal("cases.reach", SUPPRESSION, "office", place)


def _scopes(row: Mapping[str, Any], entity_of: EntityOf) -> list[str | None]:
    """Return the entities that a suppression is limited to; None among them for a finding that does not exist."""
    entities: list[str | None] = [str(row["entity"])] if row["entity"] else []
    if row["finding"]:
        entities.append(entity_of(str(row["finding"])))
    return entities
