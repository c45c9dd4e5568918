"""A rule as a page: title, reason, source, how it is judged, its exceptions, its limits by date, examples."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from comptroller.model.finding import plain
from comptroller.model.policy import Example, Pack, Param, Rule

_STANDS = {
    "limit": "It may be called a breach.",
    "procedure": "It may be called a breach.",
    "deadline": "It may be called a breach.",
    "target": "It says that a line was crossed, not that a rule was broken.",
    "signal": "It is a lead for a person, not a breach.",
    "data": "It is for the reporter: what was reported does not fit together.",
}


def rule_page(rule: Rule, pack: Pack) -> str:
    """Return a rule's page, made from its two files and from the sources and parameters that they name."""
    about = pack.files[f"{rule.name}.yml"].decode().splitlines()[0].lstrip("# ")
    route = rule.route
    informed = ", ".join(_line(pack, code) for code in route.get("informed", []))
    return "\n".join(
        [
            f"# {rule.title.en} ({rule.title.zh})",
            "",
            about,
            "",
            f"- Name: `{rule.name}`" + (f", {rule.catalogue} in the catalogue" if rule.catalogue else ""),
            f"- Kind: {rule.kind}. {_STANDS[rule.kind]}",
            f"- Severity: {rule.severity}; domain: {pack.domains[rule.domain].en}"
            + (f"; problem: {pack.problems[rule.problem].en}" if rule.problem else ""),
            f"- In force: from {rule.valid_from}" + (f" until {rule.valid_until}" if rule.valid_until else ""),
            f"- Goes to: {_line(pack, route.get('lead', ''))}"
            + (f"; informed: {informed}" if informed else "")
            + _remedy(rule),
            f"- Scoreboard: `comptroller scoreboard --rule {rule.name.rsplit('/', 1)[-1]}`",
            "",
            "## Why it matters",
            "",
            *_both(rule.why.en, rule.why.zh),
            "## By which source",
            "",
            _sources(rule, pack),
            "",
            "## How it is judged",
            "",
            *_judged(rule),
            "## What it leaves out",
            "",
            *([f"- {code.en} {code.zh}".rstrip() for code in rule.leaves_out] or ["Nothing is left out."]),
            "",
            "## What would be lawful",
            "",
            *_both(rule.lawful.en, rule.lawful.zh),
            *_limits(rule, pack),
            "## Examples",
            "",
            *[line for example in rule.examples for line in _example(example)],
        ]
    )


def _remedy(rule: Rule) -> str:
    remedy = rule.route.get("remedy") or {}
    return (
        f"; to be put right within {remedy['days']} {remedy.get('unit', 'calendar')} days" if remedy.get("days") else ""
    )


def _both(english: str, chinese: str) -> list[str]:
    return [line for text in (english, chinese) if text.strip() for line in (text.strip(), "")]


def _line(pack: Pack, name: str) -> str:
    return pack.lines[name].en if name in pack.lines else name or "-"


def _sources(rule: Rule, pack: Pack) -> str:
    rows = []
    for cite in rule.cites:
        source = pack.sources[cite.source]
        period = (source.valid_from, source.valid_until)
        rows.append((source.title.en, source.title.zh, source.number, cite.article, *period))
    return table(("source", "依据", "number", "article", "in force from", "until"), rows)


def _judged(rule: Rule) -> list[str]:
    needs = [f"`{name}`" + (f" (`{sql}`)" if sql != name else "") for name, sql in rule.needs.items()]
    lines = [
        f"- Judges each row of `{rule.judges}`; a subject is {_codes(rule.subject)}.",
        f"- Applies where: {' and '.join(f'`{field}`' for field in rule.when) or 'always'}.",
        f"- Cannot be judged without: {', '.join(needs) or '-'}.",
        f"- Judged together: rows that share {_codes(rule.docket)}.",
        f"- Reads: {_codes(rule.reads)}.",
    ]
    if rule.references:
        lines.append(f"- Looks things up in: {_codes(tuple(rule.references))}.")
    if rule.views:
        lines.append(f"- Stands on the views: {', '.join(f'[{name}](../../../views.md)' for name in rule.views)}.")
    if rule.window:
        lines.append(f"- Looks {rule.window.days} days around `{rule.window.on}`.")
    return [*lines, "", "```sql", rule.text.strip(), "```", ""]


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _limits(rule: Rule, pack: Pack) -> list[str]:
    if not rule.params:
        return []
    lines = ["## Limits by date", ""]
    for name in rule.params:
        param = pack.params[name]
        lines += [f"`{param.name}`: {param.title.en} ({param.title.zh}), {param.unit}.", "", limits(param), ""]
    return lines


def views_page(packs: Iterable[Pack]) -> str:
    """Return the page of all views: what a row is, the tables read, the rules that use them, and the SQL."""
    views = {view.name: view for pack in packs for view in pack.views.values()}
    users = {name: {r.name for pack in packs for r in pack.rules.values() if name in r.views} for name in views}
    about = "SELECTs that several rules share; each stands in a rule's SQL as if it were written there."
    lines = ["# Views", "", about, ""]
    for name, view in sorted(views.items()):
        lines += [f"## {name}", "", f"{view.title.en} ({view.title.zh}), `{view.path}`.", ""]
        lines += _both(view.about.en, view.about.zh)
        reads = [f"- Reads `judged`, of the kind `{view.judges}`."] if view.judges else []
        reads += [f"- Reads by docket: {_codes(view.reads)}."] if view.reads else []
        reads += [f"- Reads whole: {_codes(view.references)}."] if view.references else []
        rules = ", ".join(f"[{rule}](rules/{rule.replace('/rules/', '/')}.md)" for rule in sorted(users[name]))
        lines += [*reads, f"- Rules: {rules or '-'}.", "", "```sql", view.text.strip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def limits(param: Param) -> str:
    """Return a parameter's values by date as a table; a figure that is not verified is marked."""
    rows = [
        (
            *(value for _, value in item.by),
            f"{item.value:,g}" if item.value < 1e6 else f"{item.value:,.0f}",
            item.valid_from,
            item.valid_until,
            "" if item.verified else "not verified",
            ", ".join(f"{c.source} {c.article}".strip() for c in item.cites),
        )
        for item in param.values
    ]
    return table((*param.by, "value", "from", "until", "verified", "source"), rows)


def _example(example: Example) -> list[str]:
    lines = [f"### {example.name.en} ({example.name.zh})", "", f"Shows: {example.shows}."]
    if example.today:
        lines.append(f"The clock stands at {example.today}.")
    if example.params:
        lines.append(f"Parameters: {', '.join(f'`{name}` = {value:g}' for name, value in example.params.items())}.")
    lines.append("")
    for kind, rows in example.given.items():
        lines += [f"- `{kind}` {_cells(row)}" for row in rows]
    answers = [
        f"{answer.replace('_', ' ')} {_json(subjects)}" for answer, subjects in example.gives.items() if subjects
    ]
    lines += ["", f"Gives: {'; '.join(answers)}."]
    if example.shown:
        lines.append(f"With the evidence {_cells(example.shown)}.")
    return [*lines, ""]


def _cells(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_json(value)}" for name, value in row.items())


def _json(value: Any) -> str:
    return f"`{json.dumps(plain(value), ensure_ascii=False)}`"


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as a Markdown table."""
    body = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |", *body])


def cell(value: Any) -> str:
    """Return a value as one line that a table holds."""
    text = "" if value is None else str(value)
    if isinstance(value, float):
        text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return " ".join(text.split()).replace("|", "\\|")
