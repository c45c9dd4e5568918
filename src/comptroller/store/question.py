"""A query from outside, parsed: one SELECT in its printed form, and the tables and columns that it names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlglot import exp

from comptroller.model.near import suggest
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.model.sql_check import Problem, count_words, parse_select, problems_of
from comptroller.model.sql_functions import ROW_MAKERS, STEADY, UNSTEADY
from comptroller.model.sql_names import is_own, printed
from comptroller.model.text import message

MAY_CALL = STEADY | UNSTEADY | ROW_MAKERS | {"columns"}
_MOST_TEXT, _MOST_WORDS = 100_000, 4_000
"""A longer text is not parsed: some forms of it would take seconds of the server."""


@dataclass(frozen=True, slots=True)
class Question:
    """The SELECT as it runs, and for each named table the columns that it may read; None for all of them."""

    sql: str
    tables: Mapping[str, frozenset[str] | None]


def read_question(sql: str, tables: Collection[str], current_only: Collection[str] = ()) -> Question:
    """Return a question over `tables`.

    Raises:
        Refused: for anything else, and for tables that are not known as of a day.
    """
    if len(sql) > _MOST_TEXT or (size := count_words(sql)) > _MOST_WORDS:
        seen = f"{len(sql)} characters" if len(sql) > _MOST_TEXT else f"{size} words"
        raise Refused([refusal("query.long", ("", None, "sql"), seen, limit=_MOST_TEXT, words=_MOST_WORDS)])
    names = {name.lower(): name for name in tables}
    tree, problems = parse_select(sql)
    if tree is not None:
        problems = problems_of(tree, names, MAY_CALL, is_steady=False)
    if tree is None or problems:
        raise Refused([refused(node, tables) for node in problems])
    read = {
        node.name.lower()
        for node in tree.find_all(exp.Table)
        if isinstance(node.this, exp.Identifier) and not is_own(node)
    }
    named = sorted(names[node] for node in read)
    for name in named:
        if name in current_only:
            raise Refused([refusal("query.as_of", ("", None, "sql"), name)])
    columns = _columns(tree)
    return Question(printed(tree), dict.fromkeys(named, columns))


def refused(problem: Problem, tables: Collection[str]) -> Refusal:
    """Return the refusal of a problem in a question."""
    place = ("", None, "sql")
    if problem.code == "table":
        fix = suggest(problem.seen, set(tables), message("query.table:fix"))
        return refusal("query.table", place, problem.seen, None, fix)
    if problem.code == "function":
        return refusal("query.function", place, problem.seen)
    if problem.code == "select":
        return refusal("query.select", place, problem.seen)
    return refusal("query.sql", place, problem.seen)


def _columns(tree: exp.Expr) -> frozenset[str] | None:
    """Return every name that may be a column's, in lower case; None if a question may read all columns.

    A superfluous name costs time; a missing name would change an answer. So every name counts. All columns count for a
    star, a row used as a value, columns by pattern or position, and joins and pivots over all columns.
    """
    if any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)):
        return None
    if next(tree.find_all(exp.Columns, exp.Pivot, exp.PositionalColumn), None) is not None:
        return None
    if any(join.args.get("method") == "NATURAL" for join in tree.find_all(exp.Join)):
        return None
    names = {node.name.lower() for node in tree.find_all(exp.Identifier)}
    rows = {
        node.alias_or_name.lower() for node in tree.find_all(exp.Table, exp.Subquery, exp.CTE, exp.Lateral, exp.Unnest)
    }
    if any(not column.table and column.name.lower() in rows for column in tree.find_all(exp.Column)):
        return None
    return frozenset(names)
