"""Parquet: every type as exact text, damaged and foreign bytes rejected."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from comptroller.intake.formats.parquet import read_parquet
from comptroller.intake.limits import Limits


def parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_types() -> None:
    """Decimals retain their digits, whole floats have no point, days and instants are ISO, lists are JSON."""
    moment = dt.datetime(2024, 1, 2, 3, 4, 5)
    table = pa.table(
        {
            "money": pa.array([Decimal("1.10"), None], pa.decimal128(18, 2)),
            "float": [3.0, 0.1],
            "whole": [10**17, -1],
            "day": [dt.date(2024, 1, 2), None],
            "moment": pa.array([moment, None], pa.timestamp("us")),
            "instant": pa.array([moment, None], pa.timestamp("us", "Asia/Shanghai")),
            "flag": [True, False],
            "word": pa.array(["x", ""]).dictionary_encode(),
            "bytes": pa.array([b"y", None], pa.binary()),
            "list": [[{"p": "1"}], []],
            "line": ["own", "own"],
        }
    )
    raws, refusals = read_parquet(parquet(table), "a.parquet")
    assert refusals == []
    first, second = raws[0].table.to_pylist()
    assert first == {
        "money": "1.10",
        "float": "3",
        "whole": "100000000000000000",
        "day": "2024-01-02",
        "moment": "2024-01-02T03:04:05",
        "instant": "2024-01-02T03:04:05Z",
        "flag": "true",
        "word": "x",
        "bytes": "y",
        "list": '[{"p":"1"}]',
        "line_in_file": "own",
        "line": 1,
    }
    assert (second["money"], second["word"], second["float"], second["list"], second["line"]) == (
        None,
        None,
        "0.1",
        "[]",
        2,
    )
    assert all(pa.types.is_string(f.type) for f in raws[0].table.schema if f.name != "line")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"PAR1 nonsense PAR1", "intake.file.damaged"),
        (parquet(pa.table({"a": [1]}))[:-5], "intake.file.damaged"),
        (parquet(pa.table({"a": pa.array([], pa.int64())})), "intake.file.empty"),
        (parquet(pa.table({"a": pa.array([b"\xff"], pa.binary())})), "intake.file.encoding"),
        (parquet(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])), "intake.header.twice"),
        (parquet(pa.table({"": [1]})), "intake.header.empty"),
        (parquet(pa.table({"a": ["x\0y"]})), "intake.file.nul"),
    ],
)
def test_refusals(payload: bytes, code: str) -> None:
    """Damaged files, empty files and bytes that are not text are rejected by name."""
    raws, refusals = read_parquet(payload, "a.parquet")
    assert raws == []
    assert code in [one.code for one in refusals]


def test_limits() -> None:
    """Rows, columns and unpacked bytes are limited."""
    payload = parquet(pa.table({"a": ["x" * 1000] * 1000, "b": [1] * 1000}))
    for limits, code in (
        (Limits(rows=10), "intake.rows.many"),
        (Limits(columns=1), "intake.columns.many"),
        (Limits(bytes_unpacked=10_000), "intake.zip.bomb"),
        (Limits(cell_chars=10), "intake.cell.long"),
    ):
        assert read_parquet(payload, "a", limits=limits)[1][0].code == code
