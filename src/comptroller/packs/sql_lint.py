"""Checks of all SQL in a pack: it must not read, call or name anything beyond its rows.

- A rule's SELECT reads `judged`, its declared tables, and WITHs of its own; it calls steady functions by name.
- Conditions, needs, checks and fills are expressions over the columns of one row, without a subquery.
- Names that go into statements (columns, keys, files) are plain identifiers.
- These are lints: a policy that is already in a ledger is still loaded, by an engine that reads nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from comptroller.model.kind import Kind
from comptroller.model.policy import Pack, PolicyList, Rule, View
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.sql_check import Problem, parse_expression, parse_select, problems_of
from comptroller.model.sql_functions import ROW_MAKERS, STEADY
from comptroller.model.text import message

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CLOSED_LINE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*:[\w ]+")
_CLOSED_LIST = "kept_close"


def lint_sql(pack: Pack) -> list[Refusal]:
    """Return a refusal for each forbidden construct in the SQL of a pack, and for each name that is no plain name."""
    refusals: list[Refusal] = []
    for kind in pack.kinds.values():
        refusals += [*_of_kind(kind)]
    for rule in pack.rules.values():
        refusals += [*_of_rule(rule)]
    for view in pack.views.values():
        refusals += [*_of_view(view, pack.views)]
    for stem, param in pack.params.items():
        for name in (stem, *param.by):
            refusals += _check_name(f"{param.name}.yml", "by", name)
    for stem, policy_list in pack.lists.items():
        refusals += _check_name(f"{policy_list.name}.yml", "", stem)
        refusals += [*_of_closed(policy_list)] if stem == _CLOSED_LIST else []
    return refusals


def _of_kind(kind: Kind) -> Iterator[Refusal]:
    file = f"{kind.source}.yml"
    yield from _check_name(file, "", kind.name)
    for inner in kind.lists:
        for name in (inner.name, *(field.name for field in inner.fields)):
            yield from _check_name(file, inner.name, name)
    for field in kind.fields:
        yield from _expression(file, f"{field.name}.fills", field.fills)
    for check in kind.checks:
        yield from _check_name(file, "checks.code", check.code)
        yield from _expression(file, f"checks.{check.code}", check.holds)


def _of_rule(rule: Rule) -> Iterator[Refusal]:
    file = f"{rule.name}.yml"
    for part in rule.name.split("/")[1:]:
        yield from _check_name(file, "", part)
    for condition in rule.when:
        yield from _expression(file, "when", condition)
    for name, needed in rule.needs.items():
        yield from _check_name(file, "needs", name)
        yield from _expression(file, f"needs.{name}", needed)
    by = {column for columns in rule.references.values() for column in columns}
    for name in (*rule.subject, *rule.docket, *sorted(by)):
        yield from _check_name(file, "subject/docket/references", name)
    tables = frozenset(
        ("judged", *rule.reads, *rule.references, *rule.views, *(f"param_{param}" for param in rule.params))
    )
    for problem in _of_select(rule.text, tables):
        yield _rejected(f"{rule.name}.sql", "", problem)


def _of_view(view: View, views: Mapping[str, View]) -> Iterator[Refusal]:
    """Yield a refusal for each forbidden construct in the SELECT of a view; a view may read other views."""
    yield from _check_name(f"{view.path}.yml", "", view.name)
    declared = ("judged", *view.reads, *view.references, *views, *(f"param_{param}" for param in view.params))
    for problem in _of_select(view.text, frozenset(declared)):
        yield _rejected(f"{view.path}.sql", "", problem)


@lru_cache(maxsize=2048)
def _of_select(sql: str, tables: frozenset[str]) -> tuple[Problem, ...]:
    """Return the problems of a rule's SELECT: each text is checked once in a process."""
    tree, problems = parse_select(sql)
    return tuple(problems if tree is None else problems_of(tree, tables, STEADY | ROW_MAKERS))


def _of_closed(closed: PolicyList) -> Iterator[Refusal]:
    for line in closed.lines:
        if not _CLOSED_LINE.fullmatch(line.item):
            expected = message("packs.sql.closed_line:expected")
            yield refusal("packs.sql.name", (f"{closed.name}.yml", None, "item"), line.item, expected)


def _expression(file: str, field: str, sql: str) -> list[Refusal]:
    if not sql:
        return []
    _, problems = parse_expression(sql, STEADY)
    return [_rejected(file, field, problem) for problem in problems]


def _check_name(file: str, field: str, name: str) -> list[Refusal]:
    return [] if _NAME.fullmatch(name) else [_rejected(file, field, Problem("name", name))]


def _rejected(file: str, field: str, problem: Problem) -> Refusal:
    return refusal(f"packs.sql.{problem.code}", (file, None, field), problem.seen)
