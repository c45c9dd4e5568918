"""The XML of a worksheet scanned in one pass: where each cell stands, what type it has, and where its value lies.

Compiled by numba. A part that is written in another way than spreadsheets write it is told apart and read by a slower
reader; nothing is guessed. Arrays of cells, one element a cell: row and column from 1, the type (constants below), the
style, and the bytes of the value in the part (`start` to `end`, `start` -1 where the cell is empty).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

NUMBER, SHARED, INLINE, TEXT, FLAG, DAY = range(6)
"""Types of cells: a number, the place of a shared text, text in the cell, the text of a formula, true or false, an ISO day."""
PLAIN, ODD, FORMULA, ERROR = range(4)
"""What a part is: plain, written in another way, or with a formula or an error in some cell."""
Bytes = NDArray[np.uint8]
_LT, _GT, _SLASH, _EQ, _AMP, _CR, _QUOTE, _SINGLE = 60, 62, 47, 61, 38, 13, 34, 39
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
def _is_space(byte: int) -> bool:
    return byte in (32, 9, 10, 13)


@njit(cache=True, nogil=True)
def _is_name(part: Bytes, start: int, end: int, name: Bytes) -> bool:
    """Return whether those bytes are that name."""
    if end - start != len(name):
        return False
    for i in range(len(name)):
        if part[start + i] != name[i]:
            return False
    return True


@njit(cache=True, nogil=True)
def _attribute(part: Bytes, at: int, size: int) -> tuple[int, int, int, int, int]:
    """Return name start, name end, value start, value end and the place behind the attribute; name start -1 at the tag's end."""
    while at < size and _is_space(part[at]):
        at += 1
    if at >= size or part[at] == _GT or part[at] == _SLASH:
        return -1, at, at, at, at
    first = at
    while at < size and part[at] != _EQ and not _is_space(part[at]) and part[at] != _GT:
        at += 1
    last = at
    while at < size and (part[at] == _EQ or _is_space(part[at])):
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
def scan_cells(  # noqa: C901, PLR0912, PLR0915 - one pass over the bytes, state by state
    part: Bytes, rows: Bytes, columns: Bytes, types: Bytes, styles: Bytes, starts: Bytes, ends: Bytes
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
        if mark == 33 or mark == 63:
            return (ODD, count, at)
        closes = mark == _SLASH
        if closes:
            at += 1
        begin = at
        while at < size and part[at] != _GT and part[at] != _SLASH and not _is_space(part[at]):
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
        elif cell >= 0 and length == 1 and (letter == 118 or letter == 116):
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


@njit(cache=True, nogil=True)
def scan_strings(part: Bytes, starts: Bytes, ends: Bytes) -> tuple[int, int]:
    """Fill where each shared text lies; return what the part is and how many there are. Formatted runs are told apart as odd."""
    size, at, count = len(part), 0, 0
    inside, waits = False, False
    while True:
        while at < size and part[at] != _LT:
            at += 1
        if at + 1 >= size:
            return (PLAIN if not inside else ODD, count)
        at += 1
        mark = part[at]
        if mark == 33:
            return (ODD, count)
        begin = at
        while at < size and part[at] != _GT and not _is_space(part[at]):
            if part[at] == 58:
                return (ODD, count)
            at += 1
        length, letter = at - begin, part[begin]
        while at < size and part[at] != _GT:
            at += 1
        alone = part[at - 1] == _SLASH
        at += 1
        if length == 3 and letter == _SLASH and part[begin + 1] == 115 and part[begin + 2] == 105:
            inside = False
        elif (length == 2 or (length == 3 and alone)) and letter == 115 and part[begin + 1] == 105:
            if count >= len(starts) or inside:
                return (ODD, count)
            starts[count], ends[count] = 0, 0
            count += 1
            inside, waits = not alone, True
        elif inside and letter == 116 and (length == 1 or (length == 2 and alone)):
            if not waits:
                return (ODD, count)
            waits = False
            if alone:
                continue
            starts[count - 1] = at
            while at < size and part[at] != _LT:
                if part[at] == _CR:
                    return (ODD, count)
                at += 1
            ends[count - 1] = at
        elif inside and letter != _SLASH:
            return (ODD, count)


@njit(cache=True, nogil=True)
def copy_texts(part: Bytes, starts: Bytes, ends: Bytes, offsets: Bytes, data: Bytes, wrong: Bytes) -> None:
    """Copy the slices of a part one after the other.

    `wrong` marks those with an entity (1), with an escape such as _x000D_ (2), and with a first sign of a formula or an
    error (4).
    """
    to = 0
    for i in range(len(starts)):
        offsets[i] = to
        if starts[i] < ends[i] and part[starts[i]] in (61, 64, 43, 45, 35):
            wrong[i] |= 4
        for at in range(starts[i], ends[i]):
            byte = part[at]
            data[to] = byte
            to += 1
            if byte == _AMP:
                wrong[i] |= 1
            elif byte == 95 and at + 1 < ends[i] and part[at + 1] == 120:
                wrong[i] |= 2
    offsets[len(starts)] = to


@njit(cache=True, nogil=True)
def plain_numbers(part: Bytes, starts: Bytes, ends: Bytes, plain: Bytes) -> None:
    """Mark the numbers that are written as they are shown: up to 15 digits, no exponent, no zero at either end."""
    for i in range(len(starts)):
        at, end = starts[i], ends[i]
        if at < end and part[at] == 45:
            at += 1
        first, point, digits = at, -1, 0
        good = at < end
        while at < end and good:
            if part[at] == 46 and point < 0 and at > first:
                point = at
            elif 48 <= part[at] <= 57:
                digits += 1
            else:
                good = False
            at += 1
        if good and part[first] == 48:
            good = point == first + 1 or (end == first + 1 and first == starts[i])
        if good and point >= 0:
            good = part[end - 1] != 48 and point < end - 1
        plain[i] = good and digits <= 15


def cells_of(part: bytes) -> Cells | None:
    """Return the cells of a worksheet's XML; None where it is not plain, or holds a formula or an error."""
    seen = np.frombuffer(part, dtype=np.uint8)
    most = part.count(b"<c")
    narrow = [np.empty(most, dtype=np.int32) for _ in range(2)]
    kinds, styles = np.empty(most, dtype=np.int8), np.empty(most, dtype=np.int32)
    places = [np.empty(most, dtype=np.int64) for _ in range(2)]
    state, count, last = scan_cells(seen, *narrow, kinds, styles, *places)
    if state != PLAIN or part.find(b"<sheetData", last) >= 0:
        return None
    row, column, start, end = (one[:count] for one in (*narrow, *places))
    return Cells(row, column, kinds[:count], styles[:count], start, end)
