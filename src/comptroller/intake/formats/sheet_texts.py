"""The values of a workbook's cells as bytes: shared texts, slices of a part copied together, numbers that need no rewriting.

Compiled by numba. Arrays have one element a text or a cell; `starts` and `ends` are places in the part.
"""

from numba import njit

from comptroller.intake.formats.sheet_scan import ODD, PLAIN, Bytes, Numbers, is_space

_LT, _GT, _SLASH, _AMP, _CR = 60, 62, 47, 38, 13


@njit(cache=True, nogil=True)
def scan_strings(  # noqa: C901, PLR0912 - one pass over the bytes, state by state
    part: Bytes, starts: Numbers, ends: Numbers
) -> tuple[int, int]:
    """Return the state of the part and the number of shared texts, and fill in where each text lies.

    Formatted runs are reported as odd.
    """
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
        while at < size and part[at] != _GT and not is_space(part[at]):
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
def copy_texts(  # noqa: PLR0913, PLR0917 - arrays in, arrays out
    part: Bytes, starts: Numbers, ends: Numbers, offsets: Numbers, data: Numbers, wrong: Numbers
) -> None:
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
def plain_numbers(part: Bytes, starts: Numbers, ends: Numbers, plain: Numbers) -> None:
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
