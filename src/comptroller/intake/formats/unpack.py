"""What is packed, unpacked under a limit: bytes are counted while they come out, and no header is believed."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from comptroller.intake.limits import Limits
from comptroller.intake.messages import reject
from comptroller.model.refusal import Refusal

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_STEP = 1 << 20
_ENCRYPTED = 0x1
_LEFTOVERS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that operating systems add to archives; they carry no facts and are skipped."""


class Member(NamedTuple):
    """One file of an archive."""

    name: str
    payload: bytes


class _Bomb(Exception):
    """More comes out than the limits allow; its argument is how many bytes came out so far."""


def gunzip(payload: bytes, name: str, limits: Limits) -> tuple[bytes, list[Refusal]]:
    """Return the content of a gzip file, or its refusal: damaged, cut short, or too large once unpacked."""
    out = io.BytesIO()
    rest = payload
    try:
        while rest:
            inflater = zlib.decompressobj(wbits=31)
            while not inflater.eof:
                step = inflater.decompress(rest, _STEP)
                rest = inflater.unconsumed_tail
                _count(out.tell() + len(step), len(payload), limits)
                out.write(step)
                if not step and not rest and not inflater.eof:
                    raise zlib.error("cut short")
            rest = inflater.unused_data.lstrip(b"\0")
    except _Bomb as bomb:
        return b"", [_bomb(name, bomb, limits)]
    except zlib.error as fault:
        return b"", [reject("intake.file.damaged", (name, None, ""), fault, media="gzip")]
    return out.getvalue(), []


def members(payload: bytes, name: str, limits: Limits, *, media: str = "zip") -> tuple[list[Member], list[Refusal]]:
    """Return the files of an archive in order, or all its refusals; nothing is written to a disk."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            listed = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_leftover(entry.filename)]
            refusals = _members_refused(listed, name, limits)
            if refusals:
                return [], refusals
            return _unpack(archive, listed, len(payload), name, limits)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, RuntimeError, zlib.error) as fault:
        return [], [reject("intake.file.damaged", (name, None, ""), fault, media=media)]


def _members_refused(listed: Iterable[zipfile.ZipInfo], name: str, limits: Limits) -> list[Refusal]:
    """Return refusals of passwords, paths that lead out, repeated names, links and too many files, before unpacking."""
    refusals = []
    earlier: set[str] = set()
    named = [(entry, member_name(entry)) for entry in listed]
    if len(named) > limits.members:
        refusals.append(reject("intake.zip.members", (name, None, ""), len(named), limit=limits.members))
    for entry, member in named[: limits.members]:
        place = (f"{name}/{member}", None, "")
        if entry.flag_bits & _ENCRYPTED:
            refusals.append(reject("intake.zip.encrypted", place, "password"))
        if not _stays_within(member) or stat.S_ISLNK(entry.external_attr >> 16):
            refusals.append(reject("intake.zip.path", place, member))
        if member in earlier:
            refusals.append(reject("intake.zip.twice", place, member))
        earlier.add(member)
    return refusals


def _unpack(
    archive: zipfile.ZipFile, listed: Iterable[zipfile.ZipInfo], packed: int, name: str, limits: Limits
) -> tuple[list[Member], list[Refusal]]:
    """Unpack the files one after the other, all under one count."""
    unpacked, total = [], 0
    for entry in listed:
        out = io.BytesIO()
        try:
            with archive.open(entry) as stream:
                while step := stream.read(_STEP):
                    total += len(step)
                    _count(total, packed, limits)
                    out.write(step)
        except _Bomb as bomb:
            return [], [_bomb(f"{name}/{member_name(entry)}", bomb, limits)]
        unpacked.append(Member(member_name(entry), out.getvalue()))
    return unpacked, []


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name as it was meant: names that are not marked as UTF-8 are often GB18030."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _stays_within(member: str) -> bool:
    """Return whether a path is inside the archive: relative, without `..`, drive or backslash."""
    path = PurePosixPath(member)
    return not (path.is_absolute() or ".." in path.parts or "\\" in member or ":" in member or "\0" in member)


def _is_leftover(member: str) -> bool:
    return member.startswith(_LEFTOVERS[0]) or PurePosixPath(member).name in _LEFTOVERS[1:]


def _count(unpacked: int, packed: int, limits: Limits) -> None:
    """Stop at more bytes, or more bytes for each packed one, than is allowed."""
    if unpacked > limits.bytes_unpacked or (unpacked > limits.ratio_from and unpacked > packed * limits.ratio):
        raise _Bomb(unpacked)


def _bomb(name: str, bomb: _Bomb, limits: Limits) -> Refusal:
    size = f"more than {bomb.args[0] - 1}"
    return reject("intake.zip.bomb", (name, None, ""), size, limit=limits.bytes_unpacked, ratio=limits.ratio)
