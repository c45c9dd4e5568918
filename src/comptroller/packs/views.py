"""Views of a pack: SELECTs that several rules share, each inserted in a rule's SQL as if it were written there."""

# ruff: noqa: RUF012 - msgspec copies the default of a struct for each one

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import msgspec
import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.near import did_you_mean
from comptroller.model.policy import View
from comptroller.model.refusal import Refusal, refusal
from comptroller.packs.rule_compiler import OFFERED, asks_moment, orders, table_names
from comptroller.packs.schema_types import Both, Form
from comptroller.packs.simple_files import stem, text_of

JUDGED = "judged"
_MEND = ("按 docs/packs.md 改正", "Correct it as docs/packs.md says.")


class ViewForm(Form, frozen=True, kw_only=True):
    """views/<view>.yml."""

    title: Both
    about: Both = {}
    judges: str = ""
    reads: list[str] = msgspec.field(default_factory=list)
    references: dict[str, list[str]] = msgspec.field(default_factory=dict)
    params: list[str] = msgspec.field(default_factory=list)


def views_of(
    laid: Mapping[str, ViewForm],
    files: Mapping[str, bytes],
    *,
    tables: Mapping[str, Kind],
    params: Iterable[str],
) -> tuple[dict[str, View], list[Refusal]]:
    """Build the views of a pack by name, and the refusals; `laid` are their forms by full name."""
    found: dict[str, View] = {}
    refusals: list[Refusal] = []
    known_params = set(params)
    names = {stem(full) for full in laid}
    for full, form in laid.items():
        text = files.get(f"{full}.sql")
        if text is None:
            wanted = (f"{full}.sql 存在", f"{full}.sql beside it")
            refusals.append(_wrong((f"{full}.yml", None, ""), "-", wanted))
            continue
        view = View(
            name=stem(full),
            path=full,
            title=text_of(form.title),
            about=text_of(form.about),
            judges=form.judges,
            reads=tuple(form.reads),
            references={table: tuple(by) for table, by in form.references.items()},
            params=tuple(form.params),
            text=text.decode("utf-8", "replace"),
        )
        wrong = [*_declared(view, tables, known_params, names), *_text(view)]
        refusals += wrong
        if not wrong:
            found[view.name] = view
    refusals += _rings(found)
    return found, refusals


def needed(named: Iterable[str], views: Mapping[str, View]) -> list[View]:
    """Return the views of those names with all views that they use, each once, an inner one before an outer one."""
    order: list[View] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name not in views or name in above or any(one.name == name for one in order):
            return
        for inner in views[name].references:
            visit(inner, (*above, name))
        order.append(views[name])

    for name in named:
        visit(name, ())
    return order


def _declared(view: View, tables: Mapping[str, Kind], params: set[str], names: set[str]) -> list[Refusal]:
    """Return the refusals of a view's own lists: names in use, and unknown tables or parameters."""
    file, found = f"{view.path}.yml", []
    if view.name in tables or view.name in OFFERED or view.name == JUDGED or view.name.startswith("param_"):
        found.append(_wrong((file, None, ""), view.name, ("尚未用作表名的名称", "a name that no table has")))
    known = {*tables, *OFFERED, *names} - {view.name}
    wanted = ("已有的表或视图", "a table or a view that exists")
    listed = [(one, set(tables)) for one in (*view.reads, view.judges) if one]
    listed += [(one, known) for one in view.references]
    found += [_wrong((file, None, "references"), one, wanted, among) for one, among in listed if one not in among]
    wanted = ("params/ 中的参数", "a parameter under params/")
    found += [_wrong((file, None, "params"), one, wanted, params) for one in view.params if one not in params]
    return found


def _text(view: View) -> list[Refusal]:
    """Return the refusals of a view's SQL: it must be one SELECT over its declared tables, the same at any time."""
    file = f"{view.path}.sql"
    if not view.text.startswith("--"):
        return [_wrong((file, 1, ""), view.text[:40], ("首行为注释", "a first line of comment"))]
    try:
        tree = parsed(view.text)
    except sqlglot.errors.ParseError as error:
        line = error.errors[0].get("line") if error.errors else None
        return [_wrong((file, line, ""), str(error).splitlines()[0], ("可解析的 SQL", "SQL that parses"))]
    except ValueError as error:
        return [_wrong((file, None, ""), error, ("一条 SELECT", "one SELECT"))]
    found = _tables(view, tree)
    wanted = ("不含 ORDER BY 与 LIMIT 的 SELECT", "a SELECT without ORDER BY and LIMIT")
    found += [_wrong((file, None, ""), word, wanted) for word in orders(tree)]
    wanted = ("由 clock 表给出的时间", "time from the table `clock`, and no chance")
    return found + [_wrong((file, None, ""), call, wanted) for call in asks_moment(tree)]


def _tables(view: View, tree: exp.Select) -> list[Refusal]:
    """Return the refusals of tables that a view reads and does not declare, or declares and does not read."""
    declared = {JUDGED, *view.reads, *view.references, *(f"param_{name}" for name in view.params)}
    used, place = table_names(tree), (f"{view.path}.sql", None, "")
    wanted = ("reads、references 或 params 中声明的表", "a table declared under reads, references or params")
    found = [_wrong(place, one, wanted, declared) for one in sorted(used - declared)]
    unread, wanted = sorted(declared - used - {JUDGED}), ("SQL 实际读取的表", "a table that the SQL reads")
    found += [_wrong((f"{view.path}.yml", None, "references"), one, wanted) for one in unread]
    wanted = ("不与所读表同名的 WITH", "a WITH that has no name of a table it reads")
    own = sorted({cte.alias for cte in tree.find_all(exp.CTE)} & declared)
    return found + [_wrong(place, one, wanted) for one in own]


@lru_cache(maxsize=256)
def parsed(text: str) -> exp.Select:
    """Parse the one SELECT of a text; raises ParseError, or ValueError where it is no single SELECT.

    The tree is shared: a caller that changes it takes a copy.
    """
    statements = [one for one in sqlglot.parse(text, read="duckdb") if one is not None]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        raise ValueError(f"{len(statements)} statements")
    return statements[0]


def _rings(views: Mapping[str, View]) -> list[Refusal]:
    """Return a refusal for each view that reads itself through others."""
    found = []
    for name, view in views.items():
        waiting, seen = list(view.references), set[str]()
        while waiting:
            one = waiting.pop()
            if one in views and one not in seen:
                seen.add(one)
                waiting += views[one].references
        if name in seen:
            wanted = ("不成环的视图", "views that do not read one another in a ring")
            found.append(_wrong((f"{view.path}.yml", None, "references"), name, wanted))
    return found


def _wrong(
    place: tuple[str, int | None, str], seen: object, wanted: tuple[str, str], known: Collection[str] = ()
) -> Refusal:
    return refusal("packs.view", place, seen, wanted, did_you_mean(str(seen), known, _MEND))
