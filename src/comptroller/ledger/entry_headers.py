"""Heads of entries, read without their payloads: what lists and counts of entries need."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from comptroller.ledger.entry import instant_from
from comptroller.store.sqlite import connect


@dataclass(frozen=True, slots=True)
class EntryHeader:
    """An entry's number, when it was received, the fields of its header, and whether its payload was erased."""

    number: int
    received_at: datetime
    fields: dict[str, Any]
    is_erased: bool


class EntryHeaders:
    """A reader of heads; it belongs to the thread that opened it. A payload may be a thousand times as large as its head."""

    def __init__(self, path: Path) -> None:
        """Open the ledger's file for reading."""
        self._store = connect(path, readonly=True)

    def between(self, first: int, last: int = 2**62, *, newest_first: bool = False) -> Iterator[EntryHeader]:
        """Stream heads in order, both ends included."""
        sql = "SELECT number, received_at, header, payload IS NULL FROM entry WHERE number BETWEEN ? AND ? ORDER BY number"
        for number, at, header, erased in self._store.rows(sql + " DESC" * newest_first, (first, last)):
            yield EntryHeader(number, instant_from(at), json.loads(header), bool(erased))

    def of_media(self, media: str, after: int) -> list[int]:
        """Return the numbers of the entries of a medium above a number, without reading the others' heads."""
        sql = "SELECT number, header FROM entry WHERE number > ? AND instr(header, ?) > 0 ORDER BY number"
        rows = self._store.rows(sql, (after, f'"media":"{media}"'.encode()))
        return [number for number, header in rows if json.loads(header)["media"] == media]

    def close(self) -> None:
        """Close the file."""
        self._store.close()
