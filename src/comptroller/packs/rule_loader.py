"""Rules built from their two files, with their lint checks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.near import listing, suggest
from comptroller.model.policy import Example, Param, Rule, View, Window
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.packs import schema
from comptroller.packs.rule_compiler import OFFERED, compile_rule
from comptroller.packs.views import needed

KINDS = ("limit", "procedure", "deadline", "target", "signal", "data")
SEVERITIES = ("crit", "high", "med", "low", "info")
SHOWS = ("found", "clear", "excluded", "missing")
VERDICTS = ("found", "clear", "not_applicable", "not_judged")


class Reject(Protocol):
    """Add a refusal of a rule's field: what was seen, and the problem by the code of its message."""

    def __call__(self, field: str, seen: object, problem: str, known: Iterable[str] = (), **values: object) -> None:
        """Add the refusal; `known` are names to suggest, `values` fill in its message."""


def rule_of(  # noqa: C901, PLR0913 - a rule depends on all of these, and each may be wrong
    full: str,
    form: schema.RuleForm,
    texts: tuple[bytes, bytes | None],
    *,
    tables: Mapping[str, Kind],
    params: Mapping[str, Param],
    words: Mapping[str, Mapping[str, Text]],
    views: Mapping[str, View],
) -> tuple[Rule | None, list[Refusal]]:
    """Return the rule of `form` and its SQL, or all that does not fit."""
    refusals: list[Refusal] = []

    def reject(field: str, seen: object, problem: str, known: Iterable[str] = (), **values: object) -> None:
        expected = message(f"packs.rule.{problem}:expected", **values)
        fix = suggest(str(seen), set(known), message("packs.rule:fix"))
        refusals.append(refusal("packs.rule", (f"{full}.yml", None, field), seen, expected, fix))

    for field, value, allowed in (
        ("kind", form.kind, KINDS),
        ("severity", form.severity, SEVERITIES),
        ("domain", form.domain, tuple(words["domains"])),
        ("judges", form.judges, tuple(tables)),
        ("problem", form.problem or "", ("", *words["problems"])),
        ("route.lead", form.route.get("lead", ""), ("", *words["lines"])),
    ):
        if value not in allowed:
            reject(field, value, "one_of", allowed, names=listing([name for name in allowed if name]))
    if not form.cites:
        reject("cites", "-", "source")
    if not form.docket:
        reject("docket", "-", "dockets")
    for param in form.params:
        if param not in params:
            reject("params", param, "param", params)
    for table, by in form.references.items():
        if table not in OFFERED and table not in tables and table not in views:
            reject("references", table, "reference", {*OFFERED, *tables, *views})
        if table in tables:
            missing = [c for c in by if c not in tables[table].columns]
            if missing:
                reject(f"references.{table}", missing, "columns", tables[table].columns, table=table)
    shared = needed(form.references, views)
    _views(form, shared, reject)
    _examples(form, reject)
    judges, sql = tables.get(form.judges), texts[1]
    subject = tuple(form.subject) or (judges.key if judges else ())
    if sql is None:
        reject("", "-", "file", file=f"{full}.sql")
        return None, refusals
    when = (form.when,) if isinstance(form.when, str) else tuple(form.when)
    compiled, wrong = compile_rule(
        full,
        sql,
        yml=texts[0],
        judges=judges,
        subject=subject,
        docket=tuple(form.docket),
        when=when,
        needs=form.needs,
        reads={t: tables.get(t) for t in form.reads},
        references=set(form.references) | {f"param_{p}" for p in form.params},
        views=shared,
    )
    refusals += wrong
    _answers(form, compiled.gives if compiled else (), reject)
    _expects(form, tables, reject)
    if compiled is None or refusals:
        return None, refusals
    return (
        Rule(
            name=full,
            title=Text(form.title),
            why=Text(form.why),
            catalogue=form.catalogue,
            cites=tuple(Cite(c.source, c.article) for c in form.cites),
            valid_from=form.in_force.since,
            valid_until=form.in_force.until,
            kind=form.kind,
            severity=form.severity,
            domain=form.domain,
            problem=form.problem or "",
            judges=form.judges,
            subject=subject,
            when=when,
            needs=dict(form.needs),
            docket=tuple(form.docket),
            reads=tuple(form.reads),
            references=_references(form, shared),
            params=tuple(dict.fromkeys([*form.params, *(p for view in shared for p in view.params)])),
            window=Window(form.window.days, form.window.on) if form.window else None,
            route=dict(form.route),
            leaves_out=tuple(Text(x) for x in form.leaves_out),
            lawful=Text(form.lawful),
            examples=tuple(_example(x) for x in form.examples),
            text=sql.decode(),
            sql=compiled.sql,
            names=compiled.names,
            fingerprint=compiled.fingerprint,
            expects=dict(form.expects),
            views=tuple(view.name for view in shared),
            view_text="".join(f"\n-- views/{view.name}.sql\n{view.text}" for view in shared),
        ),
        [],
    )


def _views(form: schema.RuleForm, shared: Sequence[View], reject: Reject) -> None:
    """Reject a view that reads other rows than the rule: of another kind, or a whole table that the rule reads
    by docket.
    """
    for view in shared:
        if form.references.get(view.name):
            by = form.references[view.name]
            reject(f"references.{view.name}", by, "view_columns")
        if view.judges not in ("", form.judges):
            reject(f"references.{view.name}", form.judges, "view_judges", kind=view.judges)
        for table in view.reads:
            if table not in form.reads:
                reject("reads", sorted(form.reads), "view_reads", view=view.name, table=table)
        for table in view.references:
            if table in form.reads:
                reject("reads", table, "view_whole", view=view.name)


def _references(form: schema.RuleForm, shared: Sequence[View]) -> dict[str, tuple[str, ...]]:
    """Return the lookup tables of a rule with their columns; the rule's own entry replaces a view's."""
    names = {view.name for view in shared}
    lookups = {table: by for view in shared for table, by in view.references.items()}
    lookups |= {table: tuple(by) for table, by in form.references.items()}
    return {table: by for table, by in lookups.items() if table not in names}


def _examples(form: schema.RuleForm, reject: Reject) -> None:
    """Reject a rule without its examples: one found, one clear, and one missing if it has needs."""
    shows = {example.shows for example in form.examples}
    wanted = {"found", "clear"} | ({"missing"} if form.needs else set())
    if not wanted <= shows:
        reject("examples", sorted(shows), "examples", shows=sorted(wanted))
    for at, example in enumerate(form.examples):
        if example.shows not in SHOWS:
            reject(f"examples[{at}].shows", example.shows, "example_shows", names=SHOWS)
        if not set(example.gives) <= set(VERDICTS):
            reject(f"examples[{at}].gives", sorted(example.gives), "example_gives", names=VERDICTS)
        key = {"found": "found", "clear": "clear", "excluded": "not_applicable", "missing": "not_judged"}
        if not example.gives.get(key.get(example.shows, ""), []):
            reject(f"examples[{at}].gives", dict(example.gives), "example_subject", shows=example.shows)


def _expects(form: schema.RuleForm, tables: Mapping[str, Kind], reject: Reject) -> None:
    """Reject an expected step of an unknown kind, or of a body that the kind does not know."""
    if not form.expects:
        return
    kind = tables.get(form.expects.get("kind", ""))
    if kind is None or not set(form.expects) <= {"kind", "body"}:
        reject("expects", dict(form.expects), "expects")
        return
    bodies = {name for field in kind.fields if field.name == "body" for name in field.choices}
    if "body" in form.expects and form.expects["body"] not in bodies:
        reject("expects.body", form.expects["body"], "one_of", names=sorted(bodies))


def _answers(form: schema.RuleForm, gives: tuple[str, ...], reject: Reject) -> None:
    """Reject a rule with an output column (`missing` or `excluded`) that no example shows."""
    shows = {example.shows for example in form.examples}
    for column in ("missing", "excluded"):
        if column in gives and column not in shows:
            reject("examples", sorted(shows), "example_column", column=column)


def _example(form: schema.ExampleForm) -> Example:
    name = Text(form.name)
    return Example(name, form.shows, form.today, form.given, form.gives, form.shown, dict(form.params))
