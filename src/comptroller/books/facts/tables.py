"""The tables of the books, made from a pack: for each kind every known fact, the ended ones, and a view of the current
ones.

`all_<table>` is append-only; `gone_<kind>` has the facts that ended, each with the entry that ended it; `<table>` is
the current state.
"""

import datetime as dt
from collections.abc import Iterable

from comptroller.model.kind import Kind
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb

FIXED = {
    "position": "one BOOLEAN, entries BIGINT, batches BIGINT, policy BIGINT, pack VARCHAR, mark VARCHAR",
    "adopted": "entry BIGINT, pack VARCHAR",
    "clock": "today DATE, now TIMESTAMP",
    "clock_act": (
        'entry BIGINT, does VARCHAR, first_entry BIGINT, last_entry BIGINT, "by" VARCHAR, why VARCHAR, since VARCHAR, until VARCHAR'
    ),
    "unfolded": "entry BIGINT, fault VARCHAR, named_by BIGINT",
    "last_report": "entity VARCHAR, last_at TIMESTAMP, fact BIGINT",
    "ancestor": "entity VARCHAR, ancestor VARCHAR, distance INTEGER",
    "level": "entity VARCHAR, legal INTEGER, management INTEGER",
    "group_head": "entity VARCHAR, head VARCHAR, valid_from DATE, valid_until DATE",
    "controls": (
        "owner VARCHAR, entity VARCHAR, basis VARCHAR, share_pct DECIMAL(30,6), steps INTEGER, path VARCHAR, place BIGINT"
    ),
    "control_period": ("owner VARCHAR, entity VARCHAR, basis VARCHAR, path VARCHAR, valid_from DATE, valid_until DATE"),
    "control_turn": (
        "owner VARCHAR, entity VARCHAR, turn VARCHAR, basis VARCHAR, path VARCHAR, day DATE, entry BIGINT"
    ),
    "ultimate_controller": (
        "entity VARCHAR, owner VARCHAR, basis VARCHAR, is_ring BOOLEAN, path VARCHAR, place BIGINT"
    ),
    "effective_share": (
        "owner VARCHAR, entity VARCHAR, share_pct DECIMAL(30,6), low_pct DECIMAL(9,6), high_pct DECIMAL(9,6), "
        "gap_pct DECIMAL(9,6), is_ultimate BOOLEAN, place BIGINT"
    ),
    "stake_issue": "entity VARCHAR, issue VARCHAR, sum_pct DECIMAL(18,6), detail VARCHAR, place BIGINT",
    "related": (
        "party VARCHAR, other VARCHAR, category VARCHAR, how VARCHAR, steps INTEGER, path VARCHAR, valid_from DATE, "
        "valid_until DATE, facts BIGINT[]"
    ),
    "trade_cycle": (
        "flow VARCHAR, pattern VARCHAR, cycle VARCHAR, position INTEGER, legs INTEGER, entity VARCHAR, leg VARCHAR, payee VARCHAR, "
        "amount DECIMAL(18,2), goods VARCHAR, day DATE, fact BIGINT"
    ),
    "search_limit": "entity VARCHAR, flow VARCHAR, pattern VARCHAR, reached VARCHAR, leg VARCHAR, entry BIGINT",
    "flow_fan": (
        "flow VARCHAR, shape VARCHAR, fan VARCHAR, centre VARCHAR, peers INTEGER, total DECIMAL(38,2), since DATE, until DATE, "
        "entity VARCHAR, leg VARCHAR, payee VARCHAR, amount DECIMAL(18,2), day DATE, fact BIGINT"
    ),
    "guarantee_circle": (
        "circle VARCHAR, position INTEGER, legs INTEGER, entity VARCHAR, guarantee VARCHAR, debtor VARCHAR, "
        "amount_cny DECIMAL(18,4), since DATE, until DATE, fact BIGINT"
    ),
    "working_day": "day DATE, is_working BOOLEAN, number INTEGER",
    "policy_line": (
        "list VARCHAR, item VARCHAR, limit_cny DECIMAL(18,4), share_pct DECIMAL(30,6), body VARCHAR, position INTEGER, "
        "legal_review BOOLEAN, text VARCHAR, valid_from DATE, valid_until DATE, verified BOOLEAN"
    ),
    "list_in_force": (
        "entity VARCHAR, list VARCHAR, item VARCHAR, holder VARCHAR, distance INTEGER, limit_cny DECIMAL(18,4), "
        "share_pct DECIMAL(30,6), body VARCHAR, position INTEGER, legal_review BOOLEAN, text VARCHAR, valid_from DATE, "
        "valid_until DATE, fact BIGINT, verified BOOLEAN"
    ),
}
"""Tables of the books that no kind defines, and their columns."""

GOVERNANCE = {
    "controlled_not_governed": (
        "SELECT c.owner, c.entity, c.basis, c.path FROM {controls} AS c JOIN {entity} AS o ON o.entity = c.owner "
        "WHERE NOT EXISTS (SELECT 1 FROM {ancestor} AS a WHERE a.entity = c.entity AND a.ancestor = c.owner)"
    ),
    "governed_without_control": (
        "SELECT a.ancestor AS manager, a.entity, a.distance FROM {ancestor} AS a WHERE a.distance > 0 "
        "AND NOT EXISTS (SELECT 1 FROM {controls} AS c WHERE c.entity = a.entity AND c.owner = a.ancestor)"
    ),
}
GOVERNANCE_COLUMNS = {
    "controlled_not_governed": "owner VARCHAR, entity VARCHAR, basis VARCHAR, path VARCHAR",
    "governed_without_control": "manager VARCHAR, entity VARCHAR, distance INTEGER",
}
"""Views over control and management: what an entity of the register controls without managing it, and the reverse."""

DEPRECATED = {"heard": "last_report", "asleep": "suspended_rule"}
"""Earlier names of tables, each a view over the table of its present name."""

TOP = 999
"""The distance of a pack's own line of a list: further than any entity above."""


def create(duck: DuckDb, pack: Pack) -> None:
    """Make every table that is not there yet; a kind that is new in the pack gets its table, a new field its column."""
    there: dict[str, set[str]] = {}
    for table, column in duck.rows("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"):
        there.setdefault(table, set()).add(column)
    script = [f"CREATE TABLE IF NOT EXISTS {name} ({columns})" for name, columns in FIXED.items()]
    script.append("CREATE OR REPLACE VIEW heard AS SELECT * FROM last_report")
    for table, kind in pack.tables.items():
        hashes = {} if kind.parent else {"key_hash": "UBIGINT", "content_hash": "UBIGINT"}
        columns = {**kind.columns, **hashes}
        if f"all_{table}" not in there:
            listed = ", ".join(f'"{c}" {form}' for c, form in columns.items())
            script.append(f"CREATE TABLE all_{table} ({listed})")
        else:
            missing = [c for c in columns if c not in there[f"all_{table}"]]
            script += [f'ALTER TABLE all_{table} ADD COLUMN "{c}" {columns[c]}' for c in missing]
        if not kind.parent:
            script.append(f"CREATE TABLE IF NOT EXISTS gone_{table} (fact BIGINT, entry BIGINT)")
    script += [f"CREATE OR REPLACE VIEW {table} AS {standing(table, kind)}" for table, kind in pack.tables.items()]
    now = {name: name for name in ("controls", "ancestor", "entity")}
    if "entity" in pack.tables:
        script += [f"CREATE OR REPLACE VIEW {name} AS {sql.format(**now)}" for name, sql in GOVERNANCE.items()]
    duck.execute(";\n".join(script))


def standing(table: str, kind: Kind, *, known: int | None = None) -> str:
    """Return SQL for the rows that are current, now or as known up to and with entry `known`."""
    columns = ", ".join(f'"{name}"' for name in kind.columns)
    gone = f"gone_{kind.parent or table}"
    if known is None:
        return (
            f"SELECT {columns} FROM all_{table} AS f WHERE NOT EXISTS (SELECT 1 FROM {gone} AS g WHERE g.fact = f.fact)"
        )
    last = (known + 1) << 20
    return (
        f"SELECT {columns} FROM all_{table} AS f WHERE f.fact < {last} AND NOT EXISTS "
        f"(SELECT 1 FROM {gone} AS g WHERE g.fact = f.fact AND g.entry <= {known})"
    )


def as_of(table: str, kind: Kind, *, valid: dt.date | None, known: int | None) -> str:
    """Return SQL for the rows that hold on a day and are known with an entry (both optional)."""
    rows = standing(table, kind, known=known)
    if valid is None or not kind.valid:
        return rows
    begins = kind.since
    holds = f'(s."{begins}" IS NULL OR CAST(s."{begins}" AS DATE) <= DATE \'{valid}\')'
    if "until" in kind.valid:
        ends = kind.valid["until"]
        holds += f' AND (s."{ends}" IS NULL OR s."{ends}" > DATE \'{valid}\')'
    return f"SELECT * FROM ({rows}) AS s WHERE {holds}"


def documented(pack: Pack) -> Iterable[str]:
    """Yield the names of the tables that SQL from outside may read."""
    yield from pack.tables
    yield from (name for name in FIXED if name not in ("position", "adopted", "policy_line"))
    yield from GOVERNANCE
    yield from (f"param_{name}" for name in pack.params)
    yield from ("finding", "finding_now", "suspended_rule")
    yield from DEPRECATED
