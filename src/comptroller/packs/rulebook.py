"""Rules made from their two files, with what the lint refuses."""

from collections.abc import Mapping
from typing import Any

from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.policy import Example, Param, Rule, Window
from comptroller.model.refusal import Refusal, Text, refusal
from comptroller.packs import forms
from comptroller.packs.rules import OFFERED, compile_rule

KINDS = ("limit", "procedure", "deadline", "target", "signal", "data")
SEVERITIES = ("crit", "high", "med", "low", "info")
SHOWS = ("found", "clear", "excluded", "missing")
VERDICTS = ("found", "clear", "not_applicable", "not_judged")


def rule_of(  # noqa: C901, PLR0913 - a rule stands on all of these, and each may be wrong
    full: str,
    form: forms.RuleForm,
    texts: tuple[bytes, bytes | None],
    *,
    tables: Mapping[str, Kind],
    params: Mapping[str, Param],
    words: Mapping[str, Mapping[str, Text]],
) -> tuple[Rule | None, list[Refusal]]:
    """Give the rule of `form` and its SQL, or all that does not fit."""
    refusals: list[Refusal] = []

    def say(field: str, seen: object, zh: str, en: str) -> None:
        mend = ("按 docs/packs.md 改正", "Mend it as docs/packs.md says.")
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
            say(field, seen, f"其一:{allowed}", f"one of {allowed}")
    if not form.cites:
        say("cites", "-", "至少一条依据", "at least one source")
    if not form.docket:
        say("docket", "-", "至少一列", "at least one column")
    for param in form.params:
        if param not in params:
            say("params", param, "params/ 中的参数", "a parameter under params/")
    for table, by in form.references.items():
        if table not in OFFERED and table not in tables:
            say("references", table, "引擎提供的表或事项表", "a table of the engine or of a kind")
        if table in tables:
            missing = [c for c in by if c not in tables[table].columns]
            if missing:
                say(f"references.{table}", missing, f"{table} 的列", f"columns of {table}")
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
    )
    refusals += wrong
    _answers(form, compiled.gives if compiled else (), say)
    _expects(form, tables, say)
    if compiled is None or refusals:
        return None, refusals
    return (
        Rule(
            name=full,
            title=Text(form.title.zh, form.title.en),
            why=Text(form.why.zh, form.why.en),
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
            references={t: tuple(c) for t, c in form.references.items()},
            params=tuple(form.params),
            window=Window(form.window.days, form.window.on) if form.window else None,
            route=dict(form.route),
            leaves_out=tuple(Text(x.zh, x.en) for x in form.leaves_out),
            lawful=Text(form.lawful.zh, form.lawful.en),
            examples=tuple(_example(x) for x in form.examples),
            text=sql.decode(),
            sql=compiled.sql,
            names=compiled.names,
            fingerprint=compiled.fingerprint,
            expects=dict(form.expects),
        ),
        [],
    )


def _examples(form: forms.RuleForm, say: Any) -> None:
    """Refuse a rule without the examples that show it: one found, one clear, one missing where it has needs."""
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


def _expects(form: forms.RuleForm, tables: Mapping[str, Kind], say: Any) -> None:
    """Refuse an expected step that no kind gives, or that is taken by a body that the kind does not know."""
    if not form.expects:
        return
    kind = tables.get(form.expects.get("kind", ""))
    if kind is None or not set(form.expects) <= {"kind", "body"}:
        say("expects", dict(form.expects), "kind 为一种事项，body 可不填", "a kind, and perhaps a body")
        return
    bodies = {name for field in kind.fields if field.name == "body" for name in field.choices}
    if "body" in form.expects and form.expects["body"] not in bodies:
        say("expects.body", form.expects["body"], f"其一:{sorted(bodies)}", f"one of {sorted(bodies)}")


def _answers(form: forms.RuleForm, gives: tuple[str, ...], say: Any) -> None:
    """Refuse a rule whose SELECT may give an answer (by `missing` or `excluded`) that no example shows."""
    shown = {example.shows for example in form.examples}
    for column in ("missing", "excluded"):
        if column in gives and column not in shown:
            say(
                "examples",
                sorted(shown),
                f"有 shows: {column} 的示例",
                f"an example that shows {column}, as the SELECT does",
            )


def _example(form: forms.ExampleForm) -> Example:
    name = Text(form.name.zh, form.name.en)
    return Example(name, form.shows, form.today, form.given, form.gives, form.shown, dict(form.params))
