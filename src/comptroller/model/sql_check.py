"""SQL from outside as a tree: which tables it reads, which functions it calls, what is not allowed, and its printed
form.

- One printed form: a tree is printed without comments, parsed again, and must print the same. The printed form is what
  runs. Text that two parsers read differently therefore never reaches the engine.
- Functions are checked by name on the tokens of the printed form, for every type of node that a parser makes of a call.
- A name in a FROM is a WITH of the query itself only if the engine resolves it as one; otherwise it is a table.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from comptroller.model.sql_functions import UNSTEADY
from comptroller.model.sql_names import foreign_tables, printed

_SYNTAX = frozenset(
    (
        *(
            "and",
            "or",
            "not",
            "in",
            "exists",
            "as",
            "over",
            "filter",
            "cast",
            "try_cast",
            "case",
            "when",
            "then",
            "else",
        ),
        *(
            "between",
            "like",
            "ilike",
            "glob",
            "similar",
            "to",
            "is",
            "distinct",
            "from",
            "where",
            "join",
            "on",
            "using",
        ),
        *("select", "values", "union", "all", "except", "intersect", "by", "with", "recursive", "materialized", "any"),
        *(
            "some",
            "row",
            "interval",
            "extract",
            "within",
            "lateral",
            "exclude",
            "replace",
            "rename",
            "having",
            "qualify",
        ),
        *("limit", "offset", "pivot", "unpivot", "for", "sample", "tablesample", "system", "bernoulli", "reservoir"),
        *("rollup", "cube", "grouping", "sets", "group", "partition", "order", "name", "asc", "desc", "lambda", "try"),
        *("window", "ordinality", "nulls", "first", "last", "escape", "collate", "at", "zone", "time"),
        *(
            "decimal",
            "numeric",
            "varchar",
            "char",
            "text",
            "struct",
            "map",
            "list",
            "array",
            "enum",
            "bit",
            "timestamp",
        ),
    )
)
"""Keywords and types that may precede a parenthesis."""
_MOMENTS = frozenset(
    (
        *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
        *("current_user", "session_user", "current_role", "current_catalog", "current_schema"),
    )
)
"""Keywords without a parenthesis that mean the current time or the session."""
_TEXT_FORMS = (exp.ByteString, exp.RawString, exp.UnicodeString, exp.HexString, exp.BitString, exp.National)
_NEVER = (exp.Into, exp.Command, exp.Placeholder, exp.Parameter, exp.SessionParameter)
"""Constructs that no SQL from outside may have: writes, other statements, parameters."""


class Problem(NamedTuple):
    """What is not allowed: `sql`, `select`, `table`, `function`, `subquery`, `column` or `moment`, and the part concerned."""

    code: str
    seen: str


def count_words(sql: str) -> int:
    """Return of how many words, numbers, strings and signs a text is made; 0 for one that is no SQL at all."""
    try:
        return len(Tokenizer(dialect="duckdb").tokenize(sql))
    except sqlglot.errors.SqlglotError:
        return 0  # Parsing gives the reason.


def parse_select(sql: str) -> tuple[exp.Query | None, list[Problem]]:
    """Return the one query of a text, or the problem: it does not parse, or it is not one SELECT."""
    try:
        trees = [
            tree for tree in sqlglot.parse(sql, read="duckdb") if not (tree is None or isinstance(tree, exp.Semicolon))
        ]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        return None, [Problem("sql", plain_error(error))]
    if len(trees) != 1 or not isinstance(trees[0], (exp.Select, exp.SetOperation)):
        return None, [Problem("select", f"{len(trees)}: {sql.strip()[:80]}")]
    return trees[0], []


@lru_cache(maxsize=4096)
def parse_expression(sql: str, functions: frozenset[str]) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the columns that an expression names, in their order, and its problems.

    An expression reads the columns of one row: no query, no table, no qualified name, no star. Its text is inserted
    into statements unchanged. So it must not contain a comment or another form of string, which two parsers may read
    differently.
    """
    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        return (), (Problem("sql", plain_error(error)),)
    tree = trees[0] if len(trees) == 1 else None
    if tree is None or isinstance(tree, (exp.DDL, exp.DML, exp.Alias, exp.Command)) or not _is_plain(sql):
        return (), (Problem("sql", sql.strip()[:80]),)
    problems = [
        Problem("subquery", _excerpt(node)) for node in tree.find_all(exp.Query, exp.Table, exp.Star, exp.Columns)
    ]
    columns = list(tree.find_all(exp.Column))
    problems += [Problem("column", _excerpt(node)) for node in columns if node.table and not _is_in_lambda(node)]
    problems += problems_of(tree, (), functions) if not problems else []
    named = tuple(node.name for node in columns if not node.table)
    return named, tuple(problems)


def _is_plain(sql: str) -> bool:
    """Check that a text is its tokens and white space alone, and that its strings are in single quotes."""
    at = 0
    for token in Tokenizer(dialect="duckdb").tokenize(sql):
        part = sql[token.start : token.end + 1]
        is_string = token.token_type is TokenType.STRING
        if sql[at : token.start].strip() or (is_string and not (part.startswith("'") and part.endswith("'"))):
            return False
        if token.token_type is TokenType.SEMICOLON:
            return False
        at = token.end + 1
    return not sql[at:].strip()


def problems_of(
    tree: exp.Expr, tables: Collection[str], functions: Collection[str], *, is_steady: bool = True
) -> list[Problem]:
    """Return the tables and functions of a tree that are not allowed, and constructs that print differently.

    `tables` are in lower case. With `is_steady`, for policy, the current time, chance, the session and other forms of
    strings are problems as well.
    """
    try:
        text = printed(tree)
        again = sqlglot.parse_one(text, read="duckdb")
        if printed(again) != text:
            return [Problem("sql", text[:80])]
        problems = [
            Problem("select", _excerpt(node)) for node in tree.find_all(*_NEVER, *(_TEXT_FORMS if is_steady else ()))
        ]
        problems += [Problem("table", _excerpt(node)) for node in foreign_tables(tree, tables)]
        tokens = _bare_tokens(again, text)
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        return [Problem("sql", plain_error(error))]
    calls = [*_calls(tokens)]
    moments = [*_moments(tokens), *(name for name in calls if name.lower() in UNSTEADY)] if is_steady else []
    problems += [Problem("moment", name) for name in moments]
    problems += [Problem("function", name) for name in calls if name.lower() not in functions and name not in moments]
    return list(dict.fromkeys(problems))


def _bare_tokens(tree: exp.Expr, text: str) -> list[Token]:
    """Return the tokens of a tree's printed form, without the columns of `AS name(column)`, where nothing is called."""
    aliases = [alias for alias in tree.find_all(exp.TableAlias) if alias.columns]
    for alias in aliases:
        alias.set("columns", None)
    return Tokenizer(dialect="duckdb").tokenize(printed(tree) if aliases else text)


def _calls(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the names that are called as functions, without keywords."""
    for at, (token, after) in enumerate(pairwise(tokens)):
        if after.token_type is TokenType.L_PAREN and _is_word(token):
            is_quoted = token.token_type is TokenType.IDENTIFIER
            is_method = at > 0 and tokens[at - 1].token_type is TokenType.DOT
            if is_quoted or is_method or token.text.lower() not in _SYNTAX:
                yield token.text


def _moments(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the keywords that mean the current time or the session."""
    for at, token in enumerate(tokens):
        is_word = token.token_type is not TokenType.IDENTIFIER and _is_word(token)
        is_part = at > 0 and tokens[at - 1].token_type is TokenType.DOT
        if is_word and not is_part and token.text.lower() in _MOMENTS:
            yield token.text


def _is_word(token: Token) -> bool:
    return token.token_type is TokenType.IDENTIFIER or (
        token.token_type is not TokenType.STRING and token.text[:1].isidentifier()
    )


def _is_in_lambda(column: exp.Column) -> bool:
    """Check whether a qualified name is a field of a lambda's parameter."""
    at: exp.Expr | None = column
    while (at := at.parent if at is not None else None) is not None:
        if isinstance(at, exp.Lambda) and any(name.name == column.table for name in at.expressions):
            return True
    return False


def _excerpt(node: exp.Expr) -> str:
    return printed(node)[:80]


def plain_error(error: Exception) -> str:
    """Return the first line of a parser's message, without terminal control sequences."""
    text = str(error) or type(error).__name__
    return "".join(
        part.split("m", 1)[-1] if at else part for at, part in enumerate(text.splitlines()[0].split("\x1b["))
    )
