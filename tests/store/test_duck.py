"""The laws of the door to DuckDB, and the fault for which its version is pinned."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from comptroller.store.duck import Duck, SqlError

_ANTI_JOIN = """
WITH judged AS (SELECT * FROM payment WHERE entity IS NOT NULL)
SELECT p.payment, p.amount
FROM judged AS p
JOIN line AS c ON p.paid_on >= c.valid_from AND (c.valid_until IS NULL OR p.paid_on < c.valid_until)
JOIN days AS d ON p.paid_on >= d.valid_from AND (d.valid_until IS NULL OR p.paid_on < d.valid_until)
WHERE p.amount >= c.value AND NOT EXISTS (
    SELECT 1 FROM payment AS b
    WHERE b.entity = p.entity AND b.payee = p.payee AND b.amount > 0
      AND date_diff('day', b.paid_on, p.paid_on) BETWEEN 1 AND d.value
)
ORDER BY ALL
"""


def test_a_correlated_anti_join_gives_the_columns_that_were_asked_for() -> None:
    """First payments above a line are those that a plain loop finds; DuckDB 1.4 and 1.5 fail here with other columns."""
    duck = Duck()
    duck.execute(
        "CREATE TABLE line AS SELECT 500.0::DOUBLE AS value, DATE '2000-01-01' AS valid_from, NULL::DATE AS valid_until"
    )
    duck.execute(
        "CREATE TABLE days AS SELECT 30.0::DOUBLE AS value, DATE '2000-01-01' AS valid_from, NULL::DATE AS valid_until"
    )
    duck.execute(
        "CREATE TABLE payment AS SELECT 'E' || i % 7 AS entity, 'S' || i * 31 % 113 AS payee, i AS payment, "
        "(i * 7919 % 1000)::DECIMAL(18,4) AS amount, DATE '2024-01-01' + (i % 200)::INTEGER AS paid_on FROM range(3000) AS t(i)"
    )
    rows = duck.rows("SELECT entity, payee, payment, amount, paid_on FROM payment")
    wanted = [
        (number, amount)
        for entity, payee, number, amount, on in rows
        if amount >= 500
        and not any(e == entity and s == payee and a > 0 and 1 <= (on - d).days <= 30 for e, s, _, a, d in rows)
    ]
    assert duck.rows(_ANTI_JOIN) == sorted(wanted)


def test_a_registered_table_stands_in_front_of_another() -> None:
    """SQL sees a registered table in the place of one of that name, and the other again when it is taken away."""
    duck = Duck()
    duck.execute("CREATE TABLE one AS SELECT 1 AS a")
    duck.register("one", pa.table({"a": [2]}))
    assert duck.rows("SELECT a FROM one") == [(2,)]
    duck.unregister("one")
    assert duck.rows("SELECT a FROM one") == [(1,)]


def test_a_transaction_is_whole_or_not_at_all() -> None:
    """What fails inside a transaction leaves nothing behind."""
    duck = Duck()
    duck.execute("CREATE TABLE one (a INTEGER)")
    with pytest.raises(SqlError), duck.transaction():  # noqa: PT012 - what comes before the fault is the matter
        duck.execute("INSERT INTO one VALUES (1)")
        duck.execute("SELECT nothing")
    assert duck.rows("SELECT count(*) FROM one") == [(0,)]


def test_a_variable_of_python_is_no_table() -> None:
    """SQL never reaches values of the program by their names."""
    secret = pa.table({"a": [1]})
    with pytest.raises(SqlError):
        Duck().rows("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_a_database_that_is_locked_down_reads_no_file() -> None:
    """After the lock, files, settings and extensions are out of reach."""
    duck = Duck()
    duck.lock_down()
    for sql in ("SELECT * FROM read_csv('/etc/hostname')", "SET threads = 1", "INSTALL httpfs"):
        with pytest.raises(SqlError):
            duck.execute(sql)


def test_instants_are_read_in_the_zone():
    """An instant without an offset is of the zone that was set; an unknown zone is refused."""
    duck = Duck()
    duck.set_zone("Asia/Shanghai")
    (found,) = duck.rows("SELECT CAST(CAST('2024-03-01T10:00:00' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS VARCHAR)")
    assert found == ("2024-03-01 02:00:00",)
    with pytest.raises(SqlError):
        duck.set_zone("Nowhere/Else")
    duck.close()


def test_few_rows_and_many_are_added_alike() -> None:
    """Rows go in by the names of their columns, whatever their number, and cells come out as they went in."""
    duck = Duck()
    duck.execute("CREATE TABLE one (d DECIMAL(30,6), a VARCHAR, n BIGINT, day DATE, is_so BOOLEAN)")
    for count in (0, 1, 8, 9):
        rows = pa.table(
            {
                "n": pa.array(range(count), pa.int64()),
                "a": pa.array(["x" if at % 2 else None for at in range(count)], pa.string()),
                "day": pa.array([dt.date(2024, 1, 1)] * count, pa.date32()),
                "d": pa.array([Decimal("51.000001")] * count, pa.decimal128(30, 6)),
                "is_so": pa.array([None] * count, pa.bool_()),
            }
        )
        duck.execute("DELETE FROM one")
        duck.insert("one", rows)
        assert duck.rows("SELECT n, a, day, d, is_so FROM one ORDER BY n") == [
            tuple(row.values()) for row in rows.to_pylist()
        ]
