"""A pack's files as one archive, with the same bytes for the same files, and the digest of a pack."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache

_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAME = "name"


def pack_files(files: Mapping[str, bytes], name: str) -> bytes:
    """Return the archive of all files of pack `name`, in the order of paths and without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in [(_NAME, name.encode()), *sorted(files.items())]:
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def unpack_files(bundle: bytes) -> tuple[dict[str, bytes], str]:
    """Return the files and the name of the pack that an archive holds; the same archive is not opened again."""
    files = dict(_unpacked(bundle))
    return files, files.pop(_NAME).decode()


@lru_cache(maxsize=4)
def _unpacked(bundle: bytes) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return tuple((entry, archive.read(entry)) for entry in archive.namelist())


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over all files' paths and contents, in the order of paths."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return digest.hexdigest()
