"""The books held against the ledger: folded again elsewhere, and compared table by table."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from comptroller import node
from comptroller.engine import at_work
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of the books that differs from the ledger: rows in the books alone, rows in the ledger's alone."""

    table: str
    extra: int
    missing: int
    example: str


def compare_books(folder: Path, scratch: Path, passphrase: bytes | None = None) -> list[Difference]:
    """Fold the ledger into new books under `scratch` and return every table of the node's books that differs.

    The node is locked meanwhile, and nothing in it is changed. Raises what opening a node raises.
    """
    stores = node.open_all(folder, passphrase)
    engine = at_work(stores)
    try:
        written = _rows(engine.duck)
        with closing(at_work(node.with_books(stores, scratch))) as again:
            return _differences(written, _rows(again.duck))
    finally:
        engine.close()


def _rows(duck: DuckDb) -> dict[str, dict[str, str]]:
    """Return each table's rows by their digest, each with its text."""
    sql = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY 1"
    rows_by_table: dict[str, dict[str, str]] = {}
    for (table,) in duck.rows(sql):
        rows = rows_by_table.setdefault(str(table), {})
        counts: dict[str, int] = {}
        for row in duck.rows(f'SELECT * FROM "{table}"'):
            text = repr(row)
            counts[text] = counts.get(text, 0) + 1
            rows[sha256(f"{counts[text]} {text}".encode()).hexdigest()] = text
    return rows_by_table


def _differences(written: Mapping[str, dict[str, str]], again: Mapping[str, dict[str, str]]) -> list[Difference]:
    differences = []
    for table in sorted(written.keys() | again.keys()):
        present, other = written.get(table, {}), again.get(table, {})
        extra, missing = present.keys() - other.keys(), other.keys() - present.keys()
        if extra or missing:
            example = present[min(extra)] if extra else other[min(missing)]
            differences.append(Difference(table, len(extra), len(missing), example[:300]))
    return differences
