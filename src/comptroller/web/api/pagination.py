"""Page by page: what a call takes to go on where the page before ended."""

from typing import Annotated, Any

from fastapi import Query

from comptroller.model.refusal import Refused, refusal

After = Annotated[str, Query(max_length=500, description="The cursor that the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]


def cut(rows: list[dict[str, Any]], limit: int, key: str) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of rows and the cursor of the next page, None for the last; `rows` holds one row beyond the page.

    >>> cut([{"name": "a"}, {"name": "b"}], 1, "name")
    ([{'name': 'a'}], 'a')
    """
    return rows[:limit], str(rows[limit - 1][key]) if len(rows) > limit else None


def no_cursor(after: str) -> Refused:
    """Return the refusal of a cursor that no page gave, or that is too old."""
    wanted = ("上一页给出的 next", "what the page before gave as `next`")
    mend = ("从第一页重新查询", "Begin again with the first page.")
    return Refused([refusal("desk.cursor", ("", None, "after"), after, wanted, mend)])
