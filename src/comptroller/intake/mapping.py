"""Mappings: SELECTs that build the columns of kinds from a file of any layout; parsed, restricted and run."""

import re
from itertools import zip_longest
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp
from sqlglot.tokens import Tokenizer

from comptroller.intake.columns import DAY_CELLS, as_text, blank_to_null, own_name
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import reject
from comptroller.intake.raw_table import LINE, RawTable
from comptroller.intake.value_forms import BLANK
from comptroller.model.refusal import Refusal
from comptroller.model.sql_check import problems_of
from comptroller.model.sql_functions import STEADY
from comptroller.store.duck import DuckDb, SqlError

RAW = "raw"
"""The name of the file's table in a mapping."""
_KIND = re.compile(r"^--\s*kind:\s*([a-z][a-z0-9_]*)\s*$", re.MULTILINE)
_MAPS = ("attributes", "case_attributes")
"""Columns of JSON objects that a mapping sees as MAPs, when each of their values is one."""
_MAKERS = frozenset(("range", "generate_series"))
"""Functions that make rows out of nothing: a mapping has those of its file."""
_CALLED = STEADY - _MAKERS | {"unnest"}
_SPREADS = (
    exp.Group,
    exp.Join,
    exp.Distinct,
    exp.Union,
    exp.Except,
    exp.Intersect,
    exp.Window,
    exp.Unnest,
    exp.Lateral,
)
"""Syntax that may return rows in another order than the file's."""


class Select(NamedTuple):
    """One SELECT of a mapping: the kind of its rows, its SQL, the mapping's name, the line where it begins."""

    kind: str
    sql: str
    mapping: str
    line: int


def parse_mapping(name: str, text: str) -> tuple[list[Select], list[Refusal]]:
    r"""Return the SELECTs of a mapping, or all its refusals; none is run here.

    >>> parse_mapping("m.sql", "-- kind: payment\nSELECT id AS payment, line FROM raw")[0][0].kind
    'payment'
    """
    marks = list(_KIND.finditer(text))
    refusals: list[Refusal] = []
    if not marks:
        return [], [reject("intake.mapping.syntax", (name, None, ""), text.strip()[:80] or "-")]
    before = text[: marks[0].start()]
    if re.sub(r"--[^\n]*", "", before).strip():
        refusals.append(reject("intake.mapping.syntax", (name, 1, ""), before.strip()[:80]))
    selects = []
    for mark, end in zip(marks, [*(m.start() for m in marks[1:]), len(text)], strict=True):
        line = text.count("\n", 0, mark.start()) + 1
        sql, wrong = _select(text[mark.end() : end], (name, line, mark[1]))
        refusals += wrong
        selects.append(Select(mark[1], sql, name, line))
    return ([] if refusals else selects), refusals


def _select(text: str, place: tuple[str, int | None, str]) -> tuple[str, list[Refusal]]:
    """Return one SELECT as plain SQL, or its refusal."""
    try:
        trees = [
            tree for tree in sqlglot.parse(text, read="duckdb") if not (tree is None or isinstance(tree, exp.Semicolon))
        ]
    except (sqlglot.errors.SqlglotError, RecursionError) as fault:
        return "", [reject("intake.mapping.syntax", place, _first_line(fault))]
    if len(trees) != 1 or not isinstance(trees[0], exp.Query) or isinstance(trees[0], exp.Table):
        return "", [reject("intake.mapping.syntax", place, f"{len(trees)} statements: {text.strip()[:80]}")]
    tree = trees[0]
    refusals = [reject("intake.mapping.reach", place, seen) for seen in dict.fromkeys(_reaches(tree))]
    return _quoted(text).strip(), refusals


def _quoted(sql: str) -> str:
    """Return the SQL with quotes around the bare word `at`: a column of event logs, and a reserved word of DuckDB.

    Text after the last semicolon is a comment and is left out.
    """
    pieces, done = [], 0
    tokens = Tokenizer(dialect="duckdb").tokenize(sql)
    if tokens and tokens[-1].text == ";":
        sql = sql[: tokens[-1].start]
    for token, after in zip_longest(tokens, tokens[1:]):
        zone = after is not None and after.text.lower() == "time"
        if token.text.lower() == "at" and token.end - token.start == 1 and not zone:
            pieces += [sql[done : token.start], '"at"']
            done = token.end + 1
    return "".join(pieces) + sql[done:]


def _reaches(tree: exp.Expr) -> list[str]:
    """Name what a SELECT reads beyond `raw` and its own WITHs, and what makes it answer differently each time."""
    reaches = [node.seen for node in problems_of(tree, {RAW}, _CALLED)]
    reaches += [node.sql("duckdb") for node in tree.find_all(exp.TableSample)]
    reaches += ["WITH RECURSIVE" for node in tree.find_all(exp.With) if node.args.get("recursive")]
    makers = [node for node in tree.find_all(exp.Table) if isinstance(node.this, exp.Func)]
    return [*reaches, *(node.sql("duckdb") for node in makers)]


def apply_mapping(
    raw: RawTable, mapping: list[Select], *, limits: Limits = USUAL
) -> tuple[list[RawTable], list[Refusal]]:
    """Run a mapping over a file's table: one raw table a SELECT, columns as text, `line` from the file or counted.

    The database is in memory and closed off, as every one is. What DuckDB does not take is a refusal.
    """
    duck = DuckDb(memory="2GB", spills=False)
    try:
        duck.set_zone("UTC")
        _register(duck, raw.table)
        raws: list[RawTable] = []
        refusals: list[Refusal] = []
        for select in mapping:
            produced, wrong = _run(duck, select, raw, limits)
            raws += produced
            refusals += wrong
        return ([] if refusals else raws), refusals
    finally:
        duck.close()


def _register(duck: DuckDb, table: pa.Table) -> None:
    """Register the file's table under its name, with JSON objects as maps; blanks at the ends of cells are taken off."""
    duck.register("file", _trimmed(table))
    casts = [
        f"CAST(CAST({name} AS JSON) AS MAP(VARCHAR, VARCHAR)) AS {name}"
        for name in _MAPS
        if name in table.column_names and _all_objects(table[name])
    ]
    replaced = f"* REPLACE ({', '.join(casts)})" if casts else "*"
    duck.execute(f"CREATE TABLE {RAW} AS SELECT {replaced} FROM file")
    duck.unregister("file")


def _trimmed(table: pa.Table) -> pa.Table:
    table = table.drop_columns([DAY_CELLS]) if DAY_CELLS in table.column_names else table
    columns = [pc.utf8_trim(c, characters=BLANK) if pa.types.is_string(c.type) else c for c in table.columns]
    return pa.table([blank_to_null(c) if pa.types.is_string(c.type) else c for c in columns], names=table.column_names)


def _all_objects(column: pa.ChunkedArray) -> bool:
    """Return whether each value looks like a JSON object, and there is one."""
    return bool(pc.all(pc.starts_with(column, "{")).as_py())


def _run(duck: DuckDb, select: Select, raw: RawTable, limits: Limits) -> tuple[list[RawTable], list[Refusal]]:
    """Return the table of one SELECT, or the refusal with DuckDB's message."""
    place = (raw.place, None, f"{select.mapping}, line {select.line}, kind {select.kind}")
    try:
        duck.execute(f"CREATE OR REPLACE TEMP TABLE given AS SELECT * FROM (\n{select.sql}\n) LIMIT {limits.rows + 1}")
        names = duck.columns("SELECT * FROM given")
        own_order = LINE in names and duck.rows("SELECT 1 FROM given WHERE try_cast(line AS BIGINT) IS NULL LIMIT 1")
        if own_order:
            seen = duck.rows("SELECT line FROM given WHERE try_cast(line AS BIGINT) IS NULL LIMIT 1")[0][0]
            return [], [reject("intake.mapping.line", place, seen)]
        table = as_text(duck, "given", _order(select.sql, names))
    except SqlError as fault:
        columns = ", ".join(n for n in raw.table.column_names)
        return [], [reject("intake.mapping.failed", place, _first_line(fault), columns=columns)]
    if len(table) > limits.rows:
        return [], [reject("intake.rows.many", place, f"more than {limits.rows}", limit=limits.rows)]
    lines = table[LINE].cast(pa.int64()) if LINE in names else pa.array(range(1, len(table) + 1), pa.int64())
    if LINE in names:
        table = table.drop_columns([LINE])
        if len(lines) and pc.min(lines).as_py() < 1:
            return [], [reject("intake.mapping.line", place, pc.min(lines).as_py())]
    table = table.rename_columns([own_name(name) for name in table.column_names])
    return [RawTable(select.kind, table.append_column(LINE, lines), raw.place)], []


def _order(sql: str, names: list[str]) -> str:
    """Return the ORDER BY that makes the rows' order depend on the file alone."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    if tree.args.get("order") or not any(tree.find(kind) for kind in (*_SPREADS, exp.AggFunc)):
        return ""
    first = [LINE] if LINE in names else []
    rest = ['"' + name.replace('"', '""') + '"' for name in names if name != LINE]
    return "ORDER BY " + ", ".join([*first, *rest])


def _first_line(fault: Exception) -> str:
    """Return the message of an exception, without the lines below it."""
    return re.sub(r"\x1b\[[0-9;]*m", "", str(fault)).strip().split("\n")[0]
