"""A report's file as raw tables: every value as text, every row with its line, nothing judged yet."""

from dataclasses import dataclass

import pyarrow as pa

LINE = "line"
"""The column of a raw table that says in which line (row, element) of the file a fact stands; from 1."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of one kind as a file gave them.

    `table` has text columns (VARCHAR; empty text is null) named as the file named them, and the int64 column `line`.
    A nested list is one text column holding JSON. `kind` is '' where the file does not say it. `place` is the file's
    name, with the sheet or the member of an archive behind it.
    """

    kind: str
    table: pa.Table
    place: str
