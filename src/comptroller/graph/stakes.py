"""Who holds how much of what, as merged rows that can be walked from either end and changed one at a time.

One row means that a holder has so many parts of a company. Several stakes of one holder in one company are merged
first, because control asks what a holder has in all. An asserted edge (a holder controls a company by a fact: an
agreement, a board majority, a document) is a row too, with a basis code above zero and no parts.

Rows hang in two linked lists, by company and by holder, so that a change costs the same at ten rows and at ten million.
Parts are whole numbers of the caller's unit (for example ten-thousandths of a percent): sums are exact, and the order
of arrival cannot change an answer.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917  (a kernel takes its arrays flat and keeps its loop in one place)

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from comptroller.graph.jit import I32, I64, kernel

HOLDER, COMPANY, NEXT_IN, NEXT_OUT, BASIS = range(5)
"""Columns of `link`, a row for each edge: both parties, the next rows of the two lists, and the basis."""
IN, OUT = range(2)
"""Columns of `head`, a row for each party: the first row into it, and the first out of it (-1 for none)."""
STAKE = 0
"""The basis of an edge that is a stake; asserted edges have codes above."""
WANT_LOW, WANT_MIDDLE, WANT_HIGH = range(3)
"""Columns of `wanted`: the parts that a stake should have."""
PUT_ROW, PUT_HOLDER, PUT_COMPANY, PUT_LOW, PUT_MIDDLE, PUT_HIGH = range(6)
"""Columns of `put`: the row to change (-1 for a new one), both parties, and the parts."""


class Stakes:
    """Rows of (holder, company, basis) with their parts; `link` and `head` are read by the kernels.

    A row without parts is dead. `local` is scratch for walks that number what they meet; they reset it to -1.
    """

    def __init__(self, size: int, holder: ArrayLike = (), company: ArrayLike = (), parts: ArrayLike = ()) -> None:
        """Start with stakes between entities `0 .. size-1`; equal pairs are added up, and stakes of no parts
        are left out.
        """
        holders, companies = _ids(holder, size), _ids(company, size)
        amounts = np.ascontiguousarray(parts, dtype=np.int64)
        if not len(holders) == len(companies) == len(amounts):
            raise ValueError("holder, company and parts differ in length")
        if len(amounts) and int(amounts.min()) < 0:
            raise ValueError("a stake has negative parts")
        self.size = size
        self.head: I32 = np.full((size, 2), -1, np.int32)
        self.link: I32 = np.empty((len(holders) + 16, 5), np.int32)
        self.parts: I64 = np.zeros(len(holders) + 16, np.int64)
        self.row_count = _link(holders, companies, amounts, self.link, self.parts, self.head)
        self.local: I32 = np.full(size, -1, np.int32)

    def set_stake(self, holder: int, company: int, parts: int) -> int:
        """Set the parts that the holder has of the company in all (0 ends it); return the row."""
        return self._set(holder, company, STAKE, parts)

    def assert_control(self, holder: int, company: int, basis: int, *, holds: bool = True) -> int:
        """Add (or remove) an assertion that the holder controls the company on this basis; return the row."""
        if basis <= STAKE:
            raise ValueError(f"saw basis {basis}, expected a code above 0")
        return self._set(holder, company, basis, int(holds))

    def assert_many(self, holders: Sequence[int], companies: Sequence[int], bases: Sequence[int]) -> None:
        """Add each of these edges as an assertion."""
        for holder, company, basis in zip(holders, companies, bases, strict=True):
            self.assert_control(holder, company, basis)

    def grow(self, size: int) -> None:
        """Add entities up to `size-1`."""
        if size > self.size:
            wider = np.full((max(size, self.size * 5 // 4), 2), -1, np.int32)
            wider[: self.size] = self.head[: self.size]
            self.head, self.size = wider[:size], size
            if len(self.local) < size:
                self.local = np.full(max(size, len(self.local) * 5 // 4), -1, np.int32)

    def make_room(self, rows: int) -> None:
        """Reserve space for so many rows."""
        if self.row_count + rows > len(self.parts):
            room = self.row_count + rows + self.row_count // 4 + 16
            link, parts = np.empty((room, 5), np.int32), np.zeros(room, np.int64)
            link[: self.row_count], parts[: self.row_count] = self.link[: self.row_count], self.parts[: self.row_count]
            self.link, self.parts = link, parts

    def _set(self, holder: int, company: int, basis: int, parts: int) -> int:
        if not (0 <= holder < self.size and 0 <= company < self.size):
            raise IndexError(f"saw the pair ({holder}, {company}), expected ids below {self.size}")
        if parts < 0:
            raise ValueError("a stake has negative parts")
        self.make_room(1)
        row: int
        row, self.row_count = put_row(self.link, self.parts, self.head, self.row_count, (holder, company, basis), parts)
        return row


def _ids(values: ArrayLike, size: int) -> I32:
    ids = np.ascontiguousarray(values, dtype=np.int32)
    if len(ids) and (int(ids.min()) < 0 or int(ids.max()) >= size):
        raise IndexError(f"saw ids from {ids.min()} to {ids.max()}, expected 0 to {size - 1}")
    return ids


@kernel
def put_row(link: I32, parts: I64, head: I32, count: int, key: tuple[int, int, int], amount: int) -> tuple[int, int]:
    """Set the parts of one (holder, company, basis); return the row (-1 if there is none and none is needed)
    and the count.
    """
    holder, company, basis = key
    row = head[company, IN]
    while row >= 0:
        if link[row, HOLDER] == holder and link[row, BASIS] == basis:
            parts[row] = amount
            return row, count
        row = link[row, NEXT_IN]
    if amount == 0:
        return -1, count
    parts[count] = amount
    return count, hang_row(link, head, count, key)


@kernel
def hang_row(link: I32, head: I32, count: int, key: tuple[int, int, int]) -> int:
    """Hang a new row in both lists; return the count."""
    holder, company, basis = key
    link[count, HOLDER], link[count, COMPANY], link[count, BASIS] = holder, company, basis
    link[count, NEXT_IN], link[count, NEXT_OUT] = head[company, IN], head[holder, OUT]
    head[company, IN], head[holder, OUT] = count, count
    return count + 1


@kernel
def unlike(
    companies: I32, start: I64, holder: I32, wanted: I64, link: I32, bounds: tuple[I64, I64, I64], head: I32, local: I32
) -> tuple[I64, I64]:
    """Return the rows to put so that the stakes in each company are those wanted, and the rows of assertions into them.

    `wanted[start[i]:start[i+1]]` are low, middle and high of the holders of company `i`. Those of one holder add up,
    and none in the middle is no stake. `bounds` are low, middle and high of the rows. A row to put is (row or -1,
    holder, company, low, middle, high), all 0 where a stake ends.
    """
    low, parts, high = bounds
    put, count, asserted, others = np.empty((16, 6), np.int64), 0, np.empty(16, np.int64), 0
    for at in range(len(companies)):
        c = companies[at]
        for i in range(start[at], start[at + 1]):
            if local[holder[i]] < 0:
                local[holder[i]] = i
            else:
                wanted[local[holder[i]]] += wanted[i]
        row = head[c, IN]
        while row >= 0:
            if link[row, BASIS] != STAKE:
                if parts[row] > 0:
                    if others == len(asserted):
                        asserted = np.concatenate((asserted, np.empty_like(asserted)))
                    asserted[others] = row
                    others += 1
                row = link[row, NEXT_IN]
                continue
            h = link[row, HOLDER]
            i = local[h]
            stays = i >= 0 and wanted[i, WANT_MIDDLE] > 0
            if stays:
                differs = wanted[i, WANT_LOW] != low[row] or wanted[i, WANT_HIGH] != high[row]
                differs = differs or wanted[i, WANT_MIDDLE] != parts[row]
            else:
                differs = parts[row] > 0
            if differs:
                if count == len(put):
                    put = np.concatenate((put, np.empty_like(put)))
                put[count] = 0
                put[count, PUT_ROW], put[count, PUT_HOLDER], put[count, PUT_COMPANY] = row, h, c
                if stays:
                    put[count, PUT_LOW:] = wanted[i]
                count += 1
            if i >= 0:
                local[h] = -2
            row = link[row, NEXT_IN]
        for i in range(start[at], start[at + 1]):
            h = holder[i]
            if local[h] == i and wanted[i, WANT_MIDDLE] > 0:
                if count == len(put):
                    put = np.concatenate((put, np.empty_like(put)))
                put[count, PUT_ROW], put[count, PUT_HOLDER], put[count, PUT_COMPANY] = -1, h, c
                put[count, PUT_LOW:] = wanted[i]
                count += 1
            local[h] = -1
    return put[:count].copy(), asserted[:others].copy()


@kernel
def put_all(put: I64, link: I32, bounds: tuple[I64, I64, I64], head: I32, count: int) -> int:
    """Write the rows that `unlike` returned; there is space for them. Return the count of rows."""
    low, parts, high = bounds
    for at in range(len(put)):
        row = put[at, PUT_ROW]
        if row < 0:
            row, count = count, hang_row(link, head, count, (put[at, PUT_HOLDER], put[at, PUT_COMPANY], STAKE))
        parts[row], low[row], high[row] = put[at, PUT_MIDDLE], put[at, PUT_LOW], put[at, PUT_HIGH]
    return count


@kernel
def edges_into(company: int, link: I32, parts: I64, head: I32) -> I32:
    """Return the rows into a company that have parts."""
    rows, count = np.empty(16, np.int32), 0
    row = head[company, IN]
    while row >= 0:
        if parts[row] > 0:
            if count == len(rows):
                rows = np.concatenate((rows, np.empty_like(rows)))
            rows[count] = row
            count += 1
        row = link[row, NEXT_IN]
    return rows[:count].copy()


@kernel
def _link(holder: I32, company: I32, amount: I64, link: I32, parts: I64, head: I32) -> int:
    """Sort the stakes by company, merge those of one holder, and hang the rows in both lists; return their count."""
    size, stakes = len(head), len(holder)
    start = np.zeros(size + 1, np.int32)
    for i in range(stakes):
        start[company[i] + 1] += 1
    for c in range(size):
        start[c + 1] += start[c]
    order = np.empty(stakes, np.int32)
    for i in range(stakes):
        order[start[company[i]]] = i
        start[company[i]] += 1
    count, begin = 0, 0
    for c in range(size):
        end, first = start[c], count
        for place in range(begin, end):
            i = order[place]
            h = holder[i]
            if amount[i] == 0:
                continue
            # The holder's newest row is the head of its out-list: if it is of this company, both are one's.
            newest = head[h, OUT]
            if newest >= first:
                parts[newest] += amount[i]
                continue
            link[count, HOLDER], link[count, COMPANY], link[count, BASIS] = h, c, STAKE
            link[count, NEXT_IN] = count + 1
            link[count, NEXT_OUT] = newest
            parts[count] = amount[i]
            head[h, OUT] = count
            count += 1
        if count > first:
            head[c, IN] = first
            link[count - 1, NEXT_IN] = -1
        begin = end
    return count
