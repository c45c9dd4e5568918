"""Archives: counted while they are unpacked, and rejected by name before anything in them is read."""

import gzip
import io
import zipfile
import zlib

import pytest

from comptroller.intake.formats.unpack import gunzip, members
from comptroller.intake.limits import Limits

SMALL = Limits(bytes_unpacked=100_000, ratio_from=1000, ratio=50)


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of those files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as new:
        for name, payload in files:
            new.writestr(zipfile.ZipInfo(name), payload, method)
    return out.getvalue()


def codes(payload: bytes, limits: Limits = SMALL) -> list[tuple[str, str]]:
    """Return code and file of the refusals of a zip."""
    found, refusals = members(payload, "a.zip", limits)
    assert bool(found) != bool(refusals)
    return [(one.code, one.file) for one in refusals]


def test_members() -> None:
    """Files come in order; folders and what systems leave behind are passed over."""
    payload = archive(("x/", b""), ("x/b.csv", b"1"), ("__MACOSX/._b.csv", b"?"), (".DS_Store", b"?"), ("a.csv", b"2"))
    assert members(payload, "a.zip", SMALL)[0] == [("x/b.csv", b"1"), ("a.csv", b"2")]


def test_chinese_names() -> None:
    """Names that an old archiver wrote in GBK come out as they were meant."""
    payload = archive(("XXXX.csv", b"1")).replace(b"XXXX", "付款".encode("gbk"))
    assert members(payload, "a.zip", SMALL)[0][0].name == "付款.csv"


@pytest.mark.parametrize("name", ["../x.csv", "/x.csv", "a/../../x.csv", "C:/x.csv", "a\\..\\x.csv", "//host/x.csv"])
def test_paths_that_lead_out(name: str) -> None:
    """A path that leaves the archive is rejected."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr(info, b"1")
    assert [code for code, _ in codes(out.getvalue())] == ["intake.zip.path"]


def test_links_are_refused() -> None:
    """A member that is a link is rejected."""
    info = zipfile.ZipInfo("x.csv")
    info.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr(info, b"/etc/hostname")
    assert codes(out.getvalue()) == [("intake.zip.path", "a.zip/x.csv")]


def test_bombs() -> None:
    """Too many bytes in all, or too many for their packed size, stop the unpacking."""
    assert codes(archive(("a", b"0" * 200_000))) == [("intake.zip.bomb", "a.zip/a")]
    assert codes(archive(("a", b"0" * 90_000))) == [("intake.zip.bomb", "a.zip/a")]
    stored = [(f"{n}", bytes(range(256)) * 200) for n in range(3)]
    assert codes(archive(*stored, method=zipfile.ZIP_STORED)) == [("intake.zip.bomb", "a.zip/1")]


def test_lying_header() -> None:
    """A header that states less than comes out is not believed."""
    payload = archive(("a", b"0" * 200_000))
    lying = payload.replace((200_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != payload
    assert codes(lying)[0][0] in {"intake.zip.bomb", "intake.file.damaged"}


def test_encrypted_repeated_many() -> None:
    """A password, one name twice, and too many files are rejected, all at once."""
    out = bytearray(archive(("a", b"1")))
    out[6] |= 1
    out[out.index(b"PK\x01\x02") + 8] |= 1
    assert codes(bytes(out)) == [("intake.zip.encrypted", "a.zip/a")]
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archive(("a", b"1"), ("a", b"2"))
    assert codes(twice) == [("intake.zip.twice", "a.zip/a")]
    assert codes(archive(("a", b""), ("b", b"")), Limits(members=1)) == [("intake.zip.members", "a.zip")]


@pytest.mark.parametrize("cut", [10, 40, 60])
def test_damaged(cut: int) -> None:
    """An archive that is cut short is rejected."""
    assert codes(archive(("a", b"hello"))[:cut]) == [("intake.file.damaged", "a.zip")]


def test_gunzip() -> None:
    """A gzip file returns its bytes, several members one after the other; a damaged or too large one is rejected."""
    assert gunzip(gzip.compress(b"ab") + gzip.compress(b"cd"), "a", SMALL) == (b"abcd", [])
    for payload in (
        gzip.compress(b"abc")[:-4],
        gzip.compress(b"abc")[:12],
        b"\x1f\x8bxx",
        gzip.compress(b"a") + b"tail",
    ):
        assert [one.code for one in gunzip(payload, "a", SMALL)[1]] == ["intake.file.damaged"]
    for size in (200_000, 90_000):
        assert [one.code for one in gunzip(gzip.compress(b"0" * size), "a", SMALL)[1]] == ["intake.zip.bomb"]
    damaged = bytearray(gzip.compress(zlib.compress(b"abc" * 100)))
    damaged[-6] ^= 1
    assert [one.code for one in gunzip(bytes(damaged), "a", SMALL)[1]] == ["intake.file.damaged"]
