"""Row-level security: SQL that replaces each table for a viewer, and rows that explain access.

- A fact is visible if the viewer's grants cover the entity that owns it, and include the row's table.
- A domain or a line on a grant opens the rules of that domain or line, the tables that they read, and the register.
- Staff of an entity see the findings that they must correct at once, and all others when a line releases them.
- Entries of the list `kept_close` are for the line that it names alone, and so are findings of rules that read them.
- The SQL names tables of the books by their schema, so that no name of a query can replace them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from comptroller.access.case_access import (
    TABLES as OF_CASES,
    casework_view,
    may_read_findings,
    part_of,
)
from comptroller.access.findings import OF_REPORTER, findings_condition
from comptroller.access.grants import KINDS, REPORT, SEE, WATCH, Grant, Viewer
from comptroller.model.kind import Kind
from comptroller.model.policy import Pack, Rule

REGISTER = ("entity", "stake", "post", "body")
_OPEN = ("clock", "working_day", "suspended_rule", "asleep")
_BY_ENTITY = (
    *("last_report", "heard", "level", "list_in_force"),
    *("stake_issue", "trade_cycle", "search_limit", "flow_fan", "guarantee_circle"),
)
_PAIRS = {
    "ancestor": ("entity", "ancestor"),
    "group_head": ("entity", "head"),
    "controls": ("owner", "entity"),
    "ultimate_controller": ("owner", "entity"),
    "effective_share": ("owner", "entity"),
    "related": ("party", "other"),
}
_CLOSED_LIST = "kept_close"
_WHOLE_WORD = r"\b{}\b"


Below = Callable[[tuple[str, ...]], str]
"""Returns SQL of the entities at and below some roots; of the whole register without roots."""


def walked(roots: tuple[str, ...]) -> str:
    """Return that SQL over the tables of the books.

    >>> walked(("G1",))
    "SELECT a.entity FROM main.ancestor AS a WHERE a.ancestor IN ('G1')"
    """
    if not roots:
        return "SELECT e.entity FROM main.entity AS e"
    return f"SELECT a.entity FROM main.ancestor AS a WHERE a.ancestor IN ({', '.join(_text(root) for root in roots)})"


@dataclass(frozen=True, slots=True)
class AccessReason:
    """One line of the access explanation: a grant, and the result of each condition; None if it does not apply."""

    grant: Grant
    in_force: bool
    reads: bool
    covers_entity: bool
    covers_rule: bool
    line_may_read: bool
    is_at_once: bool = True
    """Whether a finding is shown at once; otherwise its entity sees it when a line releases it."""

    @property
    def opens(self) -> bool:
        """Return whether this grant alone opens the thing, before any release by a line."""
        is_covered = self.covers_entity and self.covers_rule
        return self.in_force and self.reads and is_covered and self.line_may_read and self.is_at_once


class AccessScope:
    """The access scope of one viewer under one policy; cheap to make, and equal for equal grants (`key`)."""

    def __init__(self, viewer: Viewer, pack: Pack, owner: str, below: Below = walked) -> None:
        """Store the grants in force on the viewer's day; `below` returns the SQL of the entities below roots."""
        self.viewer, self._pack, self._owner, self._below = viewer, pack, owner, below
        self._seeing = [g for g in viewer.in_force if g.gives(SEE)]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Return the cache key: equal for viewers with the same access."""
        rights = sorted({(g.entity, g.domain, g.line, g.gives(REPORT)) for g in self._seeing})
        return (*rights, self._own, self.viewer.may(WATCH), self._pack.digest)

    @cached_property
    def _own(self) -> str:
        """Return the entity that the viewer works for, or '' for the owner of the node.

        Staff of an entity see only released findings about it.
        """
        employer = self.viewer.employer
        return "" if employer == self._owner else employer

    @cached_property
    def is_of_entity(self) -> bool:
        """Return whether the viewer belongs to a supervised entity; findings hidden from the entity are not
        counted for it.
        """
        return bool(self._own) or any(g.gives(REPORT) for g in self._seeing)

    def may(self, act: str) -> bool:
        """Return whether the viewer may do an act."""
        return self.viewer.may(act)

    def opens(self, chain: Iterable[str], table: str) -> bool:
        """Return whether rows of a table about an entity are in scope, for tables with an entity.

        `chain` is the entity and all entities above it.
        """
        above = {*chain, self._owner}
        return any(g.entity in above and self._opens(g, table) for g in self._seeing)

    def roots(self, act: str) -> list[str]:
        """Return the top entities of the subtrees of grants with an act."""
        return sorted({g.entity for g in self.viewer.in_force if g.gives(act)})

    def rules_of(self, grant: Grant) -> frozenset[str]:
        """Return the rules with findings that a grant opens."""
        return frozenset(name for name, rule in self._pack.rules.items() if self._covers_rule(grant, rule))

    def _covers_rule(self, grant: Grant, rule: Rule) -> bool:
        in_domain = not grant.domain or rule.domain == grant.domain
        on_line = not grant.line or grant.line == rule.route.get("lead") or grant.line in rule.route.get("informed", ())
        opens = may_read_findings(self._pack, grant, rule)
        return in_domain and on_line and opens and self._may_read_closed(grant, rule)

    def _may_read_closed(self, grant: Grant, rule: Rule) -> bool:
        needed = {line for table, _, _, line in self._closed if table in (*rule.reads, *rule.references)}
        return needed <= {grant.line}

    @cached_property
    def _closed(self) -> list[tuple[str, str, str, str]]:
        """Return (table, column, word, line) of the rows that one line alone may read."""
        confidential = self._pack.lists.get(_CLOSED_LIST)
        words = []
        for line in confidential.lines if confidential else ():
            place, _, word = line.item.partition(":")
            table, _, column = place.partition(".")
            words.append((table, column, word, line.body))
        return words

    def _opens(self, grant: Grant, table: str) -> bool:
        if not (grant.domain or grant.line) or table in REGISTER:
            return True
        kind = self._pack.tables.get(table)
        names = {table, kind.parent if kind else ""}
        rules = (self._pack.rules[name] for name in self.rules_of(grant))
        return any(names & {*rule.reads, *rule.references} for rule in rules)

    def sees(self, column: str, grants: Iterable[Grant] | None = None) -> str:
        """Return SQL: whether the entity in `column` is in scope of these grants, or of all grants that see."""
        roots = {g.entity for g in (self._seeing if grants is None else grants)}
        if self._owner in roots:
            return "true"
        if not roots:
            return "false"
        return f"{column} IN ({self._below(tuple(sorted(roots)))})"

    def views(self, tables: Iterable[str], bases: dict[str, str] | None = None) -> dict[str, str]:
        """Return for each documented table the SQL of the rows that the viewer sees; `bases` are its rows as of
        a day.
        """
        bases = bases or {}
        return {name: self._view(name, bases.get(name, f"SELECT * FROM main.{name}")) for name in tables}

    def part(self, line: str) -> str:
        """Return SQL over `case_now AS n`: whether that line ('' for none) takes part in it, by grants of the
        viewer.
        """
        return part_of(self._pack, self._seeing, line, self.sees)

    @property
    def lines(self) -> list[str]:
        """Return the lines of the viewer's grants; '' for grants on no line."""
        return sorted({g.line for g in self._seeing})

    def may_know(self, rule: str) -> bool:
        """Return whether the viewer may learn that a rule found something: not if one line alone may read it."""
        known_rule = self._pack.rules.get(rule)
        return known_rule is None or any(self._may_read_closed(g, known_rule) for g in self._seeing)

    def _view(self, table: str, rows: str) -> str:
        if table in OF_CASES and table in self._pack.tables:
            return casework_view(self._pack, table, rows, self._seeing, self.sees)
        wanted = self._predicate(table)
        wheres = [wanted, *self._without_closed(table)]
        condition = " AND ".join(f"({w})" for w in wheres if w != "true")
        return f"SELECT * FROM ({rows}) AS t WHERE {condition}" if condition else rows

    def _predicate(self, table: str) -> str:
        if table in KINDS:
            return "true" if self.viewer.may(WATCH) else f"t.login = {_text(self.viewer.login)}"
        if table in _OPEN or table.startswith("param_"):
            return "true" if self._seeing else "false"
        if table in ("finding", "finding_now"):
            by_rules = [(grant, self.rules_of(grant)) for grant in self._seeing]
            return findings_condition(self._pack, by_rules, self._own, self.sees)
        grants = [g for g in self._seeing if self._opens(g, table)]
        if table in _PAIRS:
            return self._pair(_PAIRS[table], grants)
        if table in _BY_ENTITY:
            return self.sees("t.entity", grants)
        kind = self._pack.tables.get(table)
        return self._fact(kind, grants) if kind else "false"

    def _fact(self, kind: Kind, grants: list[Grant]) -> str:
        outer = self._pack.tables[kind.parent] if kind.parent else kind
        columns = [c for c in outer.books if c in kind.columns]
        if len(columns) == len(outer.books):
            conditions = [self.sees(f't."{column}"', grants) for column in columns]
            return "true" if "true" in conditions else " OR ".join(conditions)
        conditions = [self.sees(f'p."{column}"', grants) for column in outer.books]
        inner = "true" if "true" in conditions else " OR ".join(conditions)
        return f"t.fact IN (SELECT p.fact FROM main.all_{kind.parent} AS p WHERE {inner})"

    def _pair(self, columns: tuple[str, str], grants: list[Grant]) -> str:
        """Return SQL: at least one of the two is in scope, and the other is in scope or not in the register."""
        conditions = [self.sees(f't."{c}"', grants) for c in columns]
        if "true" in conditions:
            return "true"
        unknown = [f't."{c}" NOT IN ({self._below(())})' for c in columns]
        each = " AND ".join(f"({s} OR {u})" for s, u in zip(conditions, unknown, strict=True))
        return f"({' OR '.join(conditions)}) AND {each}"

    def _without_closed(self, table: str) -> list[str]:
        mine = {g.line for g in self._seeing}
        return [
            f"NOT coalesce(regexp_matches(t.{_quoted(column)}, {_text(_WHOLE_WORD.format(word))}), false)"
            for name, column, word, line in self._closed
            if name == table and line not in mine
        ]

    def why(self, chain: Iterable[str], rule: str = "", table: str = "") -> list[AccessReason]:
        """Return, for each grant ever made, its effect on a thing: `chain` is its entity and all entities above it.

        `rule` names the rule of a finding, `table` the table of a fact; the viewer sees the thing if one row opens it.
        """
        chain = list(chain)
        above = {*chain, self._owner}
        reasons = []
        for grant in self.viewer.grants:
            known_rule = self._pack.rules.get(rule)
            closed = {line for name, _, _, line in self._closed if name == table}
            reasons.append(
                AccessReason(
                    grant,
                    in_force=self.viewer.is_admitted and grant.is_in_force(self.viewer.on),
                    reads=grant.gives(SEE),
                    covers_entity=grant.entity in above,
                    covers_rule=self._covers_scope(grant, known_rule, table),
                    line_may_read=self._may_read_closed(grant, known_rule) if known_rule else closed <= {grant.line},
                    is_at_once=known_rule is None
                    or known_rule.kind == OF_REPORTER
                    or not self._is_of_entity(grant, chain),
                )
            )
        return reasons

    def _is_of_entity(self, grant: Grant, chain: list[str]) -> bool:
        """Return whether by a grant the viewer belongs to the first entity of a chain."""
        return grant.gives(REPORT) or bool(self._own and chain[:1] == [self._own])

    def _covers_scope(self, grant: Grant, rule: Rule | None, table: str) -> bool:
        if rule is None:
            return not table or self._opens(grant, table)
        in_domain = not grant.domain or rule.domain == grant.domain
        return in_domain and (
            not grant.line or grant.line == rule.route.get("lead") or grant.line in rule.route.get("informed", ())
        )


def scoped(sql: str, views: dict[str, str]) -> str:
    """Return a page's own SELECT with each table that it names replaced by its view in `views`.

    >>> scoped("SELECT * FROM entity", {"entity": "SELECT 1 AS entity"})
    'WITH "entity" AS (SELECT 1 AS entity) SELECT * FROM entity'
    """
    named = [name for name in views if name in sql]
    if not named:
        return sql
    ahead = ", ".join(f'"{name}" AS ({views[name]})' for name in named)
    rest = sql.lstrip()
    return f"WITH {ahead}, {rest[5:]}" if rest[:5].upper() == "WITH " else f"WITH {ahead} {rest}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
