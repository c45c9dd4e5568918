"""The last report: noted for registered entities, and written in place, few or many at a time."""

import datetime as dt

import numpy as np
import pyarrow as pa

from comptroller.books.register.last_report import LastReport, record_report
from comptroller.store.duck import DuckDb
from tests.laws.worlds import pack

AT = dt.datetime(2024, 6, 1)


def test_few_and_many_are_written_alike() -> None:
    """Each entity has one row, that of its last fact, in any batch size; unregistered parties have none."""
    duck = DuckDb()
    duck.execute("CREATE TABLE last_report (entity VARCHAR, last_at TIMESTAMP, fact BIGINT)")
    last_report, last = LastReport(duck, lambda entity: entity.startswith("E")), dict[str, int]()
    for fact, among in ((1, 300), (2, 3), (3, 120), (4, 1), (5, 300)):
        latest_rows = {f"E{n}": fact * 1000 + n for n in range(among)} | {"X": fact}
        assert last_report.put(latest_rows, AT) == tuple(sorted(latest_rows.keys() - {"X"}))
        last |= {entity: reported for entity, reported in latest_rows.items() if entity != "X"}
        assert dict(duck.rows("SELECT entity, fact FROM last_report")) == last
        assert duck.rows("SELECT count(*) FROM last_report") == [(len(last),)]
    again = LastReport(duck, lambda _: True)
    assert again.put({"E7": 9000}, AT) == ("E7",)
    assert duck.rows("SELECT fact FROM last_report WHERE entity = 'E7'") == [(9000,)]
    assert again.put({}, AT) == ()


def test_both_sides_of_a_stake_are_heard() -> None:
    """Every entity that has a row in its books gets the latest of its facts."""
    rows, last_report = pa.table({"holder": ["A", "A", None], "entity": ["B", "C", "C"]}), {"C": 1}
    record_report(pack("base").kinds["stake"], rows, np.array([5, 6, 7]), last_report)
    assert last_report == {"A": 6, "B": 5, "C": 7}
