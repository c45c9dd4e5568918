"""The file formats that intake reads, one line each: name, endings, first bytes, reader."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from comptroller.intake.formats.csv import read_csv
from comptroller.intake.formats.json.rows import read_json, read_ndjson
from comptroller.intake.formats.parquet import read_parquet
from comptroller.intake.formats.unpack import ZIP
from comptroller.intake.formats.workbook import OLE
from comptroller.intake.formats.xes import read_xes
from comptroller.intake.formats.xlsx import read_xlsx
from comptroller.intake.limits import Limits
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

Result = tuple[list[RawTable], list[Refusal]]


class Read(Protocol):
    """Reads a file's bytes into raw tables or refusals; `kind` is the kind that is named outside of the file."""

    def __call__(self, payload: bytes, name: str, /, *, limits: Limits, kind: str | None) -> Result:
        """Return the raw tables of a file, or all its refusals."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the endings of its files, the bytes that its files may begin with, and its reader.

    `magic` is empty where the name of a file decides. `read` is None for an archive: its members are files themselves.
    """

    name: str
    endings: tuple[str, ...]
    magic: tuple[bytes, ...]
    read: Read | None


def _kind_added(read: Callable[..., Result]) -> Read:
    """Return a reader that adds the kind from outside to each table without a kind of its own."""

    def read_named(payload: bytes, name: str, /, *, limits: Limits, kind: str | None) -> Result:
        raws, refusals = read(payload, name, limits=limits)
        return [replace(raw, kind=raw.kind or kind or "") for raw in raws], refusals

    return read_named


FORMATS = (
    Format("json", (".json",), (), read_json),
    Format("ndjson", (".ndjson", ".jsonl"), (), read_ndjson),
    Format("csv", (".csv", ".tsv", ".txt"), (), _kind_added(read_csv)),
    Format("xlsx", (".xlsx", ".xlsm", ".xls"), (OLE,), _kind_added(read_xlsx)),
    Format("parquet", (".parquet", ".pq"), (b"PAR1",), _kind_added(read_parquet)),
    Format("zip", (".zip",), ZIP, None),
    Format("xes", (".xes",), (), _kind_added(read_xes)),
)
"""Every format; a new one is one line here. A workbook is a ZIP as well, and is recognised by its parts."""
