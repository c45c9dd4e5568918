"""DuckDB as a user would have it without Comptroller: rows are added, and plain SQL runs over everything after each batch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

from bench.five_rules import RULES, TABLES, limits, register, rows


class PlainDuck:
    """Payments, contracts and what is found, in one DuckDB file."""

    def __init__(self, path: Path) -> None:
        """Make the tables."""
        self._path = path
        self._duck = duckdb.connect(str(path), config={"threads": "2"})
        for name, columns in TABLES.items():
            self._duck.execute(f"CREATE TABLE {name} ({columns})")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._duck.close()
        self._path.unlink()

    def load(self, parts: Iterator[dict[str, pa.Table]]) -> None:
        """Load the first facts, and apply the rules to them."""
        self._insert("entity", register())
        self._insert("payment_limit", limits())
        for tables in parts:
            for kind, table in tables.items():
                self._insert(kind, rows(kind, table))
        self._find()

    def take(self, tables: dict[str, pa.Table]) -> None:
        """Add a batch, and find everything again."""
        self._duck.execute("BEGIN")
        for kind, table in tables.items():
            self._insert(kind, rows(kind, table))
        self._find()
        self._duck.execute("COMMIT")

    def counts(self) -> dict[str, int]:
        """Return the number found by rule."""
        by_rule = dict(self._duck.execute("SELECT rule, count(*) FROM found GROUP BY rule").fetchall())
        return {name: by_rule.get(name, 0) for name in RULES}

    def _insert(self, name: str, table: pa.Table) -> None:
        self._duck.register("added", table)
        self._duck.execute(f"INSERT INTO {name} SELECT * FROM added")
        self._duck.unregister("added")

    def _find(self) -> None:
        self._duck.execute("DELETE FROM found")
        for name, sql in RULES.items():
            self._duck.execute(f"INSERT INTO found SELECT '{name}', f.* FROM ({sql.format(judged='payment')}) AS f")
