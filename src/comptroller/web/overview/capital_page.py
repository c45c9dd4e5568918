"""An item of the capital: the statements that its figure on the overview sums up, with the attributable part of
each.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.web.overview.queries import capital_parts, first_items
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
ADDRESSES = ("/capital?item=net_assets", "/capital?item=net_assets&entity={entity}")
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]


@router.get("/capital")
def capital(visit: Seeing, item: Annotated[str, Query(max_length=100)]) -> Response:
    """Return the statements behind an item that the policy shows first."""
    items = first_items(visit)
    chosen = present(next((candidate for candidate in items if candidate[0] == item), None), item)
    rows = capital_parts(visit, chosen[0], chosen[1])
    return render(
        visit,
        "overview/capital_item.html",
        title=visit.in_language(chosen[2]),
        items=items,
        item=item,
        rows=rows,
        whole=sum(row["amount_cny"] or 0 for row in rows),
        effective=sum(row["effective"] or 0 for row in rows),
    )
