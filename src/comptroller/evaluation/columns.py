"""Columns in growing arrays. Taking a few rows as Arrow costs the same however many rows are stored."""

from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from comptroller.store.index import grown

_NO_INT = np.iinfo(np.int64).min


class Column(Protocol):
    """One column: values are appended, and read by row number."""

    def add(self, values: pa.ChunkedArray) -> None:
        """Add values."""
        ...

    def take(self, rows: NDArray[np.int64]) -> pa.Array:
        """Return the values of those rows."""
        ...


def arrow_type(form: str) -> pa.DataType:
    """Return the Arrow type of an SQL type of a kind's field."""
    if form.startswith("DECIMAL"):
        precision, scale = (int(x) for x in form[8:-1].split(","))
        return pa.decimal128(precision, scale)
    return _FORMS[form]


def column_of(form: str) -> Column:
    """Return an empty column for an SQL type of a kind's field."""
    kind = arrow_type(form)
    if form == "VARCHAR":
        return Texts()
    if pa.types.is_decimal(kind):
        return Decimals(kind)
    return Plain(kind, *_STORED[form])


_FORMS: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
}
_STORED: dict[str, tuple[pa.DataType, Any, Any]] = {
    "BIGINT": (pa.int64(), np.int64, _NO_INT),
    "DATE": (pa.int32(), np.int32, np.iinfo(np.int32).min),
    "TIMESTAMP": (pa.int64(), np.int64, _NO_INT),
    "DOUBLE": (pa.float64(), np.float64, np.nan),
    "BOOLEAN": (pa.int8(), np.int8, -1),
}
"""How values of a type are stored: the Arrow type, the array type, and the value that represents null."""


class Plain:
    """Numbers, days, instants and flags; one value represents null."""

    def __init__(self, form: pa.DataType, stored: pa.DataType, dtype: Any, none: Any) -> None:
        """Begin empty."""
        self._form, self._stored, self._none = form, stored, none
        self._values = np.empty(0, dtype=dtype)
        self._count = 0

    def add(self, values: pa.ChunkedArray) -> None:
        """Add values."""
        stop = self._count + len(values)
        self._values = grown(self._values, stop)
        plain = values.cast(self._form).cast(self._stored)
        self._values[self._count : stop] = plain.fill_null(self._none).to_numpy()
        self._count = stop

    def take(self, rows: NDArray[np.int64]) -> pa.Array:
        """Return the values of those rows."""
        values = self._values[rows]
        none = np.isnan(values) if self._stored == pa.float64() else values == self._none
        return pa.array(values, self._stored, mask=none).cast(self._form)


class Decimals:
    """Decimals of at most 18 digits, stored as 64-bit integers."""

    def __init__(self, form: pa.DataType) -> None:
        """Begin empty."""
        self._form = form
        self._values = np.empty(0, dtype=np.int64)
        self._count = 0

    def add(self, values: pa.ChunkedArray) -> None:
        """Add values."""
        stop = self._count + len(values)
        self._values = grown(self._values, stop)
        at = self._count
        for chunk in values.cast(self._form).chunks:
            words = np.frombuffer(chunk.buffers()[1], dtype=np.int64)
            low = words[2 * chunk.offset : 2 * (chunk.offset + len(chunk)) : 2]
            part = np.where(chunk.is_null().to_numpy(zero_copy_only=False), _NO_INT, low) if chunk.null_count else low
            self._values[at : at + len(chunk)] = part
            at += len(chunk)
        self._count = stop

    def take(self, rows: NDArray[np.int64]) -> pa.Array:
        """Return the values of those rows."""
        values = self._values[rows]
        none = values == _NO_INT
        words = np.empty(2 * len(values), dtype=np.int64)
        words[0::2] = np.where(none, 0, values)
        words[1::2] = np.where(none, 0, values >> 63)
        valid = pa.array(~none).buffers()[1]
        return pa.Array.from_buffers(self._form, len(values), [valid, pa.py_buffer(words)])


@njit(cache=True)
def _gather(
    starts: NDArray[np.int64],
    heap: NDArray[np.uint8],
    rows: NDArray[np.int64],
    offsets: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    at = 0
    for i in range(len(rows)):
        begin, end = starts[rows[i]], starts[rows[i] + 1]
        offsets[i] = at
        for j in range(begin, end):
            out[at] = heap[j]
            at += 1
    offsets[len(rows)] = at


class Texts:
    """Texts. Values that repeat often are stored once and referred to by code, others are stored in sequence;
    an empty text represents null.
    """

    def __init__(self) -> None:
        """Begin empty, in the form that stores each text once."""
        self._count = 0
        self._codes: NDArray[np.int32] | None = np.empty(0, dtype=np.int32)
        self._known: dict[str | None, int] = {None: 0}
        self._starts = np.zeros(2, dtype=np.int64)
        self._heap = np.empty(0, dtype=np.uint8)
        self._texts = 0
        self._append(pa.array([""]))

    def add(self, values: pa.ChunkedArray) -> None:
        """Add values; a column with mostly different texts changes to the form without codes."""
        if self._codes is None:
            self._append(values.cast(pa.string()).fill_null("").combine_chunks())
            self._count += len(values)
            return
        stop = self._count + len(values)
        coded = values.cast(pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
        fresh = []
        places = np.empty(len(coded.dictionary), dtype=np.int32)
        for i, text in enumerate(coded.dictionary.to_pylist()):
            if text not in self._known:
                self._known[text] = len(self._known)
                fresh.append(text)
            places[i] = self._known[text]
        if fresh:
            self._append(pa.array(fresh, pa.string()))
        self._codes = grown(self._codes, stop)
        self._codes[self._count : stop] = places[coded.indices.to_numpy()] if len(coded) else 0
        self._count = stop
        if self._count > 50_000 and len(self._known) * 4 > self._count:
            self._spread()

    def _append(self, texts: pa.Array) -> None:
        """Append texts to the heap."""
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks()
        texts = texts.cast(pa.large_string())
        offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
        size = int(offsets[-1] - offsets[0]) if len(texts) else 0
        end = int(self._starts[self._texts])
        self._starts = grown(self._starts, self._texts + len(texts) + 1)
        self._heap = grown(self._heap, end + size)
        if size:
            raw = np.frombuffer(texts.buffers()[2], dtype=np.uint8)
            self._heap[end : end + size] = raw[int(offsets[0]) : int(offsets[-1])]
        self._starts[self._texts + 1 : self._texts + len(texts) + 1] = offsets[1:] - offsets[0] + end
        self._texts += len(texts)

    def _spread(self) -> None:
        """Stop using codes: each row has its own text from here on."""
        assert self._codes is not None
        every = self._texts_of(self._codes[: self._count].astype(np.int64))
        self._codes, self._known, self._texts = None, {}, 0
        self._starts, self._heap = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.uint8)
        self._append(every)

    def _texts_of(self, places: NDArray[np.int64]) -> pa.Array:
        sizes = self._starts[places + 1] - self._starts[places]
        offsets = np.empty(len(places) + 1, dtype=np.int32)
        out = np.empty(int(sizes.sum()), dtype=np.uint8)
        _gather(self._starts, self._heap, places, offsets, out)
        valid = pa.array(sizes > 0).buffers()[1]
        return pa.Array.from_buffers(pa.string(), len(places), [valid, pa.py_buffer(offsets), pa.py_buffer(out)])

    def take(self, rows: NDArray[np.int64]) -> pa.Array:
        """Return the values of those rows."""
        if self._codes is None:
            return self._texts_of(rows)
        codes = self._codes[rows]
        used, places = np.unique(codes, return_inverse=True)
        texts = self._texts_of(used.astype(np.int64))
        return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), texts).cast(pa.string())
