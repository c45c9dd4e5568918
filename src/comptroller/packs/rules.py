"""A rule compiled from its two files: the SELECT with `judged` defined, its tables and columns checked."""

import hashlib
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal, refusal

OFFERED = (
    *("clock", "working_day", "list_in_force", "ancestor", "level", "heard"),
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


def _said(place: tuple[str, int | None, str], code: str, seen: object, zh: str, en: str) -> Refusal:
    mend = ("按 docs/packs.md 改正", "Mend it as docs/packs.md says.")
    return refusal(f"packs.rule.{code}", place, seen, (zh, en), mend)


def _tables(tree: exp.Expression) -> set[str]:
    """Give the names of the tables that a query reads, its own CTEs left out."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table) if table.name not in own}


def compile_rule(  # noqa: PLR0913 - what a rule's two files say
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
) -> tuple[Compiled | None, list[Refusal]]:
    """Give the rule's runnable SQL, or refusals: two statements, tables not declared, columns not given."""
    place = (f"{name}.sql", None, "")
    text = sql.decode("utf-8", "replace")
    refusals: list[Refusal] = []
    if not text.startswith("--"):
        refusals.append(_said((f"{name}.sql", 1, ""), "first_line", text[:40], "首行为注释", "a first line of comment"))
    try:
        statements = [s for s in sqlglot.parse(text, read="duckdb") if s is not None]
        conditions = [sqlglot.parse_one(w, read="duckdb") for w in (*when, *needs.values())]
    except sqlglot.errors.ParseError as error:
        detail = error.errors[0] if error.errors else {}
        at = (f"{name}.sql", detail.get("line"), "")
        return None, [*refusals, _said(at, "sql", str(error).splitlines()[0], "可解析的 SQL", "SQL that parses")]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return None, [*refusals, _said(place, "one_select", len(statements), "一条 SELECT", "one SELECT")]
    tree = statements[0]
    refusals += _check_tables(name, tree, set(reads), references)
    refusals += _check_columns(name, tree, (subject, docket), reads, judges)
    refusals += _check_same_always(name, tree)
    if judges is None or refusals:
        return None, refusals
    known = set(judges.columns)
    for condition in conditions:
        for column in condition.find_all(exp.Column):
            if column.name not in known:
                at = (f"{name}.yml", None, "when/needs")
                refusals.append(_said(at, "column", column.name, f"{judges.name} 的列", f"a column of {judges.name}"))
    if refusals:
        return None, refusals
    complete = [f"({w})" for w in when]
    complete += [f"({expression}) IS NOT NULL" for expression in needs.values()]
    complete += [f"{column} IS NOT NULL" for column in docket]
    judged = f"SELECT * FROM {judges.name} WHERE {' AND '.join(dict.fromkeys(complete))}"
    whole = tree.copy()
    first = exp.CTE(
        this=sqlglot.parse_one(judged, read="duckdb"), alias=exp.TableAlias(this=exp.to_identifier("judged"))
    )
    found = whole.args.get("with_") or whole.args.get("with")
    if found is not None:
        found.set("expressions", [first, *found.expressions])
    else:
        whole = whole.with_("judged", as_=judged, dialect="duckdb")
    fingerprint = hashlib.sha256(yml + b"\0" + sql).hexdigest()
    return Compiled(whole.sql(dialect="duckdb", comments=False), fingerprint, tuple(tree.named_selects)), []


def _check_tables(name: str, tree: exp.Expression, reads: set[str], references: set[str]) -> list[Refusal]:
    used = _tables(tree)
    place = (f"{name}.sql", None, "")
    refusals = []
    for table in sorted(used - {"judged"} - reads - references):
        zh, en = "reads、references 或 params 中声明的表", "a table declared under reads, references or params"
        refusals.append(_said(place, "table", table, zh, en))
    if "judged" not in used:
        refusals.append(_said(place, "judged", sorted(used), "读取 judged", "the SELECT reads `judged`"))
    for table in sorted(references - used):
        at = (f"{name}.yml", None, "references")
        refusals.append(_said(at, "unused", table, "SQL 实际读取的表", "a table that the SQL reads"))
    return refusals


def _check_same_always(name: str, tree: exp.Select) -> list[Refusal]:
    """Refuse what would make the same rows give another answer: an order with a limit, the present moment, chance."""
    place = (f"{name}.sql", None, "")
    zh, en = "不含 ORDER BY 与 LIMIT 的 SELECT", "a SELECT without ORDER BY and LIMIT"
    refusals = [
        _said(place, "order", word, zh, en) for part, word in _ORDERS.items() if tree.args.get(part) is not None
    ]
    zh, en = "由 clock 表给出的时间", "time from the table `clock`, and no chance"
    asking = [
        call
        for call in tree.find_all(exp.Func)
        if isinstance(call, _ASKS) or (isinstance(call, exp.Anonymous) and call.name.lower() in _ASKED)
    ]
    return [*refusals, *(_said(place, "moment", call.sql("duckdb"), zh, en) for call in asking)]


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
    reads: dict[str, Kind | None],
    judges: Kind | None,
) -> list[Refusal]:
    subject, docket = keys
    refusals = []
    given = set(tree.named_selects)
    for column in dict.fromkeys((*subject, *docket, "entity", "since", "entries")):
        if column not in given:
            at = (f"{name}.sql", None, column)
            refusals.append(_said(at, "gives", sorted(given), f"结果包含列 {column}", f"the SELECT gives {column}"))
    if "*" in given:
        refusals.append(_said((f"{name}.sql", None, ""), "star", "*", "逐列写明", "columns named one by one"))
    for table, kind in reads.items():
        if kind is None:
            at = (f"{name}.yml", None, "reads")
            refusals.append(_said(at, "table", table, "已有的事项表", "a table of a kind of fact"))
            continue
        for column in docket:
            if column not in kind.columns:
                at = (f"{name}.yml", None, "docket")
                refusals.append(_said(at, "docket", column, f"{table} 的列", f"a column of {table}"))
    if judges is not None and judges.name not in reads:
        at = (f"{name}.yml", None, "judges")
        refusals.append(_said(at, "judges", judges.name, "reads 中的表", "one of the tables in reads"))
    return refusals
