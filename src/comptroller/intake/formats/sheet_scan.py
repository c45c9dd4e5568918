"""The XML of a worksheet scanned in one pass: position, type and value of each cell.

Compiled by numba. A part in a form that spreadsheets do not write is recognised and left to a slower reader; nothing is
guessed. Arrays of cells have one element a cell: row and column from 1, type (constants below), style, and the bytes of
the value in the part (`start` to `end`, `start` -1 where the cell is empty).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NUMBER, SHARED, INLINE, TEXT, FLAG, DAY = range(6)
"""Types of cells: a number, the place of a shared text, text in the cell, the text of a formula, true or false, an ISO day."""
PLAIN, ODD, FORMULA, ERROR = range(4)
"""What a part is: plain, written in another way, or with a formula or an error in some cell."""
Bytes = NDArray[np.uint8]
Numbers = NDArray[Any]
"""Arrays that are filled: of places, addresses, types and marks."""
_LT, _GT, _SLASH, _EQ, _CR, _QUOTE, _SINGLE = 60, 62, 47, 61, 13, 34, 39
_MOST_COLUMN = 16_384


class Cells(NamedTuple):
    """The cells of one sheet in their order, as arrays."""

    row: NDArray[np.int32]
    column: NDArray[np.int32]
    type: NDArray[np.int8]
    style: NDArray[np.int32]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@njit(cache=True, nogil=True)
def is_space(byte: int) -> bool:
    """Return whether a byte is a blank between attributes."""
    return byte in (32, 9, 10, 13)


@njit(cache=True, nogil=True)
def _attribute(part: Bytes, at: int, size: int) -> tuple[int, int, int, int, int]:
    """Return name start, name end, value start, value end and the place behind the attribute; name start -1 at the tag's end."""
    while at < size and is_space(part[at]):
        at += 1
    if at >= size or part[at] == _GT or part[at] == _SLASH:
        return -1, at, at, at, at
    first = at
    while at < size and part[at] != _EQ and not is_space(part[at]) and part[at] != _GT:
        at += 1
    last = at
    while at < size and (part[at] == _EQ or is_space(part[at])):
        at += 1
    if at >= size or (part[at] != _QUOTE and part[at] != _SINGLE):
        return -2, at, at, at, at
    quote = part[at]
    begin = at + 1
    at = begin
    while at < size and part[at] != quote:
        at += 1
    return first, last, begin, at, at + 1


@njit(cache=True, nogil=True)
def _whole(part: Bytes, start: int, end: int) -> int:
    """Return the whole number in those bytes; -1 where there is none."""
    if start >= end or end - start > 9:
        return -1
    number = 0
    for i in range(start, end):
        digit = part[i] - 48
        if digit < 0 or digit > 9:
            return -1
        number = number * 10 + digit
    return number


@njit(cache=True, nogil=True)
def _type_of(part: Bytes, start: int, end: int) -> int:
    """Return the type that an attribute `t` names: n, s, b, e, d, str, inlineStr; -1 for an error, -2 for any other."""
    if end - start == 1:
        letter = part[start]
        if letter == 110:
            return NUMBER
        if letter == 115:
            return SHARED
        if letter == 98:
            return FLAG
        if letter == 100:
            return DAY
        return -1 if letter == 101 else -2
    if end - start == 3 and part[start] == 115:
        return TEXT
    return INLINE if end - start == 9 and part[start] == 105 else -2


@njit(cache=True, nogil=True)
def scan_cells(  # noqa: C901, PLR0911, PLR0912, PLR0913, PLR0915, PLR0917 - one pass over the bytes, state by state
    part: Bytes, rows: Numbers, columns: Numbers, types: Numbers, styles: Numbers, starts: Numbers, ends: Numbers
) -> tuple[int, int, int]:
    """Fill the arrays of cells; return what the part is, how many cells there are, and the last place that was read."""
    size, at, count = len(part), 0, 0
    row, column, cell, waits, last_row = 0, 0, -1, False, 0
    in_data = False
    while True:
        while at < size and part[at] != _LT:
            at += 1
        if at + 1 >= size:
            return (ODD, count, at)
        at += 1
        mark = part[at]
        if mark == 63 and not in_data:
            while at < size and part[at] != _GT:
                at += 1
            continue
        if mark in (33, 63):
            return (ODD, count, at)
        closes = mark == _SLASH
        if closes:
            at += 1
        begin = at
        while at < size and part[at] != _GT and part[at] != _SLASH and not is_space(part[at]):
            if part[at] == 58:
                return (ODD, count, at)
            at += 1
        length = at - begin
        letter = part[begin] if length else 0
        if closes:
            if length == 1 and letter == 99:
                cell = -1
            elif length == 9 and in_data and letter == 115:
                return (PLAIN, count, at)
            continue
        is_cell, is_row = length == 1 and letter == 99, length == 3 and letter == 114 and part[begin + 1] == 111
        if length == 9 and letter == 115 and part[begin + 5] == 68:
            in_data = True
        if is_cell and (not in_data or row == 0 or cell >= 0):
            return (ODD, count, at)
        kind, style, named_column, named_row = NUMBER, 0, 0, 0
        while True:
            first, last, value, until, at = _attribute(part, at, size)
            if first < 0:
                break
            if last - first != 1 or not (is_cell or is_row):
                continue
            name = part[first]
            if name == 114 and is_row:
                named_row = _whole(part, value, until)
                if named_row < 1:
                    return (ODD, count, at)
            elif name == 114:
                i = value
                while i < until and (65 <= part[i] <= 90 or 97 <= part[i] <= 122):
                    named_column = named_column * 26 + (part[i] & 31)
                    i += 1
                    if named_column > _MOST_COLUMN:
                        return (ODD, count, at)
                named_row = _whole(part, i, until)
                if named_row < 1 or named_column < 1:
                    return (ODD, count, at)
            elif name == 115 and is_cell:
                style = _whole(part, value, until)
                if style < 0:
                    return (ODD, count, at)
            elif name == 116 and is_cell:
                kind = _type_of(part, value, until)
                if kind < 0:
                    return (ERROR if kind == -1 else ODD, count, at)
        if first == -2:
            return (ODD, count, at)
        alone = at < size and part[at] == _SLASH
        while at < size and part[at] != _GT:
            at += 1
        at += 1
        if is_row:
            row, column = named_row or last_row + 1, 0
            if row <= last_row:
                return (ODD, count, at)
            last_row = row
        elif is_cell:
            if named_row and named_row != row:
                return (ODD, count, at)
            if named_column and named_column <= column:
                return (ODD, count, at)
            column = named_column or column + 1
            rows[count], columns[count], types[count], styles[count] = row, column, kind, style
            starts[count], ends[count] = -1, -1
            cell, count = -1 if alone else count, count + 1
            waits = not alone
        elif cell >= 0 and length == 1 and letter == 102:
            return (FORMULA, count, at)
        elif cell >= 0 and length == 1 and letter in (118, 116):
            if alone:
                continue
            if not waits or (letter == 116) != (types[cell] == INLINE):
                return (ODD, count, at)
            waits = False
            starts[cell] = at
            while at < size and part[at] != _LT:
                if part[at] == _CR:
                    return (ODD, count, at)
                at += 1
            ends[cell] = at
        elif cell >= 0 and not (length == 2 and letter == 105):
            return (ODD, count, at)


def cells_of(part: bytes) -> Cells | None:
    """Return the cells of a worksheet's XML; None where it is not plain, or holds a formula or an error."""
    part_bytes = np.frombuffer(part, dtype=np.uint8)
    most = part.count(b"<c")
    row, column, style = (np.empty(most, dtype=np.int32) for _ in range(3))
    start, end = (np.empty(most, dtype=np.int64) for _ in range(2))
    kind = np.empty(most, dtype=np.int8)
    result: tuple[int, int, int] = scan_cells(part_bytes, row, column, kind, style, start, end)
    state, count, last = result
    if state != PLAIN or part.find(b"<sheetData", last) >= 0:
        return None
    return Cells(row[:count], column[:count], kind[:count], style[:count], start[:count], end[:count])
