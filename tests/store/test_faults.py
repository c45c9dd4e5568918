"""The law of causes: memory, disk and closed stores are the machine's; a value that cannot be cast is the value's."""

import duckdb
import pytest

from comptroller.store.duck import DuckDb, SqlError
from comptroller.store.faults import is_of_machine, is_of_values
from comptroller.store.sqlite import StoreDown


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST('out of memory' AS INTEGER)",
        "SELECT CAST(99999999999 AS INTEGER)",
        "SELECT CAST(1e30 AS BIGINT)",
    ],
)
def test_a_value_is_the_cause(sql: str) -> None:
    """Also where the text that is quoted sounds like the machine's."""
    with pytest.raises(SqlError) as raised:
        DuckDb().rows(sql)
    assert is_of_values(raised.value)


def test_the_machine_is_the_cause() -> None:
    """A statement that ran out of memory, a closed connection, a full disk."""
    duck = DuckDb(memory="20MB")
    with pytest.raises(SqlError) as raised:
        duck.rows("SELECT list(range) FROM range(100000000)")
    assert is_of_machine(raised.value)
    duck.close()
    with pytest.raises(SqlError) as raised:
        duck.rows("SELECT 1")
    assert is_of_machine(raised.value)
    assert all(is_of_machine(fault) for fault in (MemoryError(), OSError(), StoreDown("full")))


def test_a_table_that_is_not_there_is_neither() -> None:
    """No value takes a table away: a report is not blamed for it."""
    with pytest.raises(duckdb.CatalogException) as raised:
        DuckDb().rows("SELECT * FROM nothing")
    assert not is_of_values(raised.value)
    assert not is_of_values(KeyboardInterrupt())
