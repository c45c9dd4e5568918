"""Views of a pack: SELECTs that several rules share, each standing in a rule's SQL as if it were written there."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp

from comptroller.model.kind import Kind
from comptroller.model.near import did_you_mean
from comptroller.model.policy import View
from comptroller.model.refusal import Refusal, refusal
from comptroller.packs import forms
from comptroller.packs.plain import stem, text_of
from comptroller.packs.rules import OFFERED, asks_moment, orders, table_names

JUDGED = "judged"
_MEND = ("按 docs/packs.md 改正", "Correct it as docs/packs.md says.")


def views_of(
    laid: Mapping[str, forms.ViewForm],
    files: Mapping[str, bytes],
    *,
    tables: Mapping[str, Kind],
    params: Iterable[str],
) -> tuple[dict[str, View], list[Refusal]]:
    """Build the views of a pack by name, with what is refused in them; `laid` are their forms by full name."""
    found: dict[str, View] = {}
    refusals: list[Refusal] = []
    known_params = set(params)
    names = {stem(full) for full in laid}
    for full, form in laid.items():
        text = files.get(f"{full}.sql")
        if text is None:
            refusals.append(_wrong(f"{full}.yml", "", "-", f"{full}.sql 存在", f"{full}.sql beside it"))
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
    """Return the views of those names with all that they stand on, each once, an inner one before an outer one."""
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
    """Return what is refused in a view's own lists: names that are taken, and tables or parameters that are not there."""
    place, found = f"{view.path}.yml", []
    if view.name in tables or view.name in OFFERED or view.name == JUDGED or view.name.startswith("param_"):
        zh, en = "尚未用作表名的名称", "a name that no table has"
        found.append(_wrong(place, "", view.name, zh, en))
    known = {*tables, *OFFERED, *names}
    for table in [*view.reads, *view.references, *([view.judges] if view.judges else [])]:
        allowed = set(tables) if table in view.reads or table == view.judges else known - {view.name}
        if table not in allowed:
            found.append(_wrong(place, "references", table, "已有的表或视图", "a table or a view that exists", allowed))
    for param in view.params:
        if param not in params:
            found.append(_wrong(place, "params", param, "params/ 中的参数", "a parameter under params/", params))
    return found


def _text(view: View) -> list[Refusal]:
    """Return what is refused in a view's SQL: it is one SELECT over what the view declares, the same at any time."""
    place = f"{view.path}.sql"
    if not view.text.startswith("--"):
        return [_wrong(place, "", view.text[:40], "首行为注释", "a first line of comment", line=1)]
    try:
        tree = parsed(view.text)
    except sqlglot.errors.ParseError as error:
        line = error.errors[0].get("line") if error.errors else None
        return [_wrong(place, "", str(error).splitlines()[0], "可解析的 SQL", "SQL that parses", line=line)]
    except ValueError as error:
        return [_wrong(place, "", str(error), "一条 SELECT", "one SELECT")]
    declared = {JUDGED, *view.reads, *view.references, *(f"param_{name}" for name in view.params)}
    used = table_names(tree)
    found = []
    for table in sorted(used - declared):
        zh, en = "reads、references 或 params 中声明的表", "a table declared under reads, references or params"
        found.append(_wrong(place, "", table, zh, en, declared))
    for table in sorted(declared - used - {JUDGED}):
        found.append(_wrong(f"{view.path}.yml", "references", table, "SQL 实际读取的表", "a table that the SQL reads"))
    for alias in sorted({cte.alias for cte in tree.find_all(exp.CTE)} & declared):
        found.append(_wrong(place, "", alias, "不与所读表同名的 WITH", "a WITH that has no name of a table it reads"))
    for word in orders(tree):
        found.append(_wrong(place, "", word, "不含 ORDER BY 与 LIMIT 的 SELECT", "a SELECT without ORDER BY and LIMIT"))
    for call in asks_moment(tree):
        found.append(_wrong(place, "", call, "由 clock 表给出的时间", "time from the table `clock`, and no chance"))
    return found


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
    """Return the refusal of each view that stands on itself through others."""
    found = []
    for name, view in views.items():
        waiting, seen = list(view.references), set[str]()
        while waiting:
            one = waiting.pop()
            if one in views and one not in seen:
                seen.add(one)
                waiting += views[one].references
        if name in seen:
            zh, en = "不成环的视图", "views that do not read one another in a ring"
            found.append(_wrong(f"{view.path}.yml", "references", name, zh, en))
    return found


def _wrong(  # noqa: PLR0913 - the parts of a refusal
    file: str,
    field: str,
    seen: object,
    zh: str,
    en: str,
    known: Iterable[str] = (),
    *,
    line: int | None = None,
) -> Refusal:
    mend = did_you_mean(str(seen), set(known), _MEND)
    return refusal("packs.view", (file, line, field), seen, (zh, en), mend)
