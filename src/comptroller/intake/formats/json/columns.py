"""Long NDJSON read column by column, without a Python object for each row; returns nothing where only care will do."""

import re
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from comptroller.intake.columns import names_refused, text_table
from comptroller.intake.formats.json.facts import columns_of, is_kind
from comptroller.intake.limits import Limits
from comptroller.intake.raw_table import LINE, RawTable

_SAMPLE = 200
_SCALE = 6
"""Digits after the point that Arrow's decimals are read with: more is read one by one."""
_NUMBER = pa.decimal128(38, _SCALE)
_BLOCK = 4 << 20
_TYPES: dict[frozenset[type], pa.DataType] = {
    frozenset(): pa.string(),
    frozenset({str}): pa.string(),
    frozenset({bool}): pa.bool_(),
    frozenset({int}): pa.int64(),
    frozenset({float}): _NUMBER,
    frozenset({int, float}): _NUMBER,
}
_DECODE = msgspec.json.Decoder().decode


def columnar(payload: bytes, name: str, limits: Limits, kind: str | None = None) -> list[RawTable] | None:
    """Return the facts of the lines by kind (each names its own where `kind` is None); None where the exact reader is
    needed.

    The result equals that of reading one by one (a test checks this). Arrow reads some input differently, and that is
    left to the exact reader: nested values, escaped names, text among numbers, blank or broken lines.
    """
    lines = _lines(payload)
    types = _sample(payload)
    if lines is None or types is None or b"\\u0000" in payload:
        return None
    if kind is None and types.get("kind", pa.string()) != pa.string():
        return None
    table = _read(payload, types)
    if table is None or len(table) != len(lines):
        return None
    names, columns = table.column_names, []
    for field in table.schema:
        column = _text(table[field.name])
        if column is None or (field.type == _NUMBER and not _pure(payload, field.name)):
            return None
        columns.append(column)
    if len(lines) > limits.rows or names_refused(names, (name, None, ""), limits):
        return None
    all_rows = text_table(names, columns, pa.array(lines))
    return _by_kind(all_rows, name) if kind is None else [RawTable(kind, all_rows, name)]


def _lines(payload: bytes) -> np.ndarray[Any, Any] | None:
    """Return the numbers of the lines that hold something; None where a line may not be exactly one object.

    When each line begins with `{` and ends with `}`, and there are as many objects as lines, each line is one object:
    after a closing brace at a line's end, an object cannot go on with an opening one.
    """
    data = np.frombuffer(payload, dtype=np.uint8)
    ends = np.flatnonzero(data == 0x0A)
    if not len(data) or data[-1] != 0x0A:
        ends = np.append(ends, len(data))
    starts = np.append(0, ends[:-1] + 1)
    if b"\r" in payload:
        ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == 0x0D))
    full = ends > starts
    starts, ends = starts[full], ends[full]
    if not len(starts) or (data[starts] != 0x7B).any() or (data[ends - 1] != 0x7D).any():
        return None
    numbered: np.ndarray[Any, Any] = np.flatnonzero(full).astype(np.int64) + 1
    return numbered


def _sample(payload: bytes) -> dict[str, pa.DataType] | None:
    """Return the columns of the first lines with their Arrow types; None for values that Arrow cannot return as
    text.
    """
    facts = []
    for match in islice(re.finditer(rb"[^\r\n]+", payload), _SAMPLE):
        try:
            facts.append(_DECODE(match[0]))
        except (ValueError, RecursionError):
            return None
        if type(facts[-1]) is not dict:
            return None
    names, columns = columns_of(facts)
    types = {}
    for name, values in zip(names, columns, strict=True):
        kind = _TYPES.get(frozenset({type(value) for value in values} - {type(None)}))
        if kind is None:
            return None
        types[name] = kind
    return types


def _read(payload: bytes, types: dict[str, pa.DataType]) -> pa.Table | None:
    """Read the lines with those types; columns that come later are read as Arrow sees them, then as exact text."""
    for _ in range(2):
        try:
            table = pj.read_json(
                pa.BufferReader(payload),
                read_options=pj.ReadOptions(block_size=_BLOCK),
                parse_options=pj.ParseOptions(
                    explicit_schema=pa.schema(list(types.items())), unexpected_field_behavior="infer"
                ),
            )
        except (pa.ArrowException, ValueError, OSError):
            return None
        later = {f.name: f.type for f in table.schema if f.name not in types}
        redo = {n: t for n, t in later.items() if pa.types.is_floating(t) or pa.types.is_timestamp(t)}
        if not redo:
            return table
        types = {**types, **{n: _NUMBER if pa.types.is_floating(t) else pa.string() for n, t in redo.items()}}
    return None


def _pure(payload: bytes, name: str) -> bool:
    """Return whether no column of numbers contains text: Arrow would read "0010" as 10."""
    if b"\\u00" in payload or (not name.isascii() and b"\\u" in payload) or not re.fullmatch(r"[^\"\\/]*", name):
        return False
    return re.search(rb'"' + re.escape(name.encode()) + rb'"\s*:\s*"', payload) is None


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a column's values as text; None for types that have no text of their own here."""
    if pa.types.is_decimal(column.type):
        return pc.utf8_rtrim(pc.utf8_rtrim(column.cast(pa.string()), "0"), ".")
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.string())
    return None


def _by_kind(table: pa.Table, name: str) -> list[RawTable] | None:
    """Part the rows by the kind that they name."""
    if "kind" not in table.column_names:
        return [RawTable("", table, name)]
    names = pc.fill_null(table["kind"], "")
    rest = table.drop_columns(["kind"])
    kinds = pc.unique(names).to_pylist()
    if not all(map(is_kind, kinds)):
        return None
    if len(kinds) == 1:
        return [RawTable(kinds[0], rest, name)]
    return [RawTable(kind, without_empty(rest.filter(pc.equal(names, kind))), name) for kind in kinds]


def without_empty(table: pa.Table) -> pa.Table:
    """Leave out columns that hold nothing: among several kinds they belong to another."""
    return table.select([n for n in table.column_names if n == LINE or table[n].null_count < len(table)])
