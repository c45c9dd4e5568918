"""Any file: how its format is recognised, and that no input raises."""

import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings, strategies as st

from comptroller.intake.files import MEDIA, media_of, read_file
from comptroller.intake.limits import USUAL, Limits


def parquet() -> bytes:
    """Return a small Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.table({"a": ["x", "y"], "b": [1, 2]}), out)
    return out.getvalue()


def workbook() -> bytes:
    """Return a small workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("payment").write_column(0, 0, ["a", "x"])
    book.close()
    return out.getvalue()


def archive() -> bytes:
    """Return a small zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("payment.csv", b"a,b\n1,2\n")
    return out.getvalue()


GOOD = {
    "json": b'[{"kind":"payment","amount":1.5,"votes":[{"p":"x"}]}]',
    "ndjson": b'{"a":1}\n{"a":2}\n',
    "csv": '付款,b\n1,"x"\n'.encode("gbk"),
    "xlsx": workbook(),
    "parquet": parquet(),
    "zip": archive(),
    "xes": b'<log><trace><event><string key="concept:name" value="a"/></event></trace></log>',
}


@pytest.mark.parametrize("media", MEDIA)
def test_each_media(media: str) -> None:
    """Each format is recognised by its name, read, and read the same when it is gzipped."""
    payload = GOOD[media]
    assert media_of(f"a.{media}", payload) == media
    raws, refusals = read_file(payload, media, "a")
    assert refusals == []
    assert raws
    packed = gzip.compress(payload)
    again, refusals = read_file(packed, media, "a")
    if media == "zip":
        assert [one.code for one in refusals] == ["intake.zip.nested"]
    else:
        assert media_of(f"a.{media}.gz", packed) == media
        assert [raw.table for raw in again] == [raw.table for raw in raws]


NAMED = [
    ("a.jsonl", b"", "ndjson"),
    ("a.CSV", b"", "csv"),
    ("a.tsv", b"", "csv"),
    ("a.csv", GOOD["xlsx"], "xlsx"),
    ("a.bin", GOOD["zip"], "zip"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx"),
    ("upload", GOOD["parquet"], "parquet"),
    ("upload", GOOD["json"], "json"),
    ("upload", GOOD["ndjson"], "ndjson"),
    ("upload", GOOD["xes"], "xes"),
    ("upload", gzip.compress(GOOD["xes"]), "xes"),
    ("upload", b"hello", None),
    ("a.pdf", b"%PDF", None),
    ("a.gz", b"\x1f\x8b", None),
]


@pytest.mark.parametrize(
    ("name", "payload", "media"), NAMED, ids=[f"{at} {name} {media}" for at, (name, _, media) in enumerate(NAMED)]
)
def test_media_of(name: str, payload: bytes, media: str | None) -> None:
    """First bytes go before the name; without either nothing is guessed."""
    assert media_of(name, payload) == media


def test_refusals_of_any_file() -> None:
    """Unknown media, empty and oversized files, and gzip within gzip are rejected by name."""
    for payload, media, code in (
        (b"x", "pdf", "intake.file.media"),
        (b"", "csv", "intake.file.empty"),
        (b"a,b\n" * 100, "csv", "intake.file.size"),
        (gzip.compress(gzip.compress(b"a,b\n1,2")), "csv", "intake.zip.nested"),
    ):
        assert [one.code for one in read_file(payload, media, "a", limits=Limits(bytes_in=200))[1]] == [code]


def test_kind_said_outside() -> None:
    """A kind from outside applies to content that does not name its own."""
    assert read_file(GOOD["csv"], "csv", "a", kind="payment")[0][0].kind == "payment"
    assert read_file(GOOD["xlsx"], "xlsx", "a", kind="other")[0][0].kind == "payment"
    assert read_file(GOOD["json"], "json", "a", kind="")[0][0].table["kind"].to_pylist() == ["payment"]


def sound(payload: bytes, media: str) -> None:
    """Check the law of intake: rows or refusals, never both, never neither, each refusal complete."""
    raws, refusals = read_file(payload, media, "a")
    assert bool(raws) != bool(refusals)
    for one in refusals:
        assert one.code.startswith("intake.")
        assert one.seen
        assert one.expected.zh
        assert one.mend.en
        json.dumps(one.as_json(), ensure_ascii=False).encode()
        assert one.text("zh").isprintable() or "\n" in one.text("zh")
    for raw in raws:
        assert len(raw.table) <= USUAL.rows
        assert raw.table["line"].null_count == 0


@given(payload=st.binary(max_size=300), media=st.sampled_from(MEDIA))
@settings(max_examples=400, deadline=None)
def test_any_bytes(payload: bytes, media: str) -> None:
    """Arbitrary bytes under every media are read or rejected; nothing is raised."""
    sound(payload, media)


@given(
    payload=st.text(st.sampled_from("{}[]\":,\\u0019aeE+-. \n\r\t'=<>/付"), max_size=80),
    media=st.sampled_from(["json", "ndjson", "csv", "xes"]),
)
@settings(max_examples=400, deadline=None)
def test_any_text(payload: str, media: str) -> None:
    """Text made of the formats' own signs is read or rejected."""
    sound(payload.encode(), media)


@given(data=st.data(), media=st.sampled_from(MEDIA))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files(data: st.DataObject, media: str) -> None:
    """Good files with bytes changed, cut or doubled are read or rejected."""
    payload = bytearray(GOOD[media])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload) - 1))
        match data.draw(st.sampled_from(["set", "cut", "double"])):
            case "set":
                payload[at] = data.draw(st.integers(0, 255))
            case "cut" if len(payload) > 8:
                del payload[at : at + data.draw(st.integers(1, 8))]
            case "double":
                payload[at:at] = payload[at : at + 16]
    sound(bytes(payload), media)
