"""An archive of files named by kind as raw tables: payment.csv, decision.xlsx, statement.json and so on."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from comptroller.intake.formats.unpack import GZIP, members
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

Reader = Callable[[bytes, str, str | None], tuple[list[RawTable], list[Refusal]]]
"""Reads one member by its name and the kind that its name states."""
_ANY = "facts"
"""A member of this name states no kind: its facts do."""
_PACKED = (".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2", ".xz")


def read_zip(
    payload: bytes, name: str, read: Reader, *, limits: Limits = USUAL
) -> tuple[list[RawTable], list[Refusal]]:
    """Read each member by `read`; the member's name states the kind where the content does not. Returns all
    refusals at once.
    """
    archive_members, refusals = members(payload, name, limits)
    if refusals:
        return [], refusals
    if not archive_members:
        return [], [reject("intake.file.empty", (name, None, ""), "-")]
    raws: list[RawTable] = []
    for member in archive_members:
        place = f"{name}/{member.name}"
        if member.name.lower().endswith(_PACKED) or member.payload.startswith(GZIP):
            refusals.append(reject("intake.zip.nested", (place, None, ""), member.name))
            continue
        kind = kind_of(member.name)
        member_raws, wrong = read(member.payload, place, None if kind == _ANY else kind)
        refusals += wrong
        raws += member_raws
    rows = sum(len(raw.table) for raw in raws)
    if rows > limits.rows:
        refusals.append(reject("intake.rows.many", (name, None, ""), rows, limit=limits.rows))
    return ([], refusals) if refusals else (raws, [])


def kind_of(member: str) -> str:
    """Return the kind that a member's name states; a number after it separates parts of one kind.

    >>> kind_of("2024/payment.csv"), kind_of("payment-2.csv")
    ('payment', 'payment')
    """
    return re.sub(r"[-_ ]?\(?\d+\)?$", "", PurePosixPath(member).name.split(".")[0])


def reporter_of(name: str) -> str:
    """Return the reporter's code at the start of a file's name: all before the first `_`, else before the first `-`.

    >>> reporter_of("91310000X_2024-08.zip"), reporter_of("H01-august.zip"), reporter_of("H01.zip")
    ('91310000X', 'H01', 'H01')
    """
    stem = PurePosixPath(name.replace("\\", "/")).name.split(".")[0]
    return re.split("_", stem)[0].strip() if "_" in stem else stem.split("-")[0].strip()
