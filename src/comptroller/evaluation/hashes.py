"""Hashes that find rows: of a docket's columns, and of a docket with a stretch of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from comptroller.evaluation.columns import arrow_type
from comptroller.model.policy import Window

Hashes = NDArray[np.uint64]
_BEGIN, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_STEP, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Key:
    """The hashed part of a row: columns; with a window also its day's stretch of that length, moved by `step`
    stretches.
    """

    columns: tuple[str, ...]
    window: Window | None = None
    step: int = 0


def key_hashes(rows: pa.Table, keys: Iterable[Key]) -> dict[Key, Hashes]:
    """Return for each key the hashes of rows: 0 if a part of it is null, and never 0 otherwise."""
    wanted = dict.fromkeys(keys)
    dockets = {key.columns: np.empty(0, dtype=np.uint64) for key in wanted}
    texts = {name: text_hashes(rows.column(name)) for name in {name for columns in dockets for name in columns}}
    dockets = {columns: _combine([texts[name] for name in columns]) for columns in dockets}
    days = {key.window.on: _days(rows.column(key.window.on)) for key in wanted if key.window}
    return {
        key: _mix_stretch(dockets[key.columns], days[key.window.on], key.window.days, key.step)
        if key.window
        else dockets[key.columns]
        for key in wanted
    }


def docket_hashes(forms: Sequence[str], values: Sequence[Sequence[Any]]) -> Hashes:
    """Return the hashes of dockets with those SQL types and values, equal to what `key_hashes` returns for rows."""
    columns = [pa.chunked_array([pa.array(cells, arrow_type(form))]) for form, cells in zip(forms, values, strict=True)]
    return _combine([text_hashes(column) for column in columns])


def text_hashes(values: pa.ChunkedArray) -> Hashes:
    """Return the hash of each value's text (FNV-1a, mixed); 0 for null."""
    texts = values.cast(pa.large_string()).combine_chunks()
    if isinstance(texts, pa.ChunkedArray):
        texts = pa.array([], pa.large_string()) if not texts.num_chunks else texts.chunk(0)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    hashes = np.empty(len(texts), dtype=np.uint64)
    if len(texts):
        _hash_texts(offsets, np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, dtype=np.uint8), hashes)
    if texts.null_count:
        hashes[texts.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashes


@njit(cache=True)
def _hash_texts(offsets: NDArray[np.int64], data: NDArray[np.uint8], hashes: Hashes) -> None:
    for at in range(len(hashes)):
        value = _BEGIN
        for place in range(offsets[at], offsets[at + 1]):
            value = (value ^ np.uint64(data[place])) * _PRIME
        value ^= value >> np.uint64(32)
        value *= _MIX
        value ^= value >> np.uint64(29)
        hashes[at] = max(value, np.uint64(1))


def _combine(parts: Sequence[Hashes]) -> Hashes:
    """Return one hash for the hashes of several columns, in their order."""
    combined = parts[0]
    with np.errstate(over="ignore"):
        for part in parts[1:]:
            mixed = (combined * _PRIME ^ part) * _MIX
            mixed ^= mixed >> np.uint64(32)
            combined = np.where((combined == 0) | (part == 0), np.uint64(0), np.maximum(mixed, np.uint64(1)))
    return combined


def _days(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the days of a column, counted from 1970-01-01, and a mask of the nulls."""
    days = column.cast(pa.date32()).cast(pa.int32())
    return days.fill_null(0).to_numpy().astype(np.int64), days.is_null().to_numpy()


def _mix_stretch(hashes: Hashes, days: tuple[NDArray[np.int64], NDArray[np.bool_]], length: int, step: int) -> Hashes:
    """Return the hashes mixed with the number of a stretch of time; 0 if the hash is 0 or the day is null."""
    stretch = np.floor_divide(days[0], length) + step
    with np.errstate(over="ignore"):
        mixed = (hashes ^ (stretch.astype(np.uint64) * _STEP)) * _MIX
        mixed ^= mixed >> np.uint64(32)
        mixed = np.maximum(mixed * _MIX, np.uint64(1))
    return np.where((hashes == 0) | days[1], np.uint64(0), mixed)
