"""Where a table begins in a sheet or file: lines of a title above the header are passed over."""

import re
from collections import Counter
from collections.abc import Sequence

LOOKED_AT = 40
"""How many full rows are looked at for a header."""
_VALUE = re.compile(r"[+\-(]?[\d,. ]*\d[\d,. ]*[%)]?|\d{4}[-/.年].*")
_MOST_OF = 0.8
"""A header names at least this share of the columns that rows usually fill."""


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the header among a table's first full rows; 0 where no later row is one either.

    The first row is the header unless it leaves columns without a name that the rows below fill. A header's cells are
    all different, and none is a number or a day.

    >>> header_at([["流水"], ["户名", "某某", "", ""], ["时间", "金额", "余额", "对方"], ["2024-03-01", "1", "2", "甲"]])
    2
    >>> header_at([["entity", "amount"], ["A", "1"]])
    0
    """
    filled = [[cell for cell in row if cell] for row in rows]
    width = _usual_width(filled)
    if not filled or _is_header(filled[0], width):
        return 0
    return next((at for at, cells in enumerate(filled) if at and _is_header(cells, width)), 0)


def _usual_width(filled: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(cells) for cells in filled[1:])
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _is_header(cells: Sequence[str], width: int) -> bool:
    names = len(cells) >= max(1, _MOST_OF * width) and len(set(cells)) == len(cells)
    return names and not any(_VALUE.fullmatch(cell) for cell in cells)
