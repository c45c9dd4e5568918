"""Guarantees that go round as rows of `guarantee_circle`, with the days of the whole circle."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from comptroller.books.facts.table_diff import differing_groups
from comptroller.books.register.party_ids import PartyIds
from comptroller.books.relations.related_rows import circle_name
from comptroller.graph.rings import circles
from comptroller.store.duck import DuckDb

_EVER = (-1_000_000, 10_000_000)
_EPOCH = dt.date(1970, 1, 1)
_COLUMNS = ("circle", "position", "legs", "entity", "guarantee", "debtor", "amount_cny", "since", "until", "fact")
_FORMS = {
    "position": pa.int32(),
    "legs": pa.int32(),
    "amount_cny": pa.decimal128(18, 4),
    "since": pa.date32(),
    "until": pa.date32(),
    "fact": pa.int64(),
}


def guarantee_rows(duck: DuckDb, source: str = "guarantee", valid: dt.date | None = None) -> pa.Table:
    """Find every circle of guarantees (rows of the kind) that is whole on some day, or on that day; return its legs."""
    sql = (
        f"SELECT entity, debtor, guarantee, amount_cny, coalesce(date_diff('day', DATE '1970-01-01', valid_from), {_EVER[0]}), "
        f"coalesce(date_diff('day', DATE '1970-01-01', valid_until), {_EVER[1]}), fact FROM {source} AS s "
        "WHERE debtor IS NOT NULL ORDER BY entity, guarantee"
    )
    guarantees, parties = duck.rows(sql), PartyIds()
    rows: list[tuple[object, ...]] = []
    if guarantees:
        holder, debtor = (parties.numbers(column) for column in list(zip(*guarantees, strict=True))[:2])
        since, until = (np.array([row[at] for row in guarantees], np.int64) for at in (4, 5))
        rings = circles(len(parties), holder, debtor, since, until)
        for at in range(len(rings)):
            legs, first, last = (
                [guarantees[edge] for edge in rings.circle(at)],
                int(rings.since[at]),
                int(rings.until[at]),
            )
            if valid is not None and not first <= (valid - _EPOCH).days < last:
                continue
            name, days = circle_name([(leg[0], leg[2]) for leg in legs]), (_day(first), _day(last))
            rows += [
                (name, position, len(legs), leg[0], leg[2], leg[1], leg[3], *days, leg[6])
                for position, leg in enumerate(legs, 1)
            ]
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [[] for _ in _COLUMNS]
    return pa.table({n: pa.array(c, _FORMS.get(n, pa.string())) for n, c in zip(_COLUMNS, columns, strict=True)})


def put_guarantees(duck: DuckDb) -> pa.Table:
    """Write what differs; return the rows that came or went."""
    duck.register("graph_rows", guarantee_rows(duck))
    was, now = "SELECT * FROM guarantee_circle", f"SELECT {', '.join(_COLUMNS)} FROM graph_rows"
    differ = differing_groups(duck, "circle", was, now)
    if differ.num_rows:
        duck.execute("DELETE FROM guarantee_circle")
        duck.execute(f"INSERT INTO guarantee_circle {now}")
    duck.unregister("graph_rows")
    return differ


def _day(number: int) -> dt.date | None:
    return None if number in _EVER else _EPOCH + dt.timedelta(days=number)
