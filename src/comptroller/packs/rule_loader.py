"""Rules built from their two files, with their lint checks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.near import did_you_mean, listed
from comptroller.model.policy import Example, Param, Rule, View, Window
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text
from comptroller.packs import schema
from comptroller.packs.rule_compiler import OFFERED, compile_rule
from comptroller.packs.views import needed

KINDS = ("limit", "procedure", "deadline", "target", "signal", "data")
SEVERITIES = ("crit", "high", "med", "low", "info")
SHOWS = ("found", "clear", "excluded", "missing")
VERDICTS = ("found", "clear", "not_applicable", "not_judged")


def rule_of(  # noqa: C901, PLR0913 - a rule stands on all of these, and each may be wrong
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

    def say(field: str, seen: object, zh: str, en: str, known: Iterable[str] = ()) -> None:
        mend = did_you_mean(str(seen), set(known), ("按 docs/packs.md 改正", "Correct it as docs/packs.md says."))
        refusals.append(refusal("packs.rule", (f"{full}.yml", None, field), seen, (zh, en), mend))

    for field, seen, allowed in (
        ("kind", form.kind, KINDS),
        ("severity", form.severity, SEVERITIES),
        ("domain", form.domain, tuple(words["domains"])),
        ("judges", form.judges, tuple(tables)),
        ("problem", form.problem or "", ("", *words["problems"])),
        ("route.lead", form.route.get("lead", ""), ("", *words["lines"])),
    ):
        if seen not in allowed:
            zh, en = listed([one for one in allowed if one])
            say(field, seen, f"其一:{zh}", f"one of: {en}", allowed)
    if not form.cites:
        say("cites", "-", "至少一条依据", "at least one source")
    if not form.docket:
        say("docket", "-", "至少一列", "at least one column")
    for param in form.params:
        if param not in params:
            say("params", param, "params/ 中的参数", "a parameter under params/", params)
    for table, by in form.references.items():
        if table not in OFFERED and table not in tables and table not in views:
            zh, en = "引擎提供的表、事项表或视图", "a table of the engine or of a kind, or a view"
            say("references", table, zh, en, {*OFFERED, *tables, *views})
        if table in tables:
            missing = [c for c in by if c not in tables[table].columns]
            if missing:
                say(f"references.{table}", missing, f"{table} 的列", f"columns of {table}", tables[table].columns)
    shared = needed(form.references, views)
    _views(form, shared, say)
    _examples(form, say)
    judges, sql = tables.get(form.judges), texts[1]
    subject = tuple(form.subject) or (judges.key if judges else ())
    if sql is None:
        say("", "-", f"{full}.sql 存在", f"{full}.sql beside it")
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
    _answers(form, compiled.gives if compiled else (), say)
    _expects(form, tables, say)
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


def _views(form: schema.RuleForm, shared: Sequence[View], say: Any) -> None:
    """Reject a view that reads other rows than the rule: of another kind, or a whole table that the rule reads
    by docket.
    """
    for view in shared:
        if form.references.get(view.name):
            by = form.references[view.name]
            say(f"references.{view.name}", by, "视图不写列名", "no columns: the view has its own")
        if view.judges not in ("", form.judges):
            say(f"references.{view.name}", form.judges, f"judges 为 {view.judges}", f"a rule that judges {view.judges}")
        for table in view.reads:
            if table not in form.reads:
                say(
                    "reads",
                    sorted(form.reads),
                    f"含视图 {view.name} 所读的 {table}",
                    f"{table}, which {view.name} reads",
                )
        for table in view.references:
            if table in form.reads:
                zh, en = (
                    f"视图 {view.name} 整表读取，规则不按卷宗读取",
                    f"a table that {view.name} reads whole, so not by docket",
                )
                say("reads", table, zh, en)


def _references(form: schema.RuleForm, shared: Sequence[View]) -> dict[str, tuple[str, ...]]:
    """Return the lookup tables of a rule with their columns; the rule's own entry replaces a view's."""
    names = {view.name for view in shared}
    found = {table: by for view in shared for table, by in view.references.items()}
    found |= {table: tuple(by) for table, by in form.references.items()}
    return {table: by for table, by in found.items() if table not in names}


def _examples(form: schema.RuleForm, say: Any) -> None:
    """Reject a rule without its examples: one found, one clear, and one missing if it has needs."""
    shown = {example.shows for example in form.examples}
    wanted = {"found", "clear"} | ({"missing"} if form.needs else set())
    if not wanted <= shown:
        say("examples", sorted(shown), f"示例包括 {sorted(wanted)}", f"examples that show {sorted(wanted)}")
    for at, example in enumerate(form.examples):
        if example.shows not in SHOWS:
            say(f"examples[{at}].shows", example.shows, f"其一:{SHOWS}", f"one of {SHOWS}")
        if not set(example.gives) <= set(VERDICTS):
            say(f"examples[{at}].gives", sorted(example.gives), f"其中:{VERDICTS}", f"among {VERDICTS}")
        key = {"found": "found", "clear": "clear", "excluded": "not_applicable", "missing": "not_judged"}
        if not example.gives.get(key.get(example.shows, ""), []):
            say(f"examples[{at}].gives", dict(example.gives), "与 shows 相符", f"a subject under {example.shows}")


def _expects(form: schema.RuleForm, tables: Mapping[str, Kind], say: Any) -> None:
    """Reject an expected step of an unknown kind, or of a body that the kind does not know."""
    if not form.expects:
        return
    kind = tables.get(form.expects.get("kind", ""))
    if kind is None or not set(form.expects) <= {"kind", "body"}:
        say("expects", dict(form.expects), "kind 为一种事项，body 可不填", "a kind, and perhaps a body")
        return
    bodies = {name for field in kind.fields if field.name == "body" for name in field.choices}
    if "body" in form.expects and form.expects["body"] not in bodies:
        say("expects.body", form.expects["body"], f"其一:{sorted(bodies)}", f"one of {sorted(bodies)}")


def _answers(form: schema.RuleForm, gives: tuple[str, ...], say: Any) -> None:
    """Reject a rule with an output column (`missing` or `excluded`) that no example shows."""
    shown = {example.shows for example in form.examples}
    for column in ("missing", "excluded"):
        if column in gives and column not in shown:
            say(
                "examples",
                sorted(shown),
                f"有 shows: {column} 的示例",
                f"an example that shows {column}, as the SELECT does",
            )


def _example(form: schema.ExampleForm) -> Example:
    name = Text(form.name)
    return Example(name, form.shows, form.today, form.given, form.gives, form.shown, dict(form.params))
