"""The lists of functions against the engine's own: nothing is called that the engine has anew."""

from comptroller.model.sql_functions import ROW_MAKERS, STEADY, UNSTEADY
from comptroller.store.duck import DuckDb

REACH = (
    *("read_", "duckdb_", "pragma_", "pg_", "has_", "inet_", "parquet_", "json_serialize", "json_execute", "sniff_"),
    *("current_setting", "getvariable", "getenv", "glob", "query", "which_secret", "write_", "nextval", "currval"),
    *("sleep_ms", "error", "setval", "version", "__"),
)


def _of_engine(*sorts: str) -> set[str]:
    listed = ", ".join(f"'{sort}'" for sort in sorts)
    rows = DuckDb().rows(
        f"SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ({listed})"
    )
    return {name for (name,) in rows}


def test_what_may_be_called_is_there_and_computes() -> None:
    """Each name is a scalar, an aggregate, a window or a macro of the engine, or a word of its language."""
    words = {"if", "coalesce", "ifnull", "current_date", "setseed"}
    assert (STEADY | UNSTEADY) - words - _of_engine("scalar", "aggregate", "window", "macro") == set()
    assert _of_engine("table") >= ROW_MAKERS


def test_nothing_that_reaches_out_may_be_called() -> None:
    """No function reads files, settings, the catalogue, the session or the engine's inside, or waits."""
    assert [name for name in sorted(STEADY | UNSTEADY) if name.startswith(REACH)] == []
    assert set() == STEADY & UNSTEADY


def test_no_table_function_is_called_but_makers_of_rows() -> None:
    """A table function is listed only if it shares its name with a scalar; it is rejected as a table."""
    assert (STEADY & _of_engine("table", "table_macro")) - ROW_MAKERS <= {"repeat", "histogram", "summary"}
