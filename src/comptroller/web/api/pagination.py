"""Pagination: a call continues after the previous page by its cursor."""

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
    """Return the refusal of a cursor that no page returned, or that is too old."""
    return Refused([refusal("desk.cursor", ("", None, "after"), after)])
