"""What differs in a table that was written afresh: the entities and the groups of rows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyarrow as pa

from comptroller.store.duck import DuckDb


@contextmanager
def differences(
    duck: DuckDb,
    tables: tuple[str, ...],
    entities: Iterable[str] | None,
    renewed: dict[str, tuple[str, ...] | None],
) -> Iterator[None]:
    """Note, for tables that are written afresh inside the block, the entities with other rows than before.

    Where entities are named, only rows about these are compared.
    """
    scope = ""
    if entities is not None:
        duck.execute("CREATE OR REPLACE TEMP TABLE named (entity VARCHAR)")
        duck.register("new_named", pa.table({"entity": pa.array(sorted(entities), pa.string())}))
        duck.execute("INSERT INTO named SELECT entity FROM new_named")
        duck.unregister("new_named")
        scope = "WHERE entity IN (SELECT entity FROM named)"
    for table in tables:
        duck.execute(f"CREATE OR REPLACE TEMP TABLE was_{table} AS SELECT * FROM {table} {scope}")
    yield
    for table in tables:
        now, was = f"SELECT * FROM {table} {scope}", f"SELECT * FROM was_{table}"
        apart = f"({now} EXCEPT {was}) UNION ALL ({was} EXCEPT {now})"
        changed = duck.rows(f"SELECT DISTINCT entity FROM ({apart}) ORDER BY entity")
        duck.execute(f"DROP TABLE was_{table}")
        if changed:
            renewed[table] = tuple(entity for (entity,) in changed)


def differing_groups(duck: DuckDb, key: str, was: str, now: str) -> pa.Table:
    """Return the rows of both SELECTs of every group, by `key`, that gained or lost a row.

    A rule judges each leg of a circle by the whole circle: where one leg changes, all of them are due.
    """
    apart = f"({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was})"
    groups = f"SELECT {key} FROM ({apart}) AS d"
    return duck.few(
        f"SELECT * FROM ({was}) AS w WHERE {key} IN ({groups}) UNION ALL SELECT * FROM ({now}) AS n WHERE {key} IN ({groups})"
    )
