"""The call that queries: one SELECT over the documented tables within scope, returned page by page from one answer."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Body, Depends

from comptroller.access.grants import ASK
from comptroller.model.finding import plain
from comptroller.web.api.pagination import no_cursor
from comptroller.web.api.schemas import BODY_ERRORS, Table
from comptroller.web.query.page import answer_of
from comptroller.web.shell.auth import may
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["queries"])
Asker = Annotated[Visit, Depends(may(ASK))]


@router.post("/queries", responses=BODY_ERRORS)
def query(
    visit: Asker,
    sql: Annotated[str, Body(min_length=1, max_length=20_000, description="One SELECT.")],
    after: Annotated[str, Body(max_length=500, description="The cursor that the page before gave as `next`.")] = "",
    limit: Annotated[int, Body(ge=1, le=10_000, description="How many rows at most.")] = 1000,
) -> Table:
    """Answer one SELECT; later pages belong to the same answer. The query is recorded in the ledger."""
    digest = sha256(sql.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    if after:
        name, first = _begun(after, digest)
        page_of_answer = visit.server.answers.rows((name, visit.login, visit.reach.key), first, limit)
        if page_of_answer is None:
            raise no_cursor(after)
        columns, page_rows, count = page_of_answer
    else:
        columns, rows = answer_of(visit, sql)
        all_rows = [[plain(cell) for cell in row] for row in rows]
        name, first = f"{digest}.{visit.server.chance()[:12].replace('.', '-')}", 0
        page_rows, count = all_rows[:limit], len(all_rows)
        if count > limit:
            visit.server.answers.keep((name, visit.login, visit.reach.key), visit.login, columns, all_rows)
        visit.note("ask", "api", sql)
    following = first + limit
    return Table(columns, page_rows, count, f"{name}.{following}" if following < count else None)


def _begun(after: str, digest: str) -> tuple[str, int]:
    """Return the answer and the position that a cursor continues.

    Raises:
        Refused: the cursor belongs to another query.
    """
    name, _, first = after.rpartition(".")
    if not name.startswith(f"{digest}.") or not (first.isascii() and first.isdigit() and len(first) < 10):
        raise no_cursor(after)
    return name, int(first)
