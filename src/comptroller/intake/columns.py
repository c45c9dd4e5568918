"""Columns of text: how values of any type become the text columns of a raw table, and what no column may hold."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from comptroller.intake.limits import Limits
from comptroller.intake.messages import Place, reject
from comptroller.intake.raw_table import LINE
from comptroller.model.refusal import Refusal
from comptroller.store.duck import DuckDb

OWN = (LINE, "report", "seq", "day_cells")
"""Columns that intake adds; a file's own column of such a name gets `_in_file` behind it, once more than it has, so that no two are alike."""
_BEHIND = "_in_file"
_SHOWN = 5
DAY_CELLS, BETWEEN = "day_cells", "\x1f"
"""The column of a raw table that names which cells of a row are days, and what is between the names."""


def own_name(name: str) -> str:
    """Return the name a file's column has in a raw table.

    >>> own_name("line"), own_name("amount")
    ('line_in_file', 'amount')
    """
    plain = name
    while plain.endswith(_BEHIND):
        plain = plain.removesuffix(_BEHIND)
    return f"{name}{_BEHIND}" if plain in OWN else name


def header(cell: str) -> str:
    """Return a header cell as a name: without blanks around it, line breaks in it, and the star of a required field.

    >>> header(" amount * ")
    'amount'
    """
    return " ".join(cell.strip().rstrip("*\uff0a").split())


def names_refused(names: Sequence[str], place: Place, limits: Limits) -> list[Refusal]:
    """Return refusals of empty, repeated, overlong and unprintable names, and of too many names."""
    file, line, _ = place
    if len(names) > limits.columns:
        return [reject("intake.columns.many", place, len(names), limit=limits.columns)]
    refusals = []
    earlier: set[str] = set()
    for position, name in enumerate(names, start=1):
        here = (file, line, f"{name or position}")
        if not name:
            refusals.append(reject("intake.header.empty", here, f"column {position}"))
        elif name in earlier:
            refusals.append(reject("intake.header.twice", here, name))
        elif len(name) > limits.name_chars or not name.isprintable():
            refusals.append(reject("intake.header.long", here, name, limit=limits.name_chars))
        earlier.add(name)
    return refusals


def blank_to_null(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Return a text column with null in place of empty text."""
    empty = pc.equal(column, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), column) if pc.any(empty).as_py() else column


def text_table(names: Sequence[str], columns: Sequence[pa.Array | pa.ChunkedArray], lines: pa.Array) -> pa.Table:
    """Return a raw table from text columns and the numbers of their lines."""
    column_names = [own_name(name) for name in names]
    return pa.table([*(blank_to_null(column) for column in columns), lines], names=[*column_names, LINE])


def with_days(table: pa.Table, days: Mapping[str, NDArray[np.bool_]]) -> pa.Table:
    """Return a raw table with a column that names, row by row, the cells that a workbook keeps as days; `days` is by column."""
    if not days:
        return table
    named = [pc.if_else(pa.array(mask), pa.scalar(name), pa.scalar("")) for name, mask in days.items()]
    return table.append_column(DAY_CELLS, pc.binary_join_element_wise(*named, BETWEEN))


def sound_values(column: pa.Array | pa.ChunkedArray, limits: Limits) -> bool:
    """Return whether no value is too long or contains NUL."""
    longest = pc.max(pc.binary_length(column)).as_py() or 0
    return longest <= limits.cell_chars and not pc.any(pc.match_substring(column, "\0")).as_py()


def values_refused(table: pa.Table, name: str, limits: Limits) -> list[Refusal]:
    """Return refusals of values that are too long or contain NUL: the first few of each column, by line."""
    refusals = []
    for field in table.schema:
        if field.name in OWN or not pa.types.is_string(field.type) or not len(table):
            continue
        column = table[field.name]
        if sound_values(column, limits):
            continue
        long, nul = pc.greater(pc.utf8_length(column), limits.cell_chars), pc.match_substring(column, "\0")
        for place, value in _where(table, field.name, long, name):
            refusals.append(reject("intake.cell.long", place, f"{len(value)}: {value[:40]}", limit=limits.cell_chars))
        refusals.extend(reject("intake.file.nul", p, s) for p, s in _where(table, field.name, nul, name))
    return refusals


def _where(table: pa.Table, field: str, wrong: pa.ChunkedArray, name: str) -> list[tuple[Place, str]]:
    """Return the places and values of the first rows that are wrong."""
    rows = table.select([field, LINE]).filter(wrong).slice(0, _SHOWN)
    return [((name, row[LINE], field), row[field]) for row in rows.to_pylist()]


def matching(table: pa.Table, pattern: str, name: str) -> list[tuple[Place, str]]:
    """Return place and value of text that matches a pattern, the first few of each column."""
    hits = []
    for field in table.schema:
        if pa.types.is_string(field.type):
            wrong = pc.match_substring_regex(table[field.name], pattern)
            hits += _where(table, field.name, wrong, name) if pc.any(wrong).as_py() else []
    return hits


def as_text(duck: DuckDb, table: str, order: str = "") -> pa.Table:
    """Return a table's columns as text: ISO days and instants, exact numbers, lists and structs as JSON; `line` stays.

    Raises what DuckDB raises when a value cannot be computed.
    """
    listed = ", ".join(_text_of(str(row[0]), str(row[1])) for row in duck.rows(f"DESCRIBE {table}"))
    return duck.arrow(f"SELECT {listed} FROM {table} {order}")


def _text_of(name: str, type_: str) -> str:
    """Return the SQL that turns one column into text."""
    column = '"' + name.replace('"', '""') + '"'
    if name == LINE:
        return column
    if type_ == "VARCHAR":
        sql = column
    elif type_.startswith(("STRUCT", "MAP", "UNION")) or type_.endswith("]"):
        sql = f"CAST(to_json({column}) AS VARCHAR)"
    elif type_ in {"DOUBLE", "FLOAT"}:
        sql = f"regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '')"
    elif type_ == "TIMESTAMP WITH TIME ZONE":
        sql = f"replace(CAST(timezone('UTC', {column}) AS VARCHAR), ' ', 'T') || 'Z'"
    elif type_.startswith("TIMESTAMP"):
        sql = f"replace(CAST({column} AS VARCHAR), ' ', 'T')"
    else:
        sql = f"CAST({column} AS VARCHAR)"
    return f"nullif({sql}, '') AS {column}"
