"""Names in a FROM as the engine resolves them: a WITH of the query itself, a maker of rows, or a table."""

from collections.abc import Collection, Iterator

from sqlglot import exp

from comptroller.model.sql_functions import ROW_MAKERS


def printed(tree: exp.Expr) -> str:
    """Return a tree in its executed form."""
    return tree.sql("duckdb", comments=False)


def foreign_tables(tree: exp.Expr, tables: Collection[str]) -> Iterator[exp.Expr]:
    """Yield each table source that is none of these tables, no WITH of the query, and no maker of rows."""
    for table in tree.find_all(exp.Table):
        made = table.this
        if isinstance(made, exp.Func):
            if _called(made) not in ROW_MAKERS or table.db or table.catalog:
                yield table
        elif (
            not isinstance(made, exp.Identifier)
            or table.db
            or table.catalog
            or table.args.get("version")
            or (table.name.lower() not in tables and not is_own(table))
        ):
            yield table
    for lateral in tree.find_all(exp.Lateral):
        if isinstance(lateral.this, exp.Func) and _called(lateral.this) not in ROW_MAKERS:
            yield lateral


def is_own(table: exp.Expr) -> bool:
    """Check whether a name means a WITH of the query: an enclosing one, or an earlier one inside the same WITH.

    A WITH names itself only in the second part of a recursive UNION: elsewhere the engine reads a table of that name.
    """
    inner: exp.Expr = table
    while (outer := inner.parent) is not None:
        if isinstance(outer, exp.With):
            at = outer.expressions.index(inner)
            if any(_is_named(cte, table) for cte in outer.expressions[:at]):
                return True
            if outer.args.get("recursive") and _is_named(inner, table) and _is_in_second_part(inner, table):
                return True
            outer = outer.parent  # Its own query was checked above.
            if outer is None:
                return False
        elif (withs := outer.args.get("with_")) is not None and any(_is_named(c, table) for c in withs.expressions):
            return True
        inner = outer
    return False


def _is_named(cte: exp.Expr, table: exp.Expr) -> bool:
    return cte.alias.lower() == table.name.lower()


def _is_in_second_part(cte: exp.Expr, table: exp.Expr) -> bool:
    body = cte.this
    if not isinstance(body, exp.Union):
        return False
    at: exp.Expr | None = table
    while at is not None and at.parent is not body:
        at = at.parent
    return at is not None and at is body.args.get("expression")


def _called(function: exp.Expr) -> str:
    """Return the name of a called function as in the printed form, in lower case."""
    return printed(function).split("(", 1)[0].strip('"').lower()
