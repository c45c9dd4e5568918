"""DuckDB as the engine of books and rules: one connection, SQL in, rows or Arrow tables out."""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import finalize

import duckdb
import pyarrow as pa

_TEXTS = 2_000
"""Number of parsed statements that a connection caches. A pack's rules need fewer; parsing is a third of a
small query.
"""
_SOME = 8
"""Up to so many rows are written as values."""
_ROWS = 500_000
"""Rows per batch of a table that may be too large to return at once."""

# Set once for all threads: to change the warning filters around each call would affect other threads.
warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

SqlError = duckdb.Error
"""Raised by DuckDB for a statement that it rejects."""
DatabaseInvalid = duckdb.FatalException
"""Raised by DuckDB when a database can only be closed: every later statement fails as well."""
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "allowed_configs": ["TimeZone", "enable_progress_bar"],
    "lock_configuration": "true",
}
"""Every database is opened without files, network, extensions, other databases and variables of the program.

The engine may touch only the database file and its log; no statement changes these settings.
"""


def closed_settings(memory: int) -> dict[str, str | list[str]]:
    """Return the settings of a closed database in memory, limited to so many bytes, without a temporary folder."""
    plain = {name: value if isinstance(value, list) else str(value) for name, value in _CLOSED.items()}
    return {**plain, "threads": "2", "memory_limit": f"{memory}B", "temp_directory": ""}


_BY_NAME = ("Binder Error", "Catalog Error", "Parser Error", "Syntax Error", "Not implemented Error")
"""Faults that occur before a row is read: their text names tables, columns and functions, and no value."""
_INTO = re.compile(r" to (?:type )?([A-Z][A-Z0-9_]*(?:\(\d+,\d+\))?)\b")


def fault_without_values(fault: Exception) -> str:
    """Return the type of a statement's fault and, for a failed conversion, the target type: never a value of a row.

    >>> fault_without_values(duckdb.ConversionException("Conversion Error: Could not convert string 'secret' to INT32"))
    'Conversion Error: into INT32 (values are left out)'
    """
    first = (str(fault) or type(fault).__name__).splitlines()[0]
    kind = first.split(":", 1)[0]
    if kind in _BY_NAME and "'" not in first:
        return first
    types = [word for word in _INTO.findall(first) if word.split("(")[0] in _TYPES]
    kind = kind if kind.endswith("Error") and len(kind) < _LONGEST_KIND else type(fault).__name__
    return f"{kind}:{f' into {types[-1]}' if types else ''} (values are left out)"


def fault_text(fault: Exception) -> str:
    """Return the text of a fault for the author of a policy: for an engine fault, its type alone."""
    if isinstance(fault, SqlError):
        return fault_without_values(fault)
    return f"{type(fault).__name__}: {fault}"[:2000]


_LONGEST_KIND = 40
_TYPES = frozenset(
    (
        *(
            "BOOL",
            "BOOLEAN",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
        ),
        *("UBIGINT", "INT8", "INT16", "INT32", "INT64", "INT128", "UINT8", "UINT16", "UINT32", "UINT64", "FLOAT"),
        *("DOUBLE", "DECIMAL", "VARCHAR", "BLOB", "DATE", "TIME", "TIMESTAMP", "INTERVAL", "UUID", "JSON", "BIT"),
    )
)


class DuckDb:
    """One connection to one DuckDB file, or to a database in memory."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        readonly: bool = False,
        threads: int = 2,
        memory: str = "1GB",
        spills: bool = True,
    ) -> None:
        """Open the file, or a database in memory, closed off from everything else.

        With `spills=False` nothing is written to a temporary folder: a statement that needs more memory fails.

        Raises:
            duckdb.Error: another process writes the file.
        """
        config: dict[str, str | bool | int | float | list[str]] = {
            **_CLOSED,
            "threads": str(threads),
            "memory_limit": memory,
            "preserve_insertion_order": "true",
            "checkpoint_threshold": "1GB",
        }
        if not spills:
            config["temp_directory"] = ""
        self._take(duckdb.connect(str(path or ":memory:"), read_only=readonly, config=config))

    def _take(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute("SET enable_progress_bar = false")  # The output of a program is its own.
        self._parsed: dict[str, duckdb.Statement | str] = {}
        finalize(self, self._parsed.clear)  # Also at the interpreter's end: the driver requires the filters back.

    def _statement(self, sql: str) -> duckdb.Statement | str:
        """Return a text as its one statement, parsed once for all executions; a text of several statements
        stays text.
        """
        if sql not in self._parsed:
            statements = self._connection.extract_statements(sql)
            if len(self._parsed) >= _TEXTS:
                self._parsed.clear()
            self._parsed[sql] = statements[0] if len(statements) == 1 else sql
        return self._parsed[sql]

    def _run(self, sql: str, values: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        if values:
            return self._connection.execute(sql, values)
        return self._connection.execute(self._statement(sql))

    @classmethod
    def _of(cls, connection: duckdb.DuckDBPyConnection) -> "DuckDb":
        other = cls.__new__(cls)
        other._take(connection)  # noqa: SLF001 - its own
        return other

    def cursor(self) -> "DuckDb":
        """Return a further connection to the same database, with temporary tables of its own."""
        return DuckDb._of(self._connection.cursor())

    def set_zone(self, zone: str) -> None:
        """Set the time zone for reading and showing instants; raises duckdb.Error for an unknown zone."""
        quoted = zone.replace("'", "''")
        self._connection.execute(f"SET TimeZone = '{quoted}'")

    @property
    def zone(self) -> str:
        """Return the time zone for reading and showing instants."""
        return str(self.rows("SELECT current_setting('TimeZone')")[0][0])

    def interrupt(self) -> None:
        """Stop the running statement of this connection, from another thread; its caller gets SqlError."""
        self._connection.interrupt()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        self._run(sql, values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return a query's rows as tuples."""
        return self._run(sql, values).fetchall()

    def named_rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return a query's columns by name, and its rows as tuples."""
        ran = self._run(sql)
        return [str(column[0]) for column in ran.description or ()], ran.fetchall()

    def records(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return a query's rows by the names of their columns."""
        done = self._run(sql, values)
        names = [str(column[0]) for column in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def columns(self, sql: str) -> list[str]:
        """Return the names of the columns of a query."""
        return [str(row[0]) for row in self._connection.execute(f"DESCRIBE {sql}").fetchall()]

    def arrow(self, sql: str, values: Sequence[Any] = ()) -> pa.Table:
        """Return a query's rows as an Arrow table."""
        return self._connection.sql(sql, params=list(values) or None).to_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.Table]:
        """Yield a query's rows in batches; the connection is busy until all batches are read."""
        for batch in self._connection.sql(sql).to_arrow_reader(_ROWS):
            yield pa.Table.from_batches([batch])

    def few(self, sql: str) -> pa.Table:
        """Return a small result as an Arrow table: it starts faster, but costs a copy."""
        return self._run(sql).to_arrow_table()

    def register(self, name: str, table: pa.Table) -> None:
        """Register an Arrow table under `name` on this connection; it hides any table of that name."""
        self._connection.register(name, table)

    def unregister(self, name: str) -> None:
        """Remove a registered table; after a failed transaction its end removes the table."""
        with suppress(duckdb.TransactionException):
            self._connection.unregister(name)

    def insert(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table, by the names of their columns; a few rows go as values, which starts faster."""
        columns = ", ".join(f'"{column}"' for column in rows.column_names)
        if rows.num_rows <= _SOME:
            cells = zip(*(column.to_pylist() for column in rows.columns), strict=True)
            marks = ", ".join([f"({', '.join('?' * rows.num_columns)})"] * rows.num_rows)
            if rows.num_rows:
                self.execute(f"INSERT INTO {table} ({columns}) VALUES {marks}", [cell for row in cells for cell in row])
            return
        self.register("inserted_rows", rows)
        self.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM inserted_rows")
        self.unregister("inserted_rows")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction: all of it or nothing."""
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the database inside the block, also within an open transaction."""
        first, second = (self.rows("SELECT txid_current()")[0][0] for _ in range(2))
        if first == second:  # Outside a transaction each statement has its own.
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._parsed.clear()
        self._connection.close()
