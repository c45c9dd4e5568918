"""A rule compiled from its two files: the SELECT with `judged` defined, its tables and columns checked.

Parsing is most of the cost of reading a pack: each text is parsed once in a process, for all packs that hold it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.near import suggest
from comptroller.model.policy import View
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.sql_check import plain_error
from comptroller.model.text import message

OFFERED = (
    *("clock", "working_day", "list_in_force", "ancestor", "level", "group_head", "last_report", "heard"),
    *("controls", "control_period", "control_turn", "ultimate_controller", "effective_share", "stake_issue"),
    *("controlled_not_governed", "governed_without_control"),
    *("related", "trade_cycle", "search_limit", "flow_fan", "guarantee_circle"),
)
"""Tables that the engine offers beside the kinds."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule's SQL as the engine runs it."""

    sql: str
    fingerprint: str
    gives: tuple[str, ...]
    names: frozenset[str]
    """Every column name in the SQL, including those in `judged`."""


def _rejected(
    place: tuple[str, int | None, str], code: str, seen: object, known: Collection[str] = (), **values: object
) -> Refusal:
    fix = suggest(str(seen), known, message(f"packs.rule.{code}:fix"))
    return refusal(f"packs.rule.{code}", place, seen, None, fix, **values)


def table_names(tree: exp.Expr) -> set[str]:
    """Return the names of the tables that a query reads, its own CTEs left out."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table) if table.name not in own}


def compile_rule(  # noqa: PLR0913 - the parts of a rule's two files
    name: str,
    sql: bytes,
    *,
    yml: bytes,
    judges: Kind | None,
    subject: tuple[str, ...],
    docket: tuple[str, ...],
    when: tuple[str, ...],
    needs: dict[str, str],
    reads: dict[str, Kind | None],
    references: set[str],
    views: Sequence[View] = (),
) -> tuple[Compiled | None, list[Refusal]]:
    """Return the rule's runnable SQL, or refusals: two statements, undeclared tables, missing columns.

    `views` are the views that the rule uses, inner ones first; their texts are part of its fingerprint.
    """
    compiled, refusals = _compile(
        name,
        (sql, yml),
        _table(judges),
        (subject, docket, when, tuple(needs.values())),
        tuple((table, _table(kind)) for table, kind in reads.items()),
        frozenset(references),
        tuple((view.name, view.text) for view in views),
    )
    return compiled, list(refusals)


_Table = tuple[str, frozenset[str]]
"""A kind's table and its columns."""


def _table(kind: Kind | None) -> _Table | None:
    return None if kind is None else (kind.name, frozenset(kind.columns))


@lru_cache(maxsize=2048)
def _compile(  # noqa: PLR0913, PLR0917 - the parts of a rule's two files, as plain values
    name: str,
    files: tuple[bytes, bytes],
    judges: _Table | None,
    keys: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    tables: tuple[tuple[str, _Table | None], ...],
    references: frozenset[str],
    views: tuple[tuple[str, str], ...],
) -> tuple[Compiled | None, tuple[Refusal, ...]]:
    """Return the result of `compile_rule`; `keys` are subject, docket, when and the needs."""
    sql, yml = files
    subject, docket, when, needs = keys
    reads = dict(tables)
    place = (f"{name}.sql", None, "")
    text = sql.decode("utf-8", "replace")
    refusals: list[Refusal] = []
    if not text.startswith("--"):
        refusals.append(_rejected((f"{name}.sql", 1, ""), "first_line", text[:40]))
    try:
        statements = [s for s in sqlglot.parse(text, read="duckdb") if s is not None]
        conditions = [columns_of(w) for w in (*when, *needs)]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        detail: dict[str, Any] = next(iter(getattr(error, "errors", [])), {})
        at = (f"{name}.sql", detail.get("line"), "")
        return None, (*refusals, _rejected(at, "sql", plain_error(error)))
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return None, (*refusals, _rejected(place, "one_select", len(statements)))
    tree = statements[0]
    shared = {view: sqlglot.parse_one(text, read="duckdb") for view, text in views}
    refusals += _check_tables(name, tree, set(reads), references, shared)
    refusals += _check_columns(name, tree, (subject, docket), reads, judges)
    refusals += _check_same_always(name, tree)
    if judges is None or refusals:
        return None, tuple(refusals)
    kind, known = judges
    at = (f"{name}.yml", None, "when/needs")
    for column in (column for named in conditions for column in named if column not in known):
        refusals.append(_rejected(at, "column", column, known, kind=kind))
    if refusals:
        return None, tuple(refusals)
    complete = [f"({w})" for w in when]
    complete += [f"({expression}) IS NOT NULL" for expression in needs]
    complete += [f"{column} IS NOT NULL" for column in docket]
    judged = f"SELECT * FROM {kind} WHERE {' AND '.join(dict.fromkeys(complete))}"
    gives = tuple(tree.named_selects)
    first = exp.CTE(
        this=sqlglot.parse_one(judged, read="duckdb"), alias=exp.TableAlias(this=exp.to_identifier("judged"))
    )
    heads = [
        first,
        *(exp.CTE(this=view_tree, alias=exp.TableAlias(this=exp.to_identifier(n))) for n, view_tree in shared.items()),
    ]
    own_ctes = tree.args.get("with_") or tree.args.get("with")
    if own_ctes is not None:
        own_ctes.set("expressions", [*heads, *own_ctes.expressions])
    else:
        tree.set("with_", exp.With(expressions=heads))
    names = frozenset(column.name for column in tree.find_all(exp.Column))
    runnable = tree.sql(dialect="duckdb", comments=False, copy=False)
    content = b"\0".join((yml, sql, *(f"{view}\0{text}".encode() for view, text in views)))
    return Compiled(runnable, hashlib.sha256(content).hexdigest(), gives, names), ()


@lru_cache(maxsize=4096)
def columns_of(expression: str) -> tuple[str, ...]:
    """Return the columns that an SQL expression names, in its order.

    Raises:
        SqlglotError: the text is no single expression.
    """
    trees = sqlglot.parse(expression, read="duckdb")
    if len(trees) != 1 or trees[0] is None:
        raise sqlglot.errors.ParseError(f"{len(trees)} expressions where one stands: {expression[:80]}")
    sqlglot.parse_one(f"SELECT ({expression})", read="duckdb")  # As it is used in a statement.
    return tuple(column.name for column in trees[0].find_all(exp.Column))


def _check_tables(
    name: str, tree: exp.Expr, reads: set[str], references: frozenset[str], shared: Mapping[str, exp.Expr]
) -> list[Refusal]:
    used = table_names(tree)
    within = used.union(*(table_names(view) for view in shared.values())) - set(shared)
    place = (f"{name}.sql", None, "")
    known = {*reads, *references, "judged"}
    refusals = [_rejected(place, "table", table, known) for table in sorted(used - known)]
    if "judged" not in within:
        refusals.append(_rejected(place, "judged", sorted(used)))
    for table in sorted(references - used - within):
        at = (f"{name}.yml", None, "references")
        refusals.append(_rejected(at, "unused", table))
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return refusals + [_rejected(place, "view_name", alias) for alias in sorted(own & set(shared))]


def _check_same_always(name: str, tree: exp.Select) -> list[Refusal]:
    """Return a refusal for each construct with unstable results: an order with a limit, the current time, chance."""
    place = (f"{name}.sql", None, "")
    refusals = [_rejected(place, "order", word) for word in orders(tree)]
    return [*refusals, *(_rejected(place, "moment", call) for call in asks_moment(tree))]


def orders(tree: exp.Select) -> list[str]:
    """Return the keywords of a SELECT that order or limit its rows."""
    return [word for part, word in _ORDERS.items() if tree.args.get(part) is not None]


def asks_moment(tree: exp.Expr) -> list[str]:
    """Return the calls that return another value at another moment: the current time, chance, counters."""
    return [
        call.sql("duckdb")
        for call in tree.find_all(exp.Func)
        if isinstance(call, _ASKS) or (isinstance(call, exp.Anonymous) and call.name.lower() in _ASKED)
    ]


_ORDERS = {"order": "ORDER BY", "limit": "LIMIT", "offset": "OFFSET"}
_ASKS = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Rand, exp.Uuid)
_ASKED = (
    "now",
    "today",
    "random",
    "uuid",
    "gen_random_uuid",
    "get_current_timestamp",
    "get_current_time",
    "getvariable",
    "nextval",
)


def _check_columns(
    name: str,
    tree: exp.Select,
    keys: tuple[tuple[str, ...], tuple[str, ...]],
    reads: Mapping[str, _Table | None],
    judges: _Table | None,
) -> list[Refusal]:
    subject, docket = keys
    refusals = []
    given = set(tree.named_selects)
    for column in dict.fromkeys((*subject, *docket, "entity", "since", "entries")):
        if column not in given:
            at = (f"{name}.sql", None, column)
            refusals.append(_rejected(at, "gives", sorted(given), column=column))
    if "*" in given:
        refusals.append(_rejected((f"{name}.sql", None, ""), "star", "*"))
    for table, kind in reads.items():
        if kind is None:
            at = (f"{name}.yml", None, "reads")
            expected, fix = message("packs.rule.kind_table:expected"), message("packs.rule.table:fix")
            refusals.append(refusal("packs.rule.table", at, table, expected, fix))
            continue
        for column in docket:
            if column not in kind[1]:
                at = (f"{name}.yml", None, "docket")
                refusals.append(_rejected(at, "docket", column, kind[1], table=table))
    if judges is not None and judges[0] not in reads:
        at = (f"{name}.yml", None, "judges")
        refusals.append(_rejected(at, "judges", judges[0]))
    return refusals
