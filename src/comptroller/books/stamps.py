"""What the ledger adds to every fact: its number, and when it was received."""

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def stamped(rows: pa.Table, facts: NDArray[np.int64], at: dt.datetime, keep: NDArray[np.bool_]) -> pa.Table:
    """Return the selected rows with their fact numbers and the time they were received."""
    if not keep.all():
        rows, facts = rows.filter(pa.array(keep)), facts[keep]
    stamps = pa.array([at], pa.timestamp("us")).take(pa.array(np.zeros(len(facts), dtype=np.int64)))
    return rows.append_column("fact", pa.array(facts)).append_column("received_at", stamps)
