"""Clocks that run out: a fact written once, at the first tick that detects it, so that later ticks need not check
again.

- A clock has run out when its last day is before the day of the last tick, and it is neither ended nor stopped.
- An extended or resumed clock has not run out until its new last day is past.
"""

import datetime as dt

import pyarrow as pa

from comptroller.cases.case import Running
from comptroller.model.kind import Kind
from comptroller.store.duck import DuckDb

_MARK = 0x52414E5F4F555421
"""Distinguishes the content hash of a clock that ran out from its previous one."""


def has_run_out(run: Running, today: dt.date | None) -> bool:
    """Return whether a clock has run out on the day of the last tick."""
    if today is None or run.due_on is None or run.ended_on or run.stopped_on:
        return False
    return run.due_on < today


def run_out(duck: DuckDb, kind: Kind, today: dt.date, written: pa.Table | None) -> pa.Table | None:
    """Return the clocks that run out by a day as rows for the fact tables, except those in `written`."""
    names = ", ".join(f'c."{field.name}"' for field in kind.fields if field.name != "ran_out")
    keys = written.select(["case_id", "clock", "instance"]) if written is not None else None
    if keys is not None:
        duck.register("written_clocks", keys)
    aside = "AND (c.case_id, c.clock, c.instance) NOT IN (FROM written_clocks)" if keys is not None else ""
    rows = duck.arrow(
        f"SELECT {names}, true AS ran_out, a.key_hash, xor(a.content_hash, {_MARK}::UBIGINT) AS content_hash "
        "FROM case_clock AS c JOIN all_case_clock AS a USING (fact) WHERE c.ended_on IS NULL AND c.stopped_on IS NULL "
        f"AND c.due_on < ? AND NOT coalesce(c.ran_out, false) {aside} ORDER BY c.case_id, c.clock, c.instance",
        [today],
    )
    if keys is not None:
        duck.unregister("written_clocks")
    if not rows.num_rows:
        return None
    return rows.append_column("act", pa.array(["correct"] * rows.num_rows))
