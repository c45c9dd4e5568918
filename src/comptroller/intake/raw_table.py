"""A report's file as raw tables: every value as text, every row with its line, nothing judged yet."""

from dataclasses import dataclass

import pyarrow as pa

LINE = "line"
"""The column of a raw table with the line (row, element) of a fact in its file; from 1."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that reading did other than taking a value as it is: how often, and where first.

    Codes of one field: blanks, width, missing, form, synonym, no_time, unit. Codes of a file, with `field` '': total,
    header, encoding, hidden_sheet, hidden_row, merged. `read` is what is recorded of the text as `sent`.
    """

    code: str
    field: str
    rows: int
    line: int
    sent: str
    read: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of one kind as they are in a file.

    `table` has text columns (VARCHAR; empty text is null) with the names of the file, and the int64 column `line`. A
    nested list is one text column of JSON. `kind` is '' where the file does not name it. `place` is the name of the
    file, followed by the sheet or the member of an archive.
    `notes` are about the file and its form.
    """

    kind: str
    table: pa.Table
    place: str
    notes: tuple[Note, ...] = ()
