"""DuckDB as the books' and the judges' engine: one connection, SQL in, rows or Arrow tables out."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

SqlError = duckdb.Error
"""What DuckDB raises for a statement that it does not take."""


class Duck:
    """One connection to one DuckDB file, or to a database in memory."""

    def __init__(
        self, path: Path | None = None, *, readonly: bool = False, threads: int = 2, memory: str = "1500MB"
    ) -> None:
        """Open the file, or a database in memory; refuses (duckdb.Error) a file that another process writes."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": str(threads),
            "memory_limit": memory,
            "preserve_insertion_order": "true",
        }
        config["python_enable_replacements"] = "false"
        self._connection = duckdb.connect(str(path or ":memory:"), read_only=readonly, config=config)
        self._connection.execute("SET checkpoint_threshold = '1GB'")

    @classmethod
    def _of(cls, connection: duckdb.DuckDBPyConnection) -> "Duck":
        one = cls.__new__(cls)
        one._connection = connection  # noqa: SLF001 - its own
        return one

    def cursor(self) -> "Duck":
        """Give a further connection to the same database, with temporary tables of its own."""
        return Duck._of(self._connection.cursor())

    def set_zone(self, zone: str) -> None:
        """Read and show instants in that time zone; refuses (duckdb.Error) a zone that is not known."""
        self._connection.execute(f"SET TimeZone = '{zone}'")

    def lock_down(self) -> None:
        """Refuse files, networks, extensions and settings to what follows on this database."""
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, values) if values else self._connection.execute(sql)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give a query's rows as tuples."""
        return (self._connection.execute(sql, values) if values else self._connection.execute(sql)).fetchall()

    def columns(self, sql: str) -> list[str]:
        """Give the names of the columns that a query would give."""
        return [str(row[0]) for row in self._connection.execute(f"DESCRIBE {sql}").fetchall()]

    def arrow(self, sql: str, values: Sequence[Any] = ()) -> pa.Table:
        """Give a query's rows as an Arrow table."""
        return self._connection.sql(sql, params=list(values) or None).to_arrow_table()

    def few(self, sql: str) -> pa.Table:
        """Give a query's rows as an Arrow table, where they are few: quicker to begin, at the price of a copy."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
            return self._connection.execute(sql).to_arrow_table()

    def register(self, name: str, table: pa.Table) -> None:
        """Let SQL on this connection see an Arrow table under `name`, in front of any table of that name."""
        self._connection.register(name, table)

    def unregister(self, name: str) -> None:
        """Take a registered table away; in a transaction that has failed, the end of it does so."""
        with suppress(duckdb.TransactionException):
            self._connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what is inside whole or not at all."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
