"""Stakes as they were reported, in memory: which hold on a day, and what each holder then has of a company."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.register.party_ids import PartyIds
from comptroller.graph.jit import I64, kernel
from comptroller.store.duck import DuckDb
from comptroller.store.index import Chain

PARTS = 1_000_000
"""How many parts one percent is: a share has six decimals."""
WHOLE = 100 * PARTS
ALWAYS, NEVER = -(1 << 30), 1 << 30
NO_DAY = 1 << 31
HOLDER, LOW, MIDDLE, HIGH, IS_UNSIZED, IS_ASSERTED, SINCE, UNTIL, ENTITY = range(9)
"""Columns of `cells`: parties by number, bounds in parts, two flags, days since 1970."""
_EPOCH = dt.date(1970, 1, 1).toordinal()
_ROWS = f"""
SELECT
  fact, holder, entity,
  CAST(coalesce(share_low_pct, share_pct, 0) * {PARTS} AS BIGINT) AS low,
  coalesce(
    CAST(share_pct * {PARTS} AS BIGINT),
    (CAST(share_low_pct * {PARTS} AS BIGINT) + CAST(share_high_pct * {PARTS} AS BIGINT)) // 2,
    CAST(share_low_pct * {PARTS} AS BIGINT),
    CAST(share_high_pct * {PARTS} AS BIGINT) // 2,
    0
  ) AS middle,
  CAST(coalesce(share_high_pct, share_pct, 100) * {PARTS} AS BIGINT) AS high,
  share_pct IS NULL AND share_low_pct IS NULL AND share_high_pct IS NULL AS is_unsized,
  coalesce(mode = 'asserted_control', false) AS is_asserted,
  coalesce(date_diff('day', DATE '1970-01-01', valid_from), {ALWAYS}) AS since,
  coalesce(date_diff('day', DATE '1970-01-01', valid_until), {NEVER}) AS until
FROM """
_FEW = 200
"""So many rows are read by hand: a query takes longer to begin."""


@dataclass(frozen=True, slots=True)
class StakeRecord:
    """What one holder has of a company: parts at least, in the middle and at most; and what was reported beside."""

    low: int
    middle: int
    high: int
    is_unsized: bool
    is_asserted: bool


def day_number(day: dt.date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


class Ownership:
    """Every current stake, by company; rows are added and ended, never changed."""

    def __init__(self, parties: PartyIds) -> None:
        """Begin with no stakes."""
        self._parties = parties
        self._chain = Chain()
        self._count = 0
        self._facts: NDArray[np.int64] = np.empty(0, np.int64)
        self._cells: NDArray[np.int64] = np.empty((0, 9), np.int64)

    def add(self, duck: DuckDb, source: str) -> NDArray[np.int32]:
        """Add the stakes that `source` (SQL for rows of the kind) selects; return their companies."""
        rows = duck.arrow(f"{_ROWS} ({source}) AS s ORDER BY fact")
        cells = np.empty((rows.num_rows, 9), np.int64)
        for at, name in enumerate(("low", "middle", "high", "is_unsized", "is_asserted", "since", "until"), 1):
            cells[:, at] = rows.column(name).to_numpy(zero_copy_only=False)
        cells[:, HOLDER], cells[:, ENTITY] = (
            _numbers(self._parties, rows.column(name)) for name in ("holder", "entity")
        )
        return self._add(rows.column("fact").to_numpy(), cells)

    def add_rows(self, duck: DuckDb, rows: pa.Table) -> NDArray[np.int32]:
        """Add stakes as rows of the kind, which came after all others; return their companies."""
        if rows.num_rows <= _FEW:
            return self._add(*_by_hand(self._parties, rows))
        duck.register("came_rows", rows)
        companies = self.add(duck, "SELECT * FROM came_rows")
        duck.unregister("came_rows")
        return companies

    def _add(self, facts: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.int32]:
        start, self._count = self._count, self._count + len(facts)
        if self._count > len(self._facts):
            room = self._count + self._count // 4
            self._facts = np.concatenate((self._facts[:start], np.empty(room - start, np.int64)))
            self._cells = np.concatenate((self._cells[:start], np.empty((room - start, 9), np.int64)))
        self._facts[start : self._count], self._cells[start : self._count] = facts, cells
        self._chain.add(cells[:, ENTITY].astype(np.uint64))
        companies: NDArray[np.int32] = cells[:, ENTITY].astype(np.int32)
        return companies

    def end(self, facts: NDArray[np.int64]) -> NDArray[np.int32]:
        """End facts; return their companies."""
        places = self._places(np.asarray(facts, np.int64))
        self._cells[places, UNTIL] = ALWAYS
        self._cells[places, SINCE] = NEVER
        companies: NDArray[np.int32] = self._cells[places, ENTITY].astype(np.int32)
        return companies

    def exact_shares(self, day: int | None) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return (holder, company, parts) of all exact stakes on a day, and the companies that have others as well."""
        cells = self._cells[: self._count]
        since, until = cells[:, SINCE], cells[:, UNTIL]
        holds = (since < until) & (until == NEVER) if day is None else (since <= day) & (day < until)
        is_odd = (cells[:, LOW] != cells[:, HIGH]) | (cells[:, IS_ASSERTED] > 0)
        exact = cells[holds & ~is_odd]
        return exact[:, [HOLDER, ENTITY, MIDDLE]], np.unique(cells[holds & is_odd, ENTITY]).astype(np.int32)

    def _places(self, facts: NDArray[np.int64]) -> NDArray[np.int64]:
        known = self._facts[: self._count]
        at = np.searchsorted(known, facts)
        inside = at < len(known)
        places: NDArray[np.int64] = at[inside][known[at[inside]] == facts[inside]]
        return places

    def turning(self, before: int, after: int) -> NDArray[np.int32]:
        """Return the companies of stakes that begin or end between two days: after the first, up to and with
        the second.
        """
        low, high = min(before, after), max(before, after)
        since, until = self._cells[: self._count, SINCE], self._cells[: self._count, UNTIL]
        turns = (since > low) & (since <= high) | (until > low) & (until <= high)
        return np.unique(self._cells[: self._count][turns, ENTITY]).astype(np.int32)

    def days(self) -> set[dt.date]:
        """Return the days when a stake begins or ends."""
        turns = np.unique(self._cells[: self._count, SINCE : UNTIL + 1])
        return {dt.date.fromordinal(n + _EPOCH) for n in turns[(turns > ALWAYS) & (turns < NEVER)].tolist()}

    def companies(self) -> NDArray[np.int32]:
        """Return every company that has a past, current or future stake."""
        return np.unique(self._cells[: self._count, ENTITY]).astype(np.int32)

    def plain(self, companies: NDArray[np.int32], day: int | None) -> tuple[NDArray[np.int64], set[int]]:
        """Return (company, holder, parts) of every stake in companies on a day, and the companies with more than exact
        shares.

        The companies ascend, and so do the rows; several stakes of one holder are several rows.
        """
        rows = self._chain.rows(companies.astype(np.uint64))
        shares, odd = _shares_on(rows, self._cells, NO_DAY if day is None else day)
        return shares, set(odd.tolist())

    def holders(self, company: int, day: int | None) -> dict[int, StakeRecord]:
        """Return what each holder has of a company on a day; without a day, what has no end.

        Several stakes of one holder add up. An assertion of control repeats what the holder has: its share counts where
        no other stake of the holder has one.
        """
        records: dict[int, StakeRecord] = {}
        asserted: dict[int, StakeRecord] = {}
        for row in self._chain.rows(np.array([company], np.uint64)).tolist():
            holder, low, middle, high, is_unsized, is_asserted, since, until, _ = self._cells[row].tolist()
            if not (since < until == NEVER if day is None else since <= day < until):
                continue
            record = StakeRecord(low, middle, high, bool(is_unsized), bool(is_asserted))
            records_of = asserted if is_asserted else records
            records_of[holder] = _sum(records_of[holder], record) if holder in records_of else record
        for holder, record in asserted.items():
            stake = records.get(holder)
            if stake is None:
                records[holder] = record
            else:
                records[holder] = StakeRecord(stake.low, stake.middle, stake.high, stake.is_unsized, is_asserted=True)
        return records


@kernel
def _shares_on(rows: I64, cells: I64, day: int) -> tuple[I64, I64]:
    """Return (company, holder, parts) of rows that hold on a day, and the companies of those that are no exact
    shares.
    """
    shares, odd, count, others = np.empty((len(rows), 3), np.int64), np.empty(len(rows), np.int64), 0, 0
    for row in rows:
        since, until = cells[row, SINCE], cells[row, UNTIL]
        if since < until == NEVER if day == NO_DAY else since <= day < until:
            # The columns of `shares` are company, holder and parts.
            shares[count, 0], shares[count, 1] = cells[row, ENTITY], cells[row, HOLDER]
            shares[count, 2] = cells[row, MIDDLE]
            count += 1
            if cells[row, LOW] != cells[row, HIGH] or cells[row, IS_ASSERTED] > 0:
                odd[others] = cells[row, ENTITY]
                others += 1
    return shares[:count].copy(), odd[:others].copy()


def _by_hand(parties: PartyIds, rows: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the facts and cells that the query would return for rows of the kind, in the order of their facts."""
    named = (
        "fact",
        "holder",
        "entity",
        "share_pct",
        "share_low_pct",
        "share_high_pct",
        "mode",
        "valid_from",
        "valid_until",
    )
    lines = []
    for fact, holder, entity, *shares, mode, since, until in zip(
        *(rows.column(name).to_pylist() for name in named), strict=True
    ):
        share, least, most = (None if value is None else int(value * PARTS) for value in shares)
        if share is not None:
            middle = share
        elif least is not None and most is not None:
            middle = (least + most) // 2
        else:
            middle = least or (most or 0) // 2
        low = least if least is not None else share or 0
        high = most if most is not None else WHOLE if share is None else share
        unsized = share is None and least is None and most is None
        days = (ALWAYS if since is None else day_number(since), NEVER if until is None else day_number(until))
        numbers = (parties.number(holder), parties.number(entity))
        lines.append((fact, numbers[0], low, middle, high, unsized, mode == "asserted_control", *days, numbers[1]))
    cells = np.array(sorted(lines), np.int64).reshape(-1, 10)
    return cells[:, 0], cells[:, 1:]


def _sum(first: StakeRecord, second: StakeRecord) -> StakeRecord:
    low, middle, high = first.low + second.low, first.middle + second.middle, first.high + second.high
    return StakeRecord(
        low, middle, high, first.is_unsized or second.is_unsized, first.is_asserted or second.is_asserted
    )


def _numbers(parties: PartyIds, names: pa.ChunkedArray) -> NDArray[np.int32]:
    """Return the numbers of a column of names, each name looked up once."""
    encoded = names.combine_chunks().dictionary_encode() if names.num_chunks else None
    if encoded is None:
        return np.empty(0, np.int32)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    known = parties.numbers(encoded.dictionary.to_pylist())
    numbers: NDArray[np.int32] = known[encoded.indices.to_numpy(zero_copy_only=False)]
    return numbers


def named(parties: PartyIds, names: Iterable[str | None]) -> list[int]:
    """Return the numbers of names that are known, each once."""
    return sorted({n for name in names if name is not None and (n := parties.find(name)) >= 0})
