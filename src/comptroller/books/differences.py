"""Of which entities a table says something else after it was written afresh."""

from collections.abc import Iterator
from contextlib import contextmanager

from comptroller.store.duck import Duck


@contextmanager
def differences(duck: Duck, tables: tuple[str, ...], renewed: dict[str, tuple[str, ...] | None]) -> Iterator[None]:
    """Note, for tables that are written afresh inside, the entities of which they say something else than before."""
    for table in tables:
        duck.execute(f"CREATE OR REPLACE TEMP TABLE was_{table} AS SELECT * FROM {table}")
    yield
    for table in tables:
        apart = f"(SELECT * FROM {table} EXCEPT SELECT * FROM was_{table}) UNION ALL (SELECT * FROM was_{table} EXCEPT SELECT * FROM {table})"
        found = duck.rows(f"SELECT DISTINCT entity FROM ({apart}) ORDER BY entity")
        duck.execute(f"DROP TABLE was_{table}")
        if found:
            renewed[table] = tuple(entity for (entity,) in found)
