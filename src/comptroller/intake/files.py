"""Any file as raw tables: its format is recognised by its name and first bytes."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from comptroller.intake.formats.registry import FORMATS
from comptroller.intake.formats.unpack import GZIP, gunzip
from comptroller.intake.formats.zip import read_zip
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

__all__ = ["MEDIA", "USUAL", "Limits", "media_of", "read_file"]

MEDIA = tuple(form.name for form in FORMATS)
"""The formats that intake accepts; each also gzipped, except archives."""
_READERS = {form.name: form.read for form in FORMATS}
_ENDINGS = {ending: form.name for form in FORMATS for ending in form.endings}
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
    read = _READERS[media]
    if read is not None:
        return read(payload, name, limits=limits, kind=kind)

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
    media = next((form.name for form in FORMATS if payload.startswith(form.magic)), None)
    if media == "zip":
        media = None if packed else "xlsx" if _is_workbook(payload) else "zip"
    if media is not None:
        return media
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
            return any(member.startswith(("xl/", "[Content_Types]")) for member in archive.namelist())
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError):
        return False
