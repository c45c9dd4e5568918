"""Explanation of access, as rows: each grant, and what it opens."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from comptroller.web.shell.auth import Visiting
from comptroller.web.shell.rendering import render

router = APIRouter()
ADDRESSES = ("/why", "/why?entity={entity}")
"""Addresses that the tests of access open as every role."""


@router.get("/why")
def why(
    visit: Visiting,
    entity: Annotated[str, Query(max_length=100)] = "",
    rule: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Return the viewer's grants, tested against an entity and a rule; only grants are disclosed."""
    chain = [
        row["ancestor"] for row in visit.duck.records("SELECT ancestor FROM main.ancestor WHERE entity = ?", [entity])
    ]
    rows = visit.reach.why(chain or [entity], rule if rule in visit.pack.rules else "")
    return render(visit, "admin/why.html", rows=rows, entity=entity, rule=rule, choices=_choices(visit))


def _choices(visit: Visiting) -> dict[str, str]:
    """Return the roles by name in the viewer's language."""
    kind = visit.pack.kinds.get("access_grant")
    return {name: visit.in_language(title) for name, title in kind.field("role").choices.items()} if kind else {}
