"""Long fuzzing of every entry point of intake: any input is read or rejected, and readers that should agree do."""

import io
import random
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings, strategies as st

from comptroller.intake.files import MEDIA, media_of, read_file
from comptroller.intake.formats.json.columns import columnar
from comptroller.intake.formats.json.rows import read_json, read_ndjson, read_small
from comptroller.intake.formats.xes import COLUMNS
from comptroller.intake.limits import Limits
from comptroller.intake.mapping import apply_mapping, parse_mapping
from comptroller.intake.raw_table import RawTable

pytestmark = pytest.mark.fuzz
LONG = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
TIGHT = Limits(
    bytes_in=1 << 16,
    bytes_unpacked=1 << 17,
    ratio_from=1 << 12,
    rows=50,
    columns=8,
    members=4,
    cell_chars=64,
    refusals=20,
)
SEEDS: dict[str, list[bytes]] = {
    "json": [
        b'{"kind":"payment","facts":[{"a":1.50,"b":"x","c":[{"d":null}]}]}',
        b'[{"a":true},{"a":"\\u4ed8"}]',
        b'{"facts":{"k":[{}]}}',
    ],
    "ndjson": [b'{"kind":"k","a":1e3}\n\n{"a":"0010","a2":false}\r\n', b'{"a":-0.0}\n' * 8],
    "csv": ['付款,b\n1,"x,\n""y"\n'.encode("gbk"), b"\xef\xbb\xbfa;b\r\n1;2\r\n", b"a\tb\n1\t\n"],
    "xes": [
        (
            b'<?xml version="1.0" encoding="UTF-8"?><log xmlns="u"><global scope="event"/><trace>'
            b'<string key="k" value="v">'
            b'<list key="l"><values><int key="i" value="1"/></values></list></string><event><date key="time:timestamp" '
            b'value="2024-01-01T00:00:00Z"/></event></trace></log>'
        )
    ],
}


def _zip(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, payload in files:
            new.writestr(name, payload)
    return out.getvalue()


def _workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("payment")
    page.write_row(0, 0, ["a", "b"])
    page.write_row(1, 0, [1.5, "x"])
    book.close()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as old:  # unpacked, so that changed bytes reach the parser
        return _stored({name: old.read(name) for name in old.namelist()})


def _stored(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name, payload in parts.items():
            new.writestr(name, payload)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": ["x", None], "b": [1.5, 2], "c": [[1], []]}), out, compression="NONE")
    return out.getvalue()


SEEDS |= {
    "xlsx": [_workbook()],
    "parquet": [_parquet()],
    "zip": [
        _zip(("payment.csv", b"a,b\n1,2\n"), ("facts.json", b'[{"kind":"k"}]')),
        _zip(("a.zip", _zip(("b.csv", b"")))),
        _zip(("../a.csv", b"a")),
    ],
}


def damaged(payload: bytes, dice: random.Random) -> bytes:
    """Return the bytes with some of them changed, cut, doubled or moved."""
    work = bytearray(payload)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(work) + 1)
        size = dice.choice([1, 1, 2, 4, 16, 64])
        match dice.randrange(6):
            case 0:
                work[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del work[at : at + size]
            case 2:
                work[at:at] = work[at : at + size]
            case 3:
                work[at:at] = dice.choice(
                    [b"\0", b'"', b"{", b"[", b"\xff", b"<", b"&", b"=", b"\n", b"9" * 40, b":", b","]
                )
            case 4:
                other = dice.choice(dice.choice(list(SEEDS.values())))
                work[at:at] = other[:size]
            case _:
                work[at : at + 4] = dice.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\1\0\0\0"])
    return bytes(work)


def sound(payload: bytes, media: str) -> None:
    """Check the law of intake under usual and under tight limits."""
    for limits in (Limits(), TIGHT):
        raws, refusals = read_file(payload, media, "a", limits=limits)
        assert bool(raws) != bool(refusals)
        assert all(one.code.startswith("intake.") and one.seen for one in refusals)
        assert len(refusals) <= limits.refusals * 2 + 10
        for raw in raws:
            assert 0 < len(raw.table) <= limits.rows
            assert raw.table.num_columns <= max(limits.columns, len(COLUMNS)) + 1


@given(dice=st.randoms(use_true_random=False), media=st.sampled_from(MEDIA))
@LONG
def test_damaged_files(dice: random.Random, media: str) -> None:
    """Files of each kind with random damage are read or rejected."""
    sound(damaged(dice.choice(SEEDS[media]), dice), media)


@given(payload=st.binary(max_size=2000), media=st.sampled_from(MEDIA), name=st.text(max_size=12))
@LONG
def test_any_bytes(payload: bytes, media: str, name: str) -> None:
    """Arbitrary bytes are read or rejected under every media, without an exception."""
    sound(payload, media)
    assert media_of(name, payload) in (*MEDIA, None)


@given(dice=st.randoms(use_true_random=False))
@LONG
def test_json_readers_agree(dice: random.Random) -> None:
    """Damaged NDJSON has the same rows column by column, line by line, and as small reports."""
    payload = damaged(b'{"kind":"k","a":1.50,"b":"x"}\n' * 6, dice)
    slow, refusals = read_ndjson(payload, "a")
    fast = columnar(payload, "a", Limits())
    if fast is not None:
        assert refusals == []
        assert _rows(fast) == _rows(slow)
    reports = payload.split(b"\n")
    raws, refused = read_small(reports)
    accepted = {row["report"] for raw in raws for row in raw.table.to_pylist()}
    for number, report in enumerate(reports):
        alone, wrong = read_json(report, "")
        assert refused.get(number, []) == wrong
        assert (number in accepted) == bool(alone)


def _rows(raws: list[RawTable]) -> list[tuple[str, list[tuple[str, object]]]]:
    return sorted(
        (raw.kind, sorted((k, str(v)) for k, v in row.items() if v is not None))
        for raw in raws
        for row in raw.table.to_pylist()
    )


SQL = st.lists(
    st.sampled_from(
        [
            "-- kind: a\n",
            "SELECT ",
            "* ",
            "a ",
            ", ",
            "FROM ",
            "raw ",
            "WHERE ",
            "( ",
            ") ",
            "'x' ",
            "1 ",
            "= ",
            "; ",
            "WITH t AS ",
            "UNION ALL ",
            "now() ",
            "read_csv ",
            "at ",
            "AT TIME ZONE 'UTC' ",
            '" ',
            "' ",
            "/* ",
            "*/ ",
            "$$ ",
            "attributes['k'] ",
            "CAST ",
            "AS INT ",
            "GROUP BY ALL ",
            "ORDER BY 1 ",
            "\x00",
            "付",
            "? ",
            ":p ",
            "[1] ",
            "{'a': 1} ",
            "LIMIT 1 ",
        ]
    ),
    max_size=14,
)


@given(words=SQL)
@settings(max_examples=4000, deadline=None, suppress_health_check=list(HealthCheck))
def test_mappings(words: list[str]) -> None:
    """Any text of a mapping is rejected, or runs over a file to rows or a refusal."""
    selects, refusals = parse_mapping("m", "-- kind: a\n" + "".join(words))
    assert bool(selects) != bool(refusals)
    if selects:
        raws, _ = read_ndjson(b'{"a":"1","b":"x"}\n', "f", kind="")
        rows, refusals = apply_mapping(raws[0], selects, limits=TIGHT)
        assert bool(rows) != bool(refusals)
