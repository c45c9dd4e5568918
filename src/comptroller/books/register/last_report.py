"""The latest report about each entity of the register: who a batch is about, and the table `last_report`.

An entity comes into the register by a report about itself, so nothing is lost by noting registered entities only. Rows
are in the order of their facts. A row to rewrite is found by the fact that it named last, and nothing else is read.
"""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.model.kind import Kind
from comptroller.store.duck import DuckDb

_FEW = 50
"""Of so many entities the rows are named one by one."""


def record_report(kind: Kind, table: pa.Table, facts: NDArray[np.int64], latest: dict[str, int]) -> None:
    """Note the latest fact about each entity that has the rows in its books."""
    for column in kind.books:
        if len(facts) <= _FEW:
            for entity, fact in zip(table.column(column).to_pylist(), facts.tolist(), strict=True):
                if entity is not None:
                    latest[entity] = max(latest.get(entity, 0), fact)
            continue
        pairs = pa.table({"entity": table.column(column), "fact": facts})
        groups = pairs.group_by("entity").aggregate([("fact", "max")])
        for row in groups.to_pylist():
            if row["entity"] is not None:
                latest[row["entity"]] = max(latest.get(row["entity"], 0), row["fact_max"])


class LastReport:
    """The table `last_report`, and which fact it names of each entity."""

    def __init__(self, duck: DuckDb, is_known: Callable[[str], bool]) -> None:
        """Begin with nothing read; only of those who are known is anything noted."""
        self._duck, self._is_known = duck, is_known
        self._last: dict[str, int] | None = None

    def put(self, latest: dict[str, int], at: dt.datetime) -> tuple[str, ...]:
        """Write the latest facts of those entities, received at that time; return the entities, in order."""
        mine = {entity: latest[entity] for entity in sorted(latest) if self._is_known(entity)}
        if not mine:
            return ()
        if self._last is None:
            self._last = dict(self._duck.rows("SELECT entity, fact FROM last_report"))
        gone = sorted({self._last[entity] for entity in mine if entity in self._last})
        self._duck.register(
            "new_last_report", pa.table({"entity": list(mine), "fact": pa.array(mine.values(), pa.int64())})
        )
        if gone:
            near = (
                f"fact IN ({', '.join(map(str, gone))})"
                if len(gone) <= _FEW
                else f"fact BETWEEN {gone[0]} AND {gone[-1]}"
            )
            self._duck.execute(
                f"DELETE FROM last_report WHERE {near} AND entity IN (SELECT entity FROM new_last_report)"
            )
        self._duck.execute(
            "INSERT INTO last_report SELECT entity, CAST(? AS TIMESTAMP), fact FROM new_last_report", [at]
        )
        self._duck.unregister("new_last_report")
        self._last |= mine
        return tuple(mine)
