"""JSON and NDJSON: shapes of a report, exact values, refusals with their lines, and the same result from both
readers.
"""

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from comptroller.intake.formats.json import rows as json_rows
from comptroller.intake.formats.json.columns import columnar
from comptroller.intake.formats.json.rows import read_json, read_ndjson, read_small
from comptroller.intake.limits import Limits
from comptroller.intake.raw_table import RawTable


def rows(raws: list[RawTable]) -> dict[str, list[dict[str, object]]]:
    """Return the rows by kind, absent and null alike, without regard to the order of columns."""
    given: dict[str, list[dict[str, object]]] = {}
    for raw in raws:
        for row in raw.table.to_pylist():
            given.setdefault(raw.kind, []).append({k: v for k, v in row.items() if v is not None})
    return given


def codes(payload: bytes, **limits: int) -> list[tuple[str, int | None, str]]:
    """Return code, line and field of each refusal of a JSON text."""
    return [(one.code, one.line, one.field) for one in read_json(payload, "a.json", limits=Limits(**limits))[1]]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"kind": "payment", "amount": 5}', {"payment": [{"amount": "5", "line": 1}]}),
        (b'[{"a": 1}, {"a": 2}]', {"": [{"a": "1", "line": 1}, {"a": "2", "line": 2}]}),
        (b'{"kind": "payment", "facts": [{"a": "x"}]}', {"payment": [{"a": "x", "line": 1}]}),
        (
            b'{"kind": "payment", "facts": [{"kind": "study", "a": "x"}]}',
            {"payment": [{"kind": "study", "a": "x", "line": 1}]},
        ),
        (
            b'{"facts": {"payment": [{"a": 1}, {"a": 2}], "decision": [{"b": 1, "act": "correct"}]}}',
            {
                "payment": [{"a": "1", "line": 1}, {"a": "2", "line": 2}],
                "decision": [{"b": "1", "act": "correct", "line": 3}],
            },
        ),
        (b'\xef\xbb\xbf {"a": 1}\n', {"": [{"a": "1", "line": 1}]}),
    ],
)
def test_shapes(payload: bytes, expected: dict[str, list[dict[str, object]]]) -> None:
    """One fact, a list, and both envelopes are read; in an envelope that names the kind, `kind` is a field."""
    raws, refusals = read_json(payload, "a.json")
    assert refusals == []
    assert rows(raws) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.10", "1.1"),
        ("0.1", "0.1"),
        ("12345678901234.5678", "12345678901234.5678"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1e3", "1000"),
        ("-0.0", "0"),
        ("0.000000001", "0.000000001"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', None),
        ('"0010"', "0010"),
        ('"1.10"', "1.10"),
        ('[{"p": 1.50, "q": "x"}]', '[{"p":"1.5","q":"x"}]'),
        ("[]", "[]"),
    ],
)
def test_values(value: str, text: str | None) -> None:
    """Numbers retain their exact decimal value, text stays as it is, nothing and empty are null, lists become JSON."""
    raws, refusals = read_json(f'{{"v": {value}}}'.encode(), "a.json")
    assert refusals == []
    assert raws[0].table["v"].to_pylist() == [text]
    assert raws[0].table["v"].type == pa.string()


@pytest.mark.parametrize(
    ("payload", "refused"),
    [
        (b"", ("intake.file.empty", None, "")),
        (b"[]", ("intake.file.empty", None, "")),
        (b"{", ("intake.json.syntax", None, "")),
        (b"[1]", ("intake.json.shape", 1, "")),
        (b'"x"', ("intake.json.shape", None, "")),
        (b'{"a": NaN}', ("intake.json.syntax", None, "")),
        (b'[{"a": 1}, {"a": 1, "a": 2}]', ("intake.json.twice", 2, "a")),
        (b'[{"a" : 1, "a":2}]', ("intake.json.twice", 1, "a")),
        (b'[{"a": 1, "\\u0061": 2}]', ("intake.json.twice", 1, "a")),
        (b'[{"v": [{"p": 1, "p": 2}]}]', ("intake.json.twice", 1, "p")),
        (b'{"kind": "x", "kind": "y", "facts": [{}]}', ("intake.json.twice", None, "kind")),
        (b'{"facts": [{}], "facts": [{"a": 1}]}', ("intake.json.twice", None, "facts")),
        (b'{"kind": 5, "facts": [{}]}', ("intake.json.kind", None, "kind")),
        (b'[{"kind": {}}]', ("intake.json.kind", 1, "kind")),
        (b'[{"kind": 0}]', ("intake.json.kind", 1, "kind")),
        (b'{"kind": false}', ("intake.json.kind", 1, "kind")),
        (b'{"facts": [{}], "extra": 1}', ("intake.json.shape", None, "extra")),
        (b'{"facts": {"payment": {}}}', ("intake.json.shape", None, "facts")),
        (b'[{"": 1}]', ("intake.header.empty", None, "1")),
        (b'[{"a": 1e999999999}]', ("intake.json.number", 1, "")),
        (b'[{"a": ' + b"9" * 5000 + b"}]", ("intake.json.number", 1, "")),
        (b'[{"a": ' + b"9" * 50 + b"}]", ("intake.json.number", 1, "a")),
        (b'[{"a": ' + b"[" * 20 + b"]" * 20 + b"}]", ("intake.json.depth", 1, "a")),
        (b"[" * 100_000, ("intake.json.depth", None, "")),
        (b'[{"a": "\\u0000"}]', ("intake.file.nul", 1, "a")),
        (b'[{"a": "\xff"}]', ("intake.file.encoding", 1, "")),
        ("[{}]".encode("utf-16"), ("intake.file.encoding", None, "")),
        (b'{"a": 1}\n{"a": 2}', ("intake.json.syntax", None, "")),
    ],
)
def test_refusals(payload: bytes, refused: tuple[str, int | None, str]) -> None:
    """Invalid content is rejected by code and place, and nothing of the file is returned."""
    raws, refusals = read_json(payload, "a.json")
    assert raws == []
    assert refused in [(one.code, one.line, one.field) for one in refusals]
    assert all(one.file.startswith("a.json") and one.seen for one in refusals)


def test_limits() -> None:
    """Rows, columns, lengths and bytes beyond the limits are rejected by name."""
    assert codes(b"[{},{},{}]", rows=2) == [("intake.rows.many", None, "")]
    assert codes(b'[{"a":1},{"b":1}]', columns=1) == [("intake.columns.many", None, "")]
    assert codes(b'[{"a":"xxx"}]', cell_chars=2) == [("intake.cell.long", 1, "a")]
    assert codes(b'[{"a":1}]', bytes_in=3) == [("intake.file.size", None, "")]
    many = codes(b"[" + b",".join([b"1"] * 50) + b"]", refusals=10)
    assert len(many) == 11
    assert many[-1][0] == "intake.refusals.more"


def test_all_refusals_at_once() -> None:
    """Each bad line is rejected, not only the first."""
    _, refusals = read_ndjson(b'{"a":1}\n{\n\n[]\n{"a":1,"a":1}\n', "a.ndjson")
    found = [(one.line, one.code) for one in refusals]
    assert found == [(2, "intake.json.syntax"), (4, "intake.json.shape"), (5, "intake.json.twice")]


def test_kind_said_outside() -> None:
    """Where the caller names the kind, `kind` is a field; where the caller passes '', it stays a column."""
    for read in (read_json, read_ndjson):
        raws, _ = read(b'{"kind": "study"}', "a", kind="decision")
        assert rows(raws) == {"decision": [{"kind": "study", "line": 1}]}
        raws, _ = read(b'{"kind": "study"}', "a", kind="")
        assert rows(raws) == {"": [{"kind": "study", "line": 1}]}


def test_blank_lines_keep_their_number() -> None:
    """`line` is the line in the file, blank ones counted, however lines end."""
    raws, _ = read_ndjson(b'\n{"a":1}\r\n\r\n  \n{"a":2}', "a.ndjson")
    assert raws[0].table["line"].to_pylist() == [2, 5]


def test_own_names() -> None:
    """A fact's own `line` or `report` does not replace the columns of intake."""
    raws, _ = read_json(b'[{"line": 7, "report": 8}]', "a.json")
    assert raws[0].table.to_pylist() == [{"line_in_file": "7", "report_in_file": "8", "line": 1}]


class Literal(str):
    """Text without quotes in JSON."""

    __slots__ = ()


NUMBERS = st.one_of(
    st.integers(-(10**18), 10**18),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.sampled_from(["1.10", "0.0", "-0.0", "1e3", "1.5E-3", "100.000000", "0.0000001", "12345678901234567.89"]).map(
        Literal
    ),
)
TEXTS = st.one_of(
    st.text(max_size=6), st.sampled_from(["2024-01-01", "0010", ":x", 'a":b', "1.10", "", " : ", "付款", "\\u0000x"])
)


def written(value: object) -> str:
    """Write a value as JSON, with decimals and literals exact."""
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


COLUMN = st.sampled_from(["text", "number", "flag", "mixed", "empty", "list"])
VALUES = {
    "text": st.one_of(st.none(), TEXTS),
    "number": st.one_of(st.none(), NUMBERS),
    "flag": st.one_of(st.none(), st.booleans()),
    "mixed": st.one_of(st.none(), TEXTS, NUMBERS, st.booleans()),
    "empty": st.none(),
    "list": st.lists(st.dictionaries(st.sampled_from(["p", "q"]), st.one_of(TEXTS, NUMBERS)), max_size=2),
}


@st.composite
def facts(draw: st.DrawFn) -> list[str]:
    """Return facts with columns of mostly one type, some absent, some appearing late."""
    names = draw(st.lists(st.sampled_from(["a", "b", "金额", "line", 'q"q', "kind_of"]), unique=True, max_size=4))
    columns = {
        name: VALUES[draw(st.sampled_from(["text", "number", "text", "number", "flag", "mixed", "empty", "list"]))]
        for name in names
    }
    late = draw(st.integers(0, 300))
    kinds = draw(st.sampled_from([(), ("payment",), ("payment", "decision"), (None, "payment", "")]))
    count = draw(st.integers(1, 12))
    repeats = draw(st.sampled_from([1, 1, 40]))
    lines = []
    for number in range(count):
        fact = {}
        for at, (name, values) in enumerate(columns.items()):
            if draw(st.integers(0, 9)) and not (at == 1 and number * repeats < late):
                fact[name] = draw(values)
        if kinds:
            fact["kind"] = draw(st.sampled_from(kinds))
        lines += [written(fact)] * repeats
    return lines


@given(lines=facts(), end=st.sampled_from(["\n", "\r\n", "\n\n"]), kind=st.sampled_from([None, "", "payment"]))
@settings(max_examples=120, deadline=None)
def test_both_readers_agree(lines: list[str], end: str, kind: str | None) -> None:
    """Reading column by column returns the same as reading one by one, or None, which leaves the file to the
    other reader.
    """
    payload = end.join(lines).encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    slow, refusals = read_ndjson(payload, "a.ndjson", kind=kind)
    fast = columnar(payload, "a.ndjson", Limits(), kind)
    if fast is None:
        return
    assert refusals == []
    assert rows(fast) == rows(slow)
    for ours, theirs in zip(sorted(fast, key=lambda r: r.kind), sorted(slow, key=lambda r: r.kind), strict=True):
        assert set(ours.table.column_names) == set(theirs.table.column_names)


def test_long_files_take_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same long file results in the same table from both readers."""
    payload = b"".join(b'{"kind":"p","n":%d.50,"t":"\xe4\xbb\x98"}\n' % n for n in range(2500))
    fast, _ = read_ndjson(payload, "a")
    monkeypatch.setattr(json_rows, "_LONG", 10**9)
    slow, _ = read_ndjson(payload, "a")
    assert fast[0].table.equals(slow[0].table)


SMALL = st.one_of(
    facts().map(lambda lines: lines[0]),
    facts().map(lambda lines: "[" + ",".join(lines[:3]) + "]"),
    facts().map(lambda lines: '{"kind":"bid","facts":[' + ",".join(lines[:2]) + "]}"),
    facts().map(lambda lines: '{"facts":{"bid":[' + ",".join(lines[:2]) + "]}}"),
    st.sampled_from(
        [
            "",
            "{",
            "[]",
            "[1]",
            "null",
            '{"a":1,"a":2}',
            '{"a" :1,"a":2}',
            '{"a":1e99999}',
            '{"kind":1}',
            '{"kind":0}',
            '[{"kind":false}]',
            '{"kind":[]}',
            '{"":1}',
            '{"a":"\\u0000"}',
            "{}",
            '{"facts":[{}],"x":1}',
            '{"kind":null,"facts":[{}]}',
        ]
    ),
)


@given(reports=st.lists(SMALL, max_size=12), outer=st.lists(st.sampled_from([None, None, "", "bid"]), min_size=12))
@settings(max_examples=120, deadline=None)
def test_small_reports_as_if_alone(reports: list[str], outer: list[str | None]) -> None:
    """Each of many reports read at once has the result that it has alone: its rows, or its refusals."""
    payloads = [one.encode("utf-8", "replace") for one in reports]
    kinds = outer[: len(payloads)]
    raws, refusals = read_small(payloads, kinds=kinds)
    together: dict[int, dict[str, list[dict[str, object]]]] = {}
    for raw in raws:
        for row in raw.table.to_pylist():
            number = row.pop("report")
            kept = {k: v for k, v in row.items() if v is not None}
            together.setdefault(number, {}).setdefault(raw.kind, []).append(kept)
    for number, payload in enumerate(payloads):
        alone, wrong = read_json(payload, "", kind=kinds[number])
        assert refusals.get(number, []) == wrong
        assert together.get(number, {}) == rows(alone)


def test_small_reports_with_one_bad_value() -> None:
    """A value that no column can hold rejects its own report and no other."""
    payloads = [b'{"a": %d}' % n for n in range(100)]
    payloads[40] = b'{"a": ' + b"9" * 60 + b"}"
    raws, refusals = read_small(payloads, names=[f"r{n}" for n in range(100)])
    assert list(refusals) == [40]
    assert refusals[40][0].file == "r40"
    assert raws[0].table["report"].to_pylist() == [n for n in range(100) if n != 40]
