"""Stakes in memory: both ways of reading agree, and the stakes of a day are those of the definition."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.books.ownership import stakes as module
from comptroller.books.ownership.stakes import PARTS, WHOLE, Ownership, StakeRecord, day_number, named
from comptroller.books.register.party_ids import PartyIds
from comptroller.store.duck import DuckDb

_DUCK = DuckDb()
SHARE = pa.decimal128(9, 6)
SCHEMA = pa.schema(
    [
        ("fact", pa.int64()),
        ("holder", pa.string()),
        ("entity", pa.string()),
        ("share_pct", SHARE),
        ("share_low_pct", SHARE),
        ("share_high_pct", SHARE),
        ("mode", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_until", pa.date32()),
    ]
)
PARTIES = ["A", "B", "C", "D"]
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(6)]
Row = tuple[str, str, Decimal | None, Decimal | None, Decimal | None, str | None, dt.date | None, dt.date | None]

shares = st.sampled_from([None, Decimal(0), Decimal("0.000001"), Decimal("12.5"), Decimal(60), Decimal(100)])
rows_drawn = st.lists(
    st.tuples(
        st.sampled_from(PARTIES),
        st.sampled_from(PARTIES),
        shares,
        shares,
        shares,
        st.sampled_from([None, "direct", "asserted_control"]),
        st.sampled_from([None, *DAYS]),
        st.sampled_from([None, *DAYS]),
    ),
    max_size=8,
)


def arrow(rows: list[Row], first: int = 1) -> pa.Table:
    """Return rows of the kind with facts numbered from `first`."""
    return pa.Table.from_pylist(
        [dict(zip(SCHEMA.names, (first + n, *row), strict=True)) for n, row in enumerate(rows)], SCHEMA
    )


def exact(holder: str, entity: str, share: str, since: dt.date | None = None, until: dt.date | None = None) -> Row:
    """Return a stake with an exact share."""
    return holder, entity, Decimal(share), None, None, None, since, until


def owned(rows: list[Row]) -> tuple[Ownership, PartyIds]:
    """Return the stakes of those rows."""
    parties = PartyIds()
    ownership = Ownership(parties)
    ownership.add_rows(_DUCK, arrow(rows))
    return ownership, parties


def counts(row: Row, day: dt.date | None) -> bool:
    """Return whether a stake holds on a day; without a day, whether it has no end."""
    since, until = row[6:]
    if day is None:
        return until is None
    return (since is None or since <= day) and (until is None or day < until)


@settings(max_examples=40, deadline=None)
@given(rows_drawn)
def test_a_query_and_a_loop_read_the_same(rows: list[Row]) -> None:
    """Many rows are read by SQL and few by a loop: every company has the same records on every day."""
    duck, patch = _DUCK, pytest.MonkeyPatch()
    by_loop, by_query = (Ownership(PartyIds()) for _ in range(2))
    by_loop.add_rows(duck, arrow(rows))
    with patch.context() as patched:
        patched.setattr(module, "_FEW", -1)
        by_query.add_rows(duck, arrow(rows))
    for day in (None, *map(day_number, DAYS)):
        assert records(by_loop, day) == records(by_query, day)
    assert by_loop.days() == by_query.days()


def records(ownership: Ownership, day: int | None) -> dict[str, dict[str, StakeRecord]]:
    """Return the records of every company by name."""
    parties = ownership._parties
    return {
        parties.names[company]: {parties.names[h]: r for h, r in ownership.holders(company, day).items()}
        for company in ownership.companies().tolist()
    }


@given(st.lists(st.tuples(*[st.sampled_from(PARTIES)] * 2, st.integers(0, 100), *[st.sampled_from([None, *DAYS])] * 2)))
def test_exact_shares_add_up_by_the_definition(
    drawn: list[tuple[str, str, int, dt.date | None, dt.date | None]],
) -> None:
    """On every day a holder has the sum of its stakes that hold; all three bounds are that sum."""
    rows = [exact(h, e, str(n), since, until) for h, e, n, since, until in drawn]
    ownership, parties = owned(rows)
    for day in (None, *DAYS):
        number = None if day is None else day_number(day)
        sums: dict[tuple[str, str], int] = {}
        for row in rows:
            if counts(row, day):
                sums[row[:2]] = sums.get(row[:2], 0) + int(row[2] or 0) * PARTS
        result = {
            (parties.names[h], parties.names[c]): record
            for c in ownership.companies().tolist()
            for h, record in ownership.holders(c, number).items()
        }
        assert {pair: record.middle for pair, record in result.items()} == sums
        assert all(record.low == record.middle == record.high for record in result.values())
        lines, others = ownership.exact_shares(number)
        assert sorted(lines[:, 2].tolist()) == sorted(int(r[2] or 0) * PARTS for r in rows if counts(r, day))
        assert not len(others)


@settings(max_examples=60, deadline=None)
@given(rows_drawn, st.sets(st.integers(1, 8)))
def test_what_ended_is_as_if_it_never_came(rows: list[Row], ended: set[int]) -> None:
    """Ending facts leaves the records of the other facts; unknown facts end nothing."""
    ownership, _ = owned(rows)
    ownership.end(np.array(sorted({*ended, 99}), np.int64))
    rest, _ = owned([row for fact, row in enumerate(rows, 1) if fact not in ended])
    for day in (None, *map(day_number, DAYS)):
        left = {name: holders for name, holders in records(ownership, day).items() if holders}
        assert left == {name: holders for name, holders in records(rest, day).items() if holders}


@given(rows_drawn, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_companies_that_turn_are_those_with_other_records(rows: list[Row], before: dt.date, after: dt.date) -> None:
    """A company with other records on two days is among those that turn between them, in both directions."""
    ownership, parties = owned(rows)
    was, now = (records(ownership, day_number(day)) for day in (before, after))
    turning = {parties.names[n] for n in ownership.turning(day_number(before), day_number(after)).tolist()}
    assert {name for name in was if was[name] != now[name]} <= turning
    assert turning == {parties.names[n] for n in ownership.turning(day_number(after), day_number(before)).tolist()}


@given(rows_drawn, st.sampled_from([None, *DAYS]))
def test_plain_rows_are_the_stakes_of_the_day(rows: list[Row], day: dt.date | None) -> None:
    """One by one, stakes are those that hold; companies with bounds or assertions are named beside them."""
    ownership, parties = owned(rows)
    lines, odd = ownership.plain(ownership.companies(), None if day is None else day_number(day))
    holding = [row for row in rows if counts(row, day)]
    pairs = sorted((parties.names[h], parties.names[c]) for c, h, _ in lines.tolist())
    assert pairs == sorted(row[:2] for row in holding)
    assert lines[:, 0].tolist() == sorted(lines[:, 0].tolist())
    inexact = {r[1] for r in holding if r[5] == "asserted_control" or record_of(r).low != record_of(r).high}
    assert {parties.names[n] for n in odd} == inexact


def record_of(row: Row) -> StakeRecord:
    """Return the record of a single stake without days."""
    ownership, parties = owned([(*row[:6], None, None)])
    return ownership.holders(parties.number(row[1]), None)[parties.number(row[0])]


def test_bounds_and_missing_sizes() -> None:
    """The middle of bounds lies half way; a lone bound leaves the other end open; no size is at most the whole."""
    for row, wanted in (
        (("A", "B", None, Decimal(40), Decimal(70)), (40 * PARTS, 55 * PARTS, 70 * PARTS, False)),
        (("A", "B", None, Decimal(40), None), (40 * PARTS, 40 * PARTS, WHOLE, False)),
        (("A", "B", None, None, Decimal(30)), (0, 15 * PARTS, 30 * PARTS, False)),
        (("A", "B", None, None, None), (0, 0, WHOLE, True)),
    ):
        record = record_of((*row, None, None, None))
        assert (record.low, record.middle, record.high, record.is_unsized) == wanted


def test_an_assertion_repeats_a_share_and_adds_none() -> None:
    """A holder with a stake and an assertion has the share of the stake alone; with the assertion alone, its share."""
    asserted = ("A", "B", Decimal(30), None, None, "asserted_control", None, None)
    ownership, parties = owned([exact("A", "B", "30"), asserted])
    record = ownership.holders(parties.number("B"), None)[parties.number("A")]
    assert (record.middle, record.is_asserted) == (30 * PARTS, True)
    ownership, parties = owned([asserted])
    assert ownership.holders(parties.number("B"), None)[parties.number("A")].middle == 30 * PARTS


def test_names_have_numbers_once() -> None:
    """Unknown names and missing ones are left out, and each number comes once, in order."""
    parties = PartyIds()
    parties.numbers(["A", "B"])
    assert named(parties, ["B", "A", None, "X", "B"]) == [0, 1]
