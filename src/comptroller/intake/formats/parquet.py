"""Parquet as a raw table: every column as text, days and instants in ISO, lists and structs as JSON."""

import pyarrow as pa
import pyarrow.parquet as pq

from comptroller.intake.columns import as_text, names_refused, own_name, values_refused
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import LINE, RawTable
from comptroller.model.refusal import Refusal
from comptroller.store.duck import DuckDb, SqlError

_BATCH = 1 << 16


def read_parquet(payload: bytes, name: str, *, limits: Limits = USUAL) -> tuple[list[RawTable], list[Refusal]]:
    """Read a Parquet file; `line` counts rows from 1. Numbers retain every digit; 3.0 of a float column is '3'."""
    place = (name, None, "")
    try:
        file = pq.ParquetFile(pa.BufferReader(payload))
        names, rows = file.schema_arrow.names, file.metadata.num_rows
        refusals = names_refused(names, place, limits)
        if rows > limits.rows:
            refusals.append(reject("intake.rows.many", place, rows, limit=limits.rows))
        if refusals:
            return [], refusals
        table, refusals = _read(file, name, limits)
    except (pa.ArrowException, SqlError, ValueError, OSError, KeyError, OverflowError) as fault:
        return [], [reject("intake.file.damaged", place, str(fault).split("\n")[0], media="Parquet")]
    if refusals:
        return [], refusals
    if not len(table):
        return [], [reject("intake.file.empty", place, "-")]
    table = table.append_column(LINE, pa.array(range(1, len(table) + 1), pa.int64()))
    refusals = values_refused(table, name, limits)
    return ([], refusals) if refusals else ([RawTable("", table, name)], [])


def _read(file: pq.ParquetFile, name: str, limits: Limits) -> tuple[pa.Table, list[Refusal]]:
    """Read some rows at a time, counting bytes and rows while they come out."""
    duck = DuckDb()
    duck.set_zone("UTC")
    parts: list[pa.Table] = []
    size = rows = 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH):
            size += batch.nbytes
            rows += len(batch)
            if size > limits.bytes_unpacked:
                limit = limits.bytes_unpacked
                unpacked_size = f"more than {limit}"
                return None, [
                    reject("intake.zip.bomb", (name, None, ""), unpacked_size, limit=limit, ratio=limits.ratio)
                ]
            if rows > limits.rows:
                return None, [
                    reject("intake.rows.many", (name, None, ""), f"more than {limits.rows}", limit=limits.rows)
                ]
            table, refusals = _plain(pa.Table.from_batches([batch]), name)
            if refusals:
                return None, refusals
            duck.register("batch", table)
            parts.append(as_text(duck, "batch"))
            duck.unregister("batch")
    finally:
        duck.close()
    return (pa.concat_tables(parts) if parts else pa.table({})), []


def _plain(table: pa.Table, name: str) -> tuple[pa.Table, list[Refusal]]:
    """Return a batch with valid text and bytes decoded as text, or refusals of columns of other bytes by their name."""
    columns, refusals = [], []
    for field in table.schema:
        column = table[field.name]
        try:
            if pa.types.is_dictionary(field.type):
                column = column.cast(field.type.value_type)
            if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
                column = column.cast(pa.string())
            elif pa.types.is_fixed_size_binary(column.type):
                column = column.cast(pa.binary()).cast(pa.string())
            column.validate(full=True)
        except pa.ArrowInvalid as fault:
            refusals.append(reject("intake.file.encoding", (name, None, field.name), fault, also=""))
        columns.append(column)
    return pa.table(columns, names=[own_name(column_name) for column_name in table.column_names]), refusals
