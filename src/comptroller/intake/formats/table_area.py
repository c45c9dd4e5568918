"""Where a table begins in a sheet or file: lines of a title above the header are passed over."""

import re
from collections.abc import Sequence

LOOKED_AT = 40
"""How many full rows are looked at for a header."""
_VALUE = re.compile(r"[+\-(]?[\d,. ]*\d[\d,. ]*[%)]?|\d{4}[-/.年].*")
_MOST_OF = 0.8
"""A header names at least this share of the columns that the fullest row fills."""


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the header among a table's first full rows; 0 where no later row can be one either.

    The first row is the header unless it leaves columns without a name that the rows below fill. A later header has
    different cells, none of them a number or a day, and a row below it.

    >>> header_at([["流水"], ["户名", "某某", "", ""], ["时间", "金额", "余额", "对方"], ["2024-03-01", "1", "2", "甲"]])
    2
    >>> header_at([["entity", "amount"], ["A", "1"]])
    0
    """
    filled = [[cell for cell in row if cell] for row in rows]
    least = _MOST_OF * max(map(len, filled), default=0)
    if not filled or len(filled[0]) >= least:
        return 0
    return next((at for at, cells in enumerate(filled[:-1]) if at and len(cells) >= least and _is_header(cells)), 0)


def _is_header(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) > 1 and not any(_VALUE.fullmatch(cell) for cell in cells)
