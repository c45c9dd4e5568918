"""NDJSON column by column: used where the result equals the exact reader's, and left to it in doubt."""

import json

import pytest

from comptroller.intake.formats.json.columns import columnar
from comptroller.intake.formats.json.rows import read_ndjson
from comptroller.intake.limits import Limits


def test_columnar_is_used() -> None:
    """Long files of plain facts are read column by column, decimals, late columns and several kinds included."""
    lines = [
        json.dumps(
            {
                "kind": f"k{n % 2}",
                "a": f"x{n}",
                "b": n / 4,
                "c": n % 2 == 0,
                **({"late": 0.5, "day": "2024-01-01"} if n > 900 else {}),
            }
        )
        for n in range(1000)
    ]
    payload = "\n".join(lines).encode()
    fast = columnar(payload, "a", Limits())
    assert fast is not None
    slow, _ = read_ndjson(payload, "a")
    for ours, theirs in zip(fast, slow, strict=True):
        assert ours.kind == theirs.kind
        assert ours.table.select(theirs.table.column_names).equals(theirs.table)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1.5,"b":"x"} {"a":1,"b":"x"}\n',
        b'{"a":"0010","b":"x"}',
        b'{"\\u0061":"0010","b":"x"}',
        b'{"a":1.5,"b":5}',
        b'{"a":1.5,"a":1.5,"b":"x"}',
        b'{"a":1.123456789,"b":"x"}',
        b'{"a":1e35,"b":"x"}',
        b'{"a":1.5,"b":["x"]}',
        b'{"a":1.5,"b":"x","c":{"d":1}}',
        b'{"a":1.5,"b":"\\u0000"}',
        b'{"a":1.5,"b":"x"',
        b"null",
    ],
)
def test_columnar_leaves_doubt(line: bytes) -> None:
    """One line that Arrow would read otherwise leaves the whole file to the exact reader."""
    payload = b'{"a":1.5,"b":"x"}\n' * 300 + line + b"\n"
    assert columnar(payload, "a", Limits()) is None


def test_blank_lines_are_counted() -> None:
    """Blank lines are no facts, and are counted."""
    fast = columnar(b'{"a":"x"}\n\n{"a":"y"}\r\n', "a", Limits())
    assert fast is not None
    assert fast[0].table["line"].to_pylist() == [1, 3]
