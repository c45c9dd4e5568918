"""Groups of rules that are judged together, because they share a docket and a window; and the columns that they
read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.policy import Pack, Rule, Window


@dataclass(frozen=True, slots=True)
class Group:
    """Rules with one docket and one window; their due rows are collected once for all of them."""

    docket: tuple[str, ...]
    window: Window | None
    rules: tuple[Rule, ...]
    tables: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return a short name that is unique in a plan."""
        return "+".join(self.docket) + (f"~{self.window.days}.{self.window.on}" if self.window else "")


@dataclass(frozen=True, slots=True)
class Plan:
    """All groups, and for each table the columns that rules read."""

    groups: tuple[Group, ...]
    columns: Mapping[str, tuple[str, ...]]
    pack: Pack


def plan(pack: Pack) -> Plan:
    """Return the plan of a pack's rules."""
    grouped: dict[tuple[tuple[str, ...], Window | None], list[Rule]] = defaultdict(list)
    tables = pack.tables
    for name in sorted(pack.rules):
        rule = pack.rules[name]
        window = rule.window
        if window and not all(window.on in tables[t].columns for t in rule.reads):
            window = None
        grouped[rule.docket, window].append(rule)
    groups = []
    for (docket, window), rules in sorted(grouped.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        read = tuple(sorted({t for rule in rules for t in rule.reads}))
        groups.append(Group(docket, window, tuple(rules), read))
    return Plan(tuple(groups), columns_needed(pack.rules.values(), tables), pack)


def columns_needed(rules: Iterable[Rule], tables: Mapping[str, Kind]) -> dict[str, tuple[str, ...]]:
    """Return for each table the columns that rules need, those of dockets and windows included."""
    needed: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for table in rule.reads:
            needed[table] |= columns_read(rule, tables[table])
    return {table: tuple(c for c in tables[table].columns if c in needed[table]) for table in sorted(needed)}


@lru_cache(maxsize=1024)
def due_sql(sql: str, reads: tuple[str, ...]) -> str:
    """Return a rule's SQL with each table that it reads replaced by `due_<table>`, which holds the due rows."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name in reads and table.name not in own:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(f"due_{table.name}"))
    return tree.sql("duckdb", copy=False)


def columns_read(rule: Rule, kind: Kind) -> set[str]:
    """Return the columns of a kind that a rule's SQL may name, conditions and keys included."""
    named = set(rule.names)
    named |= set(rule.docket) | {"fact"} | ({rule.window.on} if rule.window else set())
    if rule.judges == kind.name:
        named |= set(rule.subject)
    for by in rule.references.values():
        named |= set(by)
    return named & set(kind.columns)
