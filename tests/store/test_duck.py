"""Properties of the interface to DuckDB, and the fault that pins its version."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from comptroller.store.duck import DuckDb, SqlError, fault_text, fault_without_values

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
    duck = DuckDb()
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
    duck = DuckDb()
    duck.execute("CREATE TABLE one AS SELECT 1 AS a")
    duck.register("one", pa.table({"a": [2]}))
    assert duck.rows("SELECT a FROM one") == [(2,)]
    duck.unregister("one")
    assert duck.rows("SELECT a FROM one") == [(1,)]


def test_a_transaction_is_whole_or_not_at_all() -> None:
    """What fails inside a transaction leaves nothing behind."""
    duck = DuckDb()
    duck.execute("CREATE TABLE one (a INTEGER)")
    with pytest.raises(SqlError), duck.transaction():  # noqa: PT012 - what comes before the fault is the matter
        duck.execute("INSERT INTO one VALUES (1)")
        duck.execute("SELECT nothing")
    assert duck.rows("SELECT count(*) FROM one") == [(0,)]


def test_a_variable_of_python_is_no_table() -> None:
    """SQL never reaches values of the program by their names."""
    secret = pa.table({"a": [1]})
    with pytest.raises(SqlError):
        DuckDb().rows("SELECT * FROM secret")
    assert secret.num_rows == 1


WAYS_OUT = [
    "SELECT * FROM read_csv('/etc/hostname')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '/etc/hostname'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('{other}')",
    "SELECT * FROM sniff_csv('/etc/hostname')",
    "SELECT getenv('HOME')",
    "ATTACH '{other}' AS other",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('https://example.org/a.csv')",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/hostname']",
    "SET allowed_configs = ['threads']",
    "SET temp_directory = '{folder}/spill'",
    "SET secret_directory = '{folder}/secrets'",
    "SET log_query_path = '{folder}/log'",
    "SET autoload_known_extensions = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "CREATE PERSISTENT SECRET s (TYPE http)",
]


@pytest.mark.parametrize("sql", WAYS_OUT)
@pytest.mark.parametrize("is_file", [False, True])
def test_every_database_is_closed_off_when_it_is_made(tmp_path, sql, is_file) -> None:
    """No statement reads or writes another file, reaches the network or the environment, or changes a setting."""
    other = tmp_path / "other.txt"
    other.write_text("outside", encoding="utf-8")
    duck = DuckDb(tmp_path / "books.duckdb") if is_file else DuckDb()
    with pytest.raises(SqlError):
        duck.rows(sql.format(other=other, folder=tmp_path))
    duck.close()
    assert {path.name for path in tmp_path.iterdir()} <= {"other.txt", "books.duckdb", "books.duckdb.wal"}


def test_a_closed_database_keeps_its_file_and_a_second_one_in_memory(tmp_path) -> None:
    """The file of the books is written and read again, and a database in memory works beside it."""
    duck = DuckDb(tmp_path / "books.duckdb")
    duck.execute("CREATE TABLE one AS SELECT range AS a FROM range(10000)")
    duck.execute("ATTACH ':memory:' AS beside")
    duck.execute("CREATE TABLE beside.main.two AS SELECT 1 AS b")
    duck.execute("CHECKPOINT")
    duck.close()
    again = DuckDb(tmp_path / "books.duckdb", readonly=True)
    assert again.rows("SELECT count(*) FROM one") == [(10000,)]
    again.close()


def test_without_spilling_what_is_too_large_fails(tmp_path, monkeypatch) -> None:
    """A database that may not spill writes nothing, and fails instead."""
    monkeypatch.chdir(tmp_path)
    duck = DuckDb(memory="50MB", spills=False)
    with pytest.raises(SqlError):
        duck.rows("SELECT count(*) FROM (SELECT range AS a, hash(range) AS h FROM range(20000000) ORDER BY h OFFSET 5)")
    duck.close()
    assert list(tmp_path.iterdir()) == []


def test_instants_are_read_in_the_zone():
    """An instant without an offset is read in the configured zone; an unknown zone is rejected."""
    duck = DuckDb()
    duck.set_zone("Asia/Shanghai")
    (row,) = duck.rows("SELECT CAST(CAST('2024-03-01T10:00:00' AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS VARCHAR)")
    assert row == ("2024-03-01 02:00:00",)
    with pytest.raises(SqlError):
        duck.set_zone("Nowhere/Else")
    duck.close()


def test_few_rows_and_many_are_added_alike() -> None:
    """Rows are added by the names of their columns, in any number, and cells come out unchanged."""
    duck = DuckDb()
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


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST(a AS INTEGER) FROM one",
        "SELECT CAST(a AS DATE) FROM one",
        "SELECT a::DECIMAL(3,1) FROM one",
        "SELECT strptime(a, '%Y') FROM one",
        "SELECT error(a) FROM one",
        "SELECT b * b FROM one",
        "SELECT CAST('to INT32' || a AS INTEGER) FROM one",
    ],
)
def test_a_fault_is_told_without_values(sql) -> None:
    """The author of a policy sees the kind of a fault and a type, never a value of a row."""
    duck = DuckDb()
    duck.execute("CREATE TABLE one AS SELECT 'never told' AS a, 9223372036854775807 AS b")
    with pytest.raises(SqlError) as fault:
        duck.rows(sql)
    for text in (fault_without_values(fault.value), fault_text(fault.value)):
        assert "never" not in text
        assert "9223372036854775807" not in text
        assert "Error" in text


def test_a_fault_of_names_is_told_whole() -> None:
    """A table or a column that is not there is named: there is no value in it."""
    with pytest.raises(SqlError) as fault:
        DuckDb().rows("SELECT nosuch FROM (SELECT 1 AS a) AS t")
    assert "nosuch" in fault_without_values(fault.value)
    assert fault_text(ValueError("as it is")) == "ValueError: as it is"
