"""The command `query`: one SELECT over the documented tables, now or as of a day or an entry."""

from pathlib import Path
from typing import Annotated, Any

import typer

from comptroller.books.facts.tables import documented
from comptroller.cli.findings import KnownOption, ValidOption, day
from comptroller.cli.opening import known_entry, reading, working
from comptroller.cli.output import JsonOption, NodeOption, counted, exit_on_refusal, out, print_json, print_table
from comptroller.web.runtime.query_pool import QueryPool

Answer = tuple[list[str], list[tuple[Any, ...]]]


def query(  # noqa: PLR0913 - what one may ask by
    sql: Annotated[str | None, typer.Argument(metavar="SELECT", help="One SELECT over the documented tables.")] = None,
    valid: ValidOption = None,
    known: KnownOption = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="List the tables that can be named, with their columns.")
    ] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run one read-only SELECT over the documented tables."""
    if sql is None and not tables:
        raise typer.BadParameter("a SELECT, or --tables to list what it may name")
    with exit_on_refusal(as_json=as_json):
        if sql is None:
            columns, rows = _tables(node)
        elif valid or known:
            columns, rows = _as_of(sql, valid, known, node)
        else:
            with QueryPool() as pool, reading(node) as opened:
                columns, rows = pool.ask(opened.duck, sql, set(documented(opened.pack)))
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("", columns, rows)
        out.print(counted(len(rows), "row"))


def _tables(node: Path | None) -> Answer:
    """Return the documented tables by name, with the names of their columns."""
    with reading(node) as opened:
        rows = [
            (name, ", ".join(opened.duck.columns(f"SELECT * FROM {name}"))) for name in sorted(documented(opened.pack))
        ]
    return ["table", "columns"], rows


def _as_of(sql: str, valid: str | None, known: str | None, node: Path | None) -> Answer:
    """Return columns and rows as of a day and an entry; graphs of that day are made by the engine."""
    since = day(valid)
    with QueryPool() as pool, working(node) as worker:
        views = worker.books.views_here(since, known_entry(worker.ledger, known))
        return pool.ask(worker.duck, sql, set(documented(worker.pack)), views)
