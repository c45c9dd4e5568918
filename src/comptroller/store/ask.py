"""One SELECT from outside, run so that it can read the tables it may and nothing else, for as long as it may."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlglot
from sqlglot import exp

from comptroller.model.near import did_you_mean
from comptroller.model.refusal import Refused, refusal
from comptroller.store.duck import Duck, SqlError

_MOST_ROWS = 100_000
_MOST_TEXT = 100_000
_MOST_SECONDS = 60.0
_NO_COLUMN, _NAMED = re.compile(r'Referenced column "([^"]+)" not found'), re.compile(r'"([^"]+)"')


def ask(
    duck: Duck,
    sql: str,
    tables: set[str],
    views: Mapping[str, str] | None = None,
    *,
    seconds: float = _MOST_SECONDS,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Give columns and rows (at most 100,000) of one SELECT over `tables`; `views`, if any, puts other SQL in each one's place.

    Refuses (Refused) anything but one SELECT, a table that is not among those, functions that reach outside, what takes
    longer than `seconds`, and what the engine does not take. The statement that runs is printed anew from its parsed form,
    so nothing unparsed reaches the engine.
    """
    tree = _parse(sql)
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            _refuse_table(table.sql("duckdb"), tables)
        if _is_own(table):
            continue
        if table.name not in tables:
            _refuse_table(table.name, tables)
        if views and table.name not in views:
            _refuse("query.as_of", table.name, sorted(views))
        if views:
            alias = table.alias or table.name
            table.replace(
                sqlglot.parse_one(f"SELECT * FROM ({views[table.name]}) AS {alias}", read="duckdb").find(exp.Subquery)
            )
    for function in tree.find_all(exp.Anonymous):
        if _reaches(function.name.lower()):
            _refuse("query.function", function.name, ["functions that read the table's values only"])
    try:
        with _at_most(duck, seconds, sql):
            found = duck.arrow(f"SELECT * FROM ({tree.sql('duckdb')}) LIMIT {_MOST_ROWS}")
    except (SqlError, RecursionError) as error:
        wanted = ("DuckDB 能执行的 SELECT", "a SELECT that DuckDB takes")
        said = str(error).splitlines()[0]
        mend = _meant(str(error), ("按提示改正", "Correct it by what it says."))
        raise Refused([refusal("query.sql", ("", None, "sql"), said, wanted, mend)]) from error
    columns = list(found.column_names)
    return columns, [tuple(row) for row in zip(*(c.to_pylist() for c in found.columns), strict=True)] if columns else []


@contextmanager
def _at_most(duck: Duck, seconds: float, sql: str) -> Iterator[None]:
    """End what runs inside when its time is over, and refuse it by name."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        duck.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield
    except SqlError as fault:
        if not late.is_set():
            raise
        wanted = (f"{seconds:g} 秒内可答的查询", f"a question that is answered within {seconds:g} s")
        mend = ("缩小范围", "Ask for less.")
        raise Refused([refusal("query.slow", ("", None, "sql"), sql[:80], wanted, mend)]) from fault
    finally:
        timer.cancel()


def _parse(sql: str) -> exp.Expr:
    if len(sql) > _MOST_TEXT:
        _refuse("query.long", f"{len(sql)}", [f"at most {_MOST_TEXT} characters"])
    try:
        statements = [s for s in sqlglot.parse(sql, read="duckdb") if s is not None]
    except (sqlglot.errors.ParseError, sqlglot.errors.TokenError, RecursionError) as error:
        said = str(error).splitlines()[0]
        wanted = ("可解析的一条 SELECT", "one SELECT that parses")
        raise Refused(
            [refusal("query.sql", ("", None, "sql"), said, wanted, ("改正语句", "Mend the statement."))]
        ) from error
    if (
        len(statements) != 1
        or not isinstance(statements[0], (exp.Select, exp.SetOperation))
        or list(statements[0].find_all(exp.Into))
    ):
        _refuse("query.select", sql[:80], ["one SELECT"])
    return statements[0]


def _is_own(table: exp.Table) -> bool:
    """Whether a name means a WITH of the query itself: one that encloses it, and in a WITH one that stands before it."""
    inner: exp.Expr = table
    while (outer := inner.parent) is not None:
        if isinstance(outer, exp.With):
            earlier = outer.expressions[: outer.expressions.index(inner) + bool(outer.args.get("recursive"))]
            if any(cte.alias == table.name for cte in earlier):
                return True
            outer = outer.parent  # Its own query has been looked at.
        elif (found := outer.args.get("with_")) is not None and any(c.alias == table.name for c in found.expressions):
            return True
        if outer is None:
            return False
        inner = outer
    return False


def _reaches(function: str) -> bool:
    """Whether a function reads files, settings or the engine's inside."""
    return function.startswith(
        (
            "read_",
            "duckdb_",
            "pragma_",
            "sniff_",
            "parquet_",
            "glob",
            "getenv",
            "query",
            "current_setting",
            "which_secret",
            "write_",
            "sql_auto",
        )
    )


def _refuse(code: str, seen: str, allowed: list[str]) -> None:
    wanted = (f"其中:{'、'.join(allowed)}", f"among: {', '.join(allowed)}")
    mend = ("改用文档所列的表与函数", "Use the documented tables and plain functions.")
    raise Refused([refusal(code, ("", None, "sql"), seen, wanted, mend)])


def _meant(said: str, otherwise: tuple[str, str]) -> tuple[str, str]:
    """Return how to correct a column that the engine does not know (zh, en): it names those of the tables that are close."""
    missing = _NO_COLUMN.search(said)
    return (
        did_you_mean(missing.group(1), set(_NAMED.findall(said[missing.end() :])), otherwise) if missing else otherwise
    )


def _refuse_table(name: str, tables: set[str]) -> None:
    """Refuse a table that may not be named: the close ones are offered, and where all are listed."""
    listing = ("用 comptroller query --tables 列出可查的表", "List the tables: comptroller query --tables.")
    wanted = ("文档所列且可见的表", "a documented table that may be seen")
    raise Refused([refusal("query.table", ("", None, "sql"), name, wanted, did_you_mean(name, tables, listing))])
