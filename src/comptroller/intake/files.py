"""Any file as raw tables: which reader takes it, by its name and first bytes."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from comptroller.intake.formats.csv import read_csv
from comptroller.intake.formats.json.rows import read_json, read_ndjson
from comptroller.intake.formats.parquet import read_parquet
from comptroller.intake.formats.unpack import GZIP, ZIP, gunzip
from comptroller.intake.formats.workbook import OLE
from comptroller.intake.formats.xes import read_xes
from comptroller.intake.formats.xlsx import read_xlsx
from comptroller.intake.formats.zip import read_zip
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

__all__ = ["MEDIA", "USUAL", "Limits", "media_of", "read_file"]

MEDIA = ("json", "ndjson", "csv", "xlsx", "parquet", "zip", "xes")
"""What is taken; each also gzipped, but for archives."""
_JSON = {"json": read_json, "ndjson": read_ndjson}
_READERS = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
    "xes": read_xes,
}
_ENDINGS = {
    **{f".{media}": media for media in MEDIA},
    ".jsonl": "ndjson",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".pq": "parquet",
}
_HEAD = 4096


def read_file(
    payload: bytes, media: str, name: str, *, limits: Limits = USUAL, kind: str | None = None
) -> tuple[list[RawTable], list[Refusal]]:
    """Return the raw tables of a file, or all its refusals; never both, and never an exception.

    `kind` names the kind from outside the file: a fact's own `kind` in JSON is then an ordinary field. `kind=""` does
    the same and names none, for mappings. A part that names its own kind, such as a named sheet, is of that kind.

    >>> raws, refusals = read_file(b'{"kind": "payment", "amount": 5}', "json", "a.json")
    >>> raws[0].kind, raws[0].table.num_rows, refusals
    ('payment', 1, [])
    >>> [one.code for one in read_file(b"", "pdf", "a.pdf")[1]]
    ['intake.file.media']
    """
    place = (name, None, "")
    if refusals := _not_taken(payload, media, name, limits):
        return [], refusals
    if payload.startswith(GZIP):
        payload, refusals = gunzip(payload, name, limits)
        if refusals:
            return [], refusals
        if payload.startswith(GZIP) or media == "zip":
            return [], [reject("intake.zip.nested", place, "gzip")]
    if media in _JSON:
        return _JSON[media](payload, name, limits=limits, kind=kind)
    if media != "zip":
        raws, refusals = _READERS[media](payload, name, limits=limits)
        return [RawTable(raw.kind or kind or "", raw.table, raw.place) for raw in raws], refusals

    def read_member(member: bytes, member_name: str, kind: str | None) -> tuple[list[RawTable], list[Refusal]]:
        inner = media_of(member_name, member) or ""
        if inner == "zip":
            return [], [reject("intake.zip.nested", (member_name, None, ""), "zip")]
        return read_file(member, inner, member_name, limits=limits, kind=kind)

    return read_zip(payload, name, read_member, limits=limits)


def _not_taken(payload: bytes, media: str, name: str, limits: Limits) -> list[Refusal]:
    """Return the refusal of a file that no reader accepts: unknown format, empty, too large."""
    place = (name, None, "")
    if media not in MEDIA:
        return [reject("intake.file.media", place, media or name, media=", ".join(MEDIA))]
    if len(payload) > limits.bytes_in:
        return [reject("intake.file.size", place, len(payload), limit=limits.bytes_in)]
    return [] if payload else [reject("intake.file.empty", place, "0 bytes")]


def media_of(name: str, payload: bytes) -> str | None:
    """Return the format of a file: by its first bytes where they decide, else by its name; None where neither decides.

    >>> media_of("a.csv", b"x,y"), media_of("a.xes.gz", b""), media_of("upload", b"PAR1"), media_of("a.pdf", b"%PDF")
    ('csv', 'xes', 'parquet', None)
    """
    packed = payload.startswith(GZIP)
    if packed:
        payload = _first_bytes(payload)
    if payload.startswith(b"PAR1"):
        return "parquet"
    if payload.startswith(OLE):
        return "xlsx"
    if payload.startswith(ZIP) and not packed:
        return "xlsx" if _is_workbook(payload) else "zip"
    endings = PurePosixPath(name.lower().removesuffix(".gz")).suffixes
    if endings and endings[-1] in _ENDINGS:
        return _ENDINGS[endings[-1]]
    return None if endings else _sniffed(payload.lstrip(b"\xef\xbb\xbf \t\r\n"))


def _sniffed(head: bytes) -> str | None:
    """Return the format of text without an ending in its name, or None."""
    first, _, rest = head[:_HEAD].partition(b"\n")
    if head.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{"):
        return "ndjson"
    if head.startswith((b"{", b"[")):
        return "json"
    return "xes" if head.startswith(b"<") and b"log" in head[:_HEAD] else None


def _first_bytes(payload: bytes) -> bytes:
    """Return the first bytes of a gzip file; none where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(payload, _HEAD)
    except zlib.error:
        return b""


def _is_workbook(payload: bytes) -> bool:
    """Return whether an archive is a workbook, by the parts that it lists."""
    try:
        with zipfile.ZipFile(BytesIO(payload)) as archive:
            return any(one.startswith(("xl/", "[Content_Types]")) for one in archive.namelist())
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError):
        return False
