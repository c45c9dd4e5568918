"""The form for one fact, made from its kind: fields, rows of its lists, and each error beside its field."""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response
from starlette.datastructures import FormData

from comptroller.access.grants import REPORT
from comptroller.intake.columns import header
from comptroller.model.kind import Field, Kind
from comptroller.model.refusal import Refusal
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

ROWS, MORE_ROWS, MOST_ROWS = 3, 5, 200
"""Rows of a list in an empty form, rows added on request, and rows read at most."""
_MOST_CHARS = 2_000


def inner_of(kind: Kind) -> list[tuple[str, Kind, list[Field]]]:
    """Return the lists of a kind: each list's name in a fact, the list as a kind, and its typed fields."""
    return [
        (inner.name.removeprefix(f"{kind.name}_"), inner, [f for f in inner.fields if f.name not in inner.carries])
        for inner in kind.lists
    ]


def parse_form(kind: Kind, form: FormData) -> dict[str, Any]:
    """Return the typed fact; empty fields and empty rows are left out."""
    fact = _row(kind.fields, form, "field_")
    for name, _, fields in inner_of(kind):
        rows = [_row(fields, form, f"list_{name}_{at}_") for at in range(MOST_ROWS)]
        if any(rows):
            fact[name] = [row for row in rows if row]
    return fact


def _row(fields: Sequence[Field], form: FormData, ahead: str) -> dict[str, Any]:
    values = {f.name: str(form.get(f"{ahead}{f.name}") or "").strip()[:_MOST_CHARS] for f in fields}
    flags = {f.name for f in fields if f.type == "flag"}
    return {name: value == "true" if name in flags else value for name, value in values.items() if value}


def render_form(  # noqa: PLR0913 - what a form comes back with
    visit: Visit, kind: Kind, fact: dict[str, Any], reporter: str, refusals: Sequence[Refusal] = (), *, rows: int = 0, status: int = 200
) -> Response:  # fmt: skip
    """Render the form with the typed values, so many empty rows more, and each refusal beside its field."""
    lists = []
    for name, inner, fields in inner_of(kind):
        filled = fact.get(name, [])
        lists.append((name, inner, fields, [*filled, *({},) * (rows or max(1, ROWS - len(filled)))]))
    own = [(f, [r for r in refusals if is_about(r, f)]) for f in kind.fields]
    placed = {id(r) for _, errors in own for r in errors}
    page = render(
        visit,
        "reporting/form.html",
        number_of_form=visit.server.chance()[:16],
        kind=kind,
        fields=own,
        lists=lists,
        fact=fact,
        reporter=reporter,
        reporters=reporters(visit),
        others=[r for r in refusals if id(r) not in placed],
        refusals=refusals,
    )
    page.status_code = status
    return page


def is_about(refusal: Refusal, field: Field) -> bool:
    """Return whether a refusal concerns a field of the fact itself, by its name or its title."""
    column = header(refusal.field)
    return column.rsplit(".", 1)[-1] == field.name or column in (field.title.zh, field.title.en)


def reporters(visit: Visit) -> list[str]:
    """Return the entities that the viewer may report for, their own first."""
    roots = visit.reach.roots(REPORT)
    if not roots:
        return []
    marks = ", ".join("?" * len(roots))
    rows = visit.rows(
        f"SELECT DISTINCT entity FROM ancestor WHERE ancestor IN ({marks}) ORDER BY entity LIMIT 500", roots
    )
    own = visit.reach.viewer.employer
    return sorted({str(row["entity"]) for row in rows} | set(roots), key=lambda entity: (entity != own, entity))
