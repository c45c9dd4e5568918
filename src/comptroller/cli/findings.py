"""Commands that read the books: findings, explain, scoreboard, query."""

import datetime as dt
import json
from typing import Annotated, Any

import typer

from comptroller.cli.notices import notices
from comptroller.cli.opening import Reading, reading
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    counted,
    err,
    exit_on_refusal,
    language,
    out,
    print_json,
    print_table,
)
from comptroller.cli.suggestions import suggestion
from comptroller.evaluation import explain as explaining, history, scoreboard as counting
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.model.text import Text

ValidOption = Annotated[str | None, typer.Option("--valid", metavar="DAY", help="As true on that day.")]
KnownOption = Annotated[str | None, typer.Option("--known", metavar="ENTRY|INSTANT", help="As known with that entry.")]


def day(text: str | None) -> dt.date | None:
    """Return the day in an option; raises typer.BadParameter for other text."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text}: a day such as 2024-06-30") from error


def findings(  # noqa: PLR0913 - what one may ask by
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    entity: Annotated[str, typer.Option(help="The entity's code.")] = "",
    state: Annotated[
        str, typer.Option(help="open, all, raised, changed, cleared, not_judged or not_applicable.")
    ] = "open",
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List findings, current or as of a day or an entry."""
    if state not in ("open", "all", *history.STATES):
        raise typer.BadParameter(f"--state {state}: one of open, all, {', '.join(history.STATES)}")
    with exit_on_refusal(as_json=as_json):
        since = day(valid)
        with reading(node) as opened:
            at = opened.known_entry(known)
            listed = history.findings(opened.duck, rule=rule, entity=entity, state=state, valid=since, known=at)
            titles = {} if as_json else opened.titles({row.rule for row in listed})
            hints = [] if listed else opened.hints(rule, entity)
            notices(opened.duck)
    if as_json:
        print_json([row.as_json() for row in listed])
        return
    rows = [
        (f.finding, f.state, _title(titles, f.rule), f.entity, " ".join(map(str, f.subject)), f.since) for f in listed
    ]
    print_table("", ["finding", "state", "rule", "entity", "subject", "since"], rows)
    out.print(counted(len(listed), "finding"))
    for hint in hints:
        err.print(hint, markup=False)


def _title(titles: dict[str, Text], rule: str) -> str:
    return titles[rule].of(language()) if rule in titles else rule


def explain(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its name, or a beginning of it.")],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a finding: clause, rule, parameters, the rows read, and what would be lawful."""
    with exit_on_refusal(as_json=as_json), reading(node) as opened:
        explanation = explaining.explain(opened.duck, opened.pack, finding, policy_of=opened.policy_of)
        if explanation is None:
            raise Refused([_no_finding(opened, finding)])
        heads = {row["entry"]: opened.ledger.entry(row["entry"]).fields for row in explanation.rows}
    if as_json:
        print_json({**explanation.as_json(), "entries": heads})
    else:
        _print_explanation(explanation, heads)


def _no_finding(opened: Reading, finding: str) -> Refusal:
    """Return the refusal of an id that names no finding, or several; the ids that are close are offered."""
    known = [known_id for (known_id,) in opened.duck.rows("SELECT finding FROM finding_now")]
    fix = suggestion(finding, known, "explain.finding:fix")
    return refusal("explain.finding", ("", None, "finding"), finding, mend=fix)


def _print_explanation(explanation: explaining.Explanation, heads: dict[int, dict[str, Any]]) -> None:
    """Print an explanation for a person."""
    finding, rule, code = explanation.finding, explanation.rule, language()
    title = rule.title.of(code) if rule else finding.rule
    out.print(f"{finding.finding}  {finding.state}  {title}", style="bold", markup=False)
    if rule:
        word = "may be called a breach" if rule.may_be_breach else "a lead for a person, not a breach"
        out.print(f"{rule.catalogue} {finding.rule}  {rule.kind}, {rule.severity}: {word}".strip(), markup=False)
        out.print(rule.why.of(code), markup=False)
    out.print(f"entity {finding.entity}  since {finding.since}  known with entry {finding.known}", markup=False)
    for source in explanation.sources:
        name = source["title"][code] or source["source"]
        article = f", art. {source['article']}" if source["article"] else ""
        out.print(f"source    {name} {source['number']}{article}, in force from {source['in_force'][0]}", markup=False)
    for param in explanation.parameters:
        mark = "" if param["verified"] else "  (figure not verified)"
        until = f" until {param['until']}" if param["until"] else ""
        out.print(
            f"parameter {param['title'][code]}: {param['value']:g} {param['unit']} from {param['from']}{until}{mark}",
            markup=False,
        )
    print_table(
        "evidence",
        ["", ""],
        [
            (k, v if not isinstance(v, (dict, list)) else json.dumps(v, ensure_ascii=False))
            for k, v in finding.evidence.items()
        ],
    )
    for row in explanation.rows:
        head = heads[row["entry"]]
        cells = ", ".join(f"{k}={v}" for k, v in row["row"].items())
        out.print(
            f"entry {row['entry']} no. {row['place']} ({head['name'] or head['media']}, by {head['reporter']}) {row['table']}: {cells}",
            markup=False,
        )
    if finding.missing:
        out.print(f"not judged because {finding.missing} is missing", markup=False)
    if finding.excluded:
        out.print(f"not applicable: {finding.excluded}", markup=False)
    if explanation.lawful:
        out.print(f"lawful if {explanation.lawful[code]}", markup=False)
    if rule:
        out.print(rule.whole_text.strip(), style="dim", markup=False)
        if not explanation.is_same_text:
            out.print("the rule's text is another today than when this was judged", style="yellow")


def scoreboard(
    rule: Annotated[str, typer.Option(help="A part of the rule's name.")] = "",
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count for each rule: judged, found, clear, not applicable, not judged and why."""
    with exit_on_refusal(as_json=as_json), reading(node) as opened:
        names = [name for name in sorted(opened.pack.rules) if rule in name]
        hints = opened.hints("" if names else rule, "")
        scores = counting.scoreboard(opened.duck, opened.pack, opened.findings, names) if names else []
    if as_json:
        print_json({score.rule: score.as_json() for score in scores})
        return
    rows = [
        (
            s.rule,
            s.judged,
            s.found,
            s.clear,
            s.not_applicable,
            s.not_judged,
            f"suspended: {s.asleep}" if s.asleep else ", ".join(f"{k} {n:,}" for k, n in s.why.items()),
            ", ".join(f"{k} {n:,}" for k, n in s.excluded.items()),
        )
        for s in scores
    ]
    heads = ["rule", "judged", "found", "clear", "not applicable", "not judged", "because of missing", "left out for"]
    print_table("", heads, rows)
    for hint in hints:
        err.print(hint, markup=False)
