"""The latest report about each entity: what a batch says of whom, and the table `heard`."""

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.model.kind import Kind
from comptroller.store.duck import Duck


def hear(kind: Kind, table: pa.Table, facts: NDArray[np.int64], heard: dict[str, int]) -> None:
    """Note the latest fact about each entity in whose books the rows are."""
    for column in kind.books:
        pairs = pa.table({"entity": table.column(column), "fact": facts})
        groups = pairs.group_by("entity").aggregate([("fact", "max")])
        for row in groups.to_pylist():
            if row["entity"] is not None:
                heard[row["entity"]] = max(heard.get(row["entity"], 0), row["fact_max"])


def put_heard(duck: Duck, heard: dict[str, int], at: dt.datetime) -> None:
    """Write the latest facts of those entities, received at that time."""
    if not heard:
        return
    rows = pa.table({"entity": list(heard), "fact": pa.array(list(heard.values()), pa.int64())})
    duck.register("new_heard", rows)
    duck.execute("DELETE FROM heard WHERE entity IN (SELECT entity FROM new_heard)")
    duck.execute("INSERT INTO heard SELECT entity, CAST(? AS TIMESTAMP), fact FROM new_heard", [at])
    duck.unregister("new_heard")
