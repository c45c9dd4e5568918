"""Views of a pack: SELECTs that several rules share, each inserted in a rule's SQL as if it were written there."""

# ruff: noqa: RUF012 - msgspec copies the default of a struct for each one

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import msgspec
import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.near import suggest
from comptroller.model.policy import View
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import message
from comptroller.packs.rule_compiler import OFFERED, asks_moment, orders, table_names
from comptroller.packs.schema_types import Both, Form
from comptroller.packs.simple_files import stem, text_of

JUDGED = "judged"


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
    views: dict[str, View] = {}
    refusals: list[Refusal] = []
    known_params = set(params)
    names = {stem(full) for full in laid}
    for full, form in laid.items():
        text = files.get(f"{full}.sql")
        if text is None:
            refusals.append(_rejected((f"{full}.yml", None, ""), "-", "file", file=f"{full}.sql"))
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
            views[view.name] = view
    refusals += _rings(views)
    return views, refusals


def needed(named: Iterable[str], views: Mapping[str, View]) -> list[View]:
    """Return the views of those names with all views that they use, each once, an inner one before an outer one."""
    order: list[View] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name not in views or name in above or any(view.name == name for view in order):
            return
        for inner in views[name].references:
            visit(inner, (*above, name))
        order.append(views[name])

    for name in named:
        visit(name, ())
    return order


def _declared(view: View, tables: Mapping[str, Kind], params: set[str], names: set[str]) -> list[Refusal]:
    """Return the refusals of a view's own lists: names in use, and unknown tables or parameters."""
    file, refusals = f"{view.path}.yml", []
    if view.name in tables or view.name in OFFERED or view.name == JUDGED or view.name.startswith("param_"):
        refusals.append(_rejected((file, None, ""), view.name, "name"))
    known = {*tables, *OFFERED, *names} - {view.name}
    listed = [(name, set(tables)) for name in (*view.reads, view.judges) if name]
    listed += [(name, known) for name in view.references]
    place = (file, None, "references")
    refusals += [_rejected(place, name, "table", among) for name, among in listed if name not in among]
    place = (file, None, "params")
    refusals += [_rejected(place, name, "param", params) for name in view.params if name not in params]
    return refusals


def _text(view: View) -> list[Refusal]:
    """Return the refusals of a view's SQL: it must be one SELECT over its declared tables, the same at any time."""
    file = f"{view.path}.sql"
    if not view.text.startswith("--"):
        return [_rejected((file, 1, ""), view.text[:40], "first_line")]
    try:
        tree = parsed(view.text)
    except sqlglot.errors.ParseError as error:
        line = error.errors[0].get("line") if error.errors else None
        return [_rejected((file, line, ""), str(error).splitlines()[0], "sql")]
    except ValueError as error:
        return [_rejected((file, None, ""), error, "one_select")]
    refusals = _tables(view, tree)
    refusals += [_rejected((file, None, ""), word, "order") for word in orders(tree)]
    return refusals + [_rejected((file, None, ""), call, "moment") for call in asks_moment(tree)]


def _tables(view: View, tree: exp.Select) -> list[Refusal]:
    """Return the refusals of tables that a view reads and does not declare, or declares and does not read."""
    declared = {JUDGED, *view.reads, *view.references, *(f"param_{name}" for name in view.params)}
    used, place = table_names(tree), (f"{view.path}.sql", None, "")
    refusals = [_rejected(place, table, "undeclared", declared) for table in sorted(used - declared)]
    unread = sorted(declared - used - {JUDGED})
    refusals += [_rejected((f"{view.path}.yml", None, "references"), table, "unread") for table in unread]
    own = sorted({cte.alias for cte in tree.find_all(exp.CTE)} & declared)
    return refusals + [_rejected(place, alias, "with_name") for alias in own]


@lru_cache(maxsize=256)
def parsed(text: str) -> exp.Select:
    """Parse the one SELECT of a text. The tree is shared: a caller that changes it must copy it first.

    Raises:
        ParseError: the text does not parse.
        ValueError: it is no single SELECT.
    """
    statements = [statement for statement in sqlglot.parse(text, read="duckdb") if statement is not None]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        raise ValueError(f"{len(statements)} statements")
    return statements[0]


def _rings(views: Mapping[str, View]) -> list[Refusal]:
    """Return a refusal for each view that reads itself through others."""
    refusals = []
    for name, view in views.items():
        waiting, visited = list(view.references), set[str]()
        while waiting:
            inner = waiting.pop()
            if inner in views and inner not in visited:
                visited.add(inner)
                waiting += views[inner].references
        if name in visited:
            refusals.append(_rejected((f"{view.path}.yml", None, "references"), name, "ring"))
    return refusals


def _rejected(
    place: tuple[str, int | None, str], seen: object, problem: str, known: Collection[str] = (), **values: object
) -> Refusal:
    expected = message(f"packs.view.{problem}:expected", **values)
    return refusal("packs.view", place, seen, expected, suggest(str(seen), known, message("packs.view:fix")))
