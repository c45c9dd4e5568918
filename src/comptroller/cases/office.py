"""Which office may say this? The office of an act is that of its case; a suppression's office reaches what it keeps back."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from comptroller.cases.case import Case
from comptroller.model.casework import Move
from comptroller.model.refusal import Refusal, refusal

SUPPRESSION, RESPONSIBILITY = "suppression", "responsibility"
Lookup = Callable[[str], Case | None]
Above = Callable[[str], set[str]]
"""Returns the offices that may handle a case about an entity."""
EntityOf = Callable[[str], str | None]
"""Returns the entity that a finding is about, or None where there is no such finding."""
_ANSWERS = ("receive", "decline")


def offices_of(case: Case, move: Move | None) -> set[str]:
    """Return the offices in whose name an act may be done in a case: its own, or the one that it is offered to, for its answer."""
    if move is not None and move.does in _ANSWERS and case.pending_office:
        return {case.pending_office}
    return {case.office}


def wrong_office(kind: str, office: str, case: Case, move: Move | None = None) -> Refusal | None:
    """Return the refusal of an act in the name of an office that does not handle the case."""
    allowed = offices_of(case, move)
    if office in allowed:
        return None
    listed = ", ".join(sorted(allowed))
    wanted = (f"办理该问题的机构 {listed}", f"the office that handles the case: {listed}")
    mend = ("以办理该问题的机构名义办理", "Act in the name of the office that handles the case.")
    return refusal("cases.act_office", ("", None, f"{kind}.office"), office or "-", wanted, mend)


def refuse_responsibility(table: pa.Table, lookup: Lookup) -> Iterator[tuple[int, Refusal]]:
    """Yield refusals of what a line says of a person in a case that is not there, not led by the line, or at another office."""
    for row in table.to_pylist():
        case = lookup(str(row["case_id"]))
        if case is None or not case.office:
            yield row["report"], _wrong("cases.case", RESPONSIBILITY, "case_id", row["case_id"])
            continue
        if (wrong := wrong_office(RESPONSIBILITY, str(row["office"] or ""), case)) is not None:
            yield row["report"], wrong
        if row["by_line"] not in (case.lead, *case.informed):
            yield row["report"], _wrong("cases.role", RESPONSIBILITY, "by_line", row["by_line"])


def refuse_suppression(table: pa.Table, owner: str, above: Above, entity_of: EntityOf) -> Iterator[tuple[int, Refusal]]:
    """Yield refusals of suppressions by an office that is not above their entity; a rule everywhere is for the owner's office."""
    for row in table.to_pylist():
        office = str(row["office"] or "")
        if office == owner or row["act"] == "retract":
            continue
        scopes = _scopes(row, entity_of)
        if not scopes or any(one is None or office not in above(one) for one in scopes):
            seen = f"{office}: {', '.join(str(one or '-') for one in scopes) or '*'}"
            yield row["report"], _wrong("cases.reach", SUPPRESSION, "office", seen)


def _scopes(row: Mapping[str, Any], entity_of: EntityOf) -> list[str | None]:
    """Return the entities that a suppression is limited to; None among them for a finding that there is not."""
    found: list[str | None] = [str(row["entity"])] if row["entity"] else []
    if row["finding"]:
        found.append(entity_of(str(row["finding"])))
    return found


def _wrong(code: str, kind: str, field: str, seen: object) -> Refusal:
    wanted, mend = WORDS[code]
    return refusal(code, ("", None, f"{kind}.{field}"), seen, wanted, mend)


WORDS = {
    "cases.case": (
        ("已有问题的编号", "the name of a case that there is"),
        ("用 comptroller cases 查编号", "Look it up: comptroller cases."),
    ),
    "cases.role": (
        ("牵头或知情的条线", "a line that leads the case or is informed of it"),
        ("由相应条线办理", "Let that line do it."),
    ),
    "cases.reach": (
        (
            "所限企业的上级机构;不限企业的,须为出资人机构",
            "an office above the entity; without an entity, the owner's office",
        ),
        ("由上级机构办理,或限定企业", "Let an office above the entity do it, or name the entity."),
    ),
}
"""What each refusal expects, and how to fix it (zh, en)."""
