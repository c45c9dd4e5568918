"""Commands about cases: cases, case, due, outcomes."""

import json
from typing import Annotated, Any

import typer

from comptroller.cases import queries, visibility
from comptroller.cases.tables import has_cases
from comptroller.cli.findings import day
from comptroller.cli.opening import reading
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    exit_on_refusal,
    language,
    out,
    print_json,
    print_table,
)
from comptroller.cli.suggestions import suggestion
from comptroller.model.case_policy import STATES
from comptroller.model.refusal import Refused, refusal

LineOption = Annotated[str, typer.Option("--line", help="The line of supervision.")]


def _label(state: str) -> str:
    return STATES[state].of(language()) if state in STATES else state


def cases(  # noqa: PLR0913 - what one may ask by
    state: Annotated[str, typer.Option(help="open, all, or a state such as triage.")] = "open",
    line: LineOption = "",
    entity: Annotated[str, typer.Option(help="The entity's code; those below it as well.")] = "",
    overdue: Annotated[str | None, typer.Option(metavar="DAY", help="Only what was due before that day.")] = None,
    limit: Annotated[int, typer.Option(help="So many at most.")] = 200,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List cases, the earliest due first, and count them by state."""
    if state not in ("open", "all", *STATES):
        raise typer.BadParameter(f"--state {state}: one of open, all, {', '.join(STATES)}")
    with exit_on_refusal(as_json=as_json):
        case_filter = queries.CaseFilter(state, line, entity, overdue_on=day(overdue), limit=limit)
        with reading(node) as opened:
            cards, counts = queries.board(opened.duck, case_filter) if has_cases(opened.pack) else ([], {})
    if as_json:
        print_json({"cases": cards, "counts": counts})
        return
    rows = [
        (
            c["case_id"],
            _label(c["state"]),
            c["lead"],
            c["entity"],
            c["severity"],
            c["standing"],
            c["opened_on"],
            c["due_on"],
        )
        for c in cards
    ]
    print_table("", ["case", "state", "lead", "entity", "severity", "standing", "opened", "due"], rows)
    out.print(", ".join(f"{_label(name)} {n:,}" for name, n in sorted(counts.items())) or "no cases")


def case(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="Its name, or a beginning of it.")],
    line: Annotated[str, typer.Option("--line", help="As that line of supervision may see it.")] = "",
    as_entity: Annotated[bool, typer.Option("--as-entity", help="As the entity it is about may see it.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one case: its state, findings, clocks, requests and history."""
    with exit_on_refusal(as_json=as_json):
        with reading(node) as opened:
            result = queries.whole(opened.duck, case_id) if has_cases(opened.pack) else None
            if result is not None and line:
                result = visibility.visible_to_line(result, line, opened.pack.case_policy)
            if result is not None and as_entity:
                result = visibility.visible_to_entity(result, opened.pack.case_policy)
            known = (
                [known_id for (known_id,) in opened.duck.rows("SELECT case_id FROM case_now")]
                if has_cases(opened.pack)
                else []
            )
        if result is None:
            fix = suggestion(case_id, known, "case.unknown:fix")
            raise Refused([refusal("case.unknown", ("", None, "case"), case_id, mend=fix)])
    if as_json:
        print_json(result)
    else:
        _print_case(result)


def _print_case(fields: dict[str, Any]) -> None:
    """Print a case for a person."""
    out.print(f"{fields['case_id']}  {_label(fields['state'])}  {fields['entity']}", style="bold", markup=False)
    plain = {k: v for k, v in fields.items() if not isinstance(v, list) and v not in (None, "", 0, False)}
    print_table("", ["", ""], [(k, v) for k, v in plain.items() if k not in ("case_id", "state", "entity")])
    heads: tuple[str, ...] = ("finding", "rule", "severity", "raised_on", "stands", "outcome")
    print_table("findings", heads, [[row[h] for h in heads] for row in fields["finding"]])
    heads = ("clock", "instance", "holder", "by_line", "started_on", "due_on", "ended_on")
    print_table("clocks", heads, [[row[h] for h in heads] for row in fields["clock"]])
    if fields["request"]:
        names = ("request", "by_line", "material", "asked_on", "answered_on", "supplied_to", "supplied_on")
        heads = tuple(name for name in names if name in fields["request"][0])  # an entity sees fewer
        print_table("requests", heads, [[row[h] for h in heads] for row in fields["request"]])
    rows = []
    for row in fields["event"]:
        more = json.loads(row["said"] or "{}")
        details = ", ".join(f"{k}={v}" for k, v in more.items() if v and not isinstance(v, list))
        rows.append(
            (row["happened_on"], row["what"], row["by_line"], row["by"], row["reason"] or details, row["state_after"])
        )
    print_table("what happened", ["on", "what", "line", "by", "said", "state"], rows)


def due(
    line: LineOption = "",
    holder: Annotated[str, typer.Option(help="The entity or office that is bound.")] = "",
    days: Annotated[int, typer.Option(help="Due within so many days of the clock.")] = 30,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is due from a supervision line or an entity, the oldest first."""
    with exit_on_refusal(as_json=as_json), reading(node) as opened:
        today = opened.today if has_cases(opened.pack) else None
        rows = queries.due(opened.duck, today, line=line, holder=holder, within_days=days)[0] if today else []
    if as_json:
        print_json(rows)
        return
    heads = ("due_on", "is_overdue", "case_id", "clock", "holder", "by_line", "started_on")
    print_table("", heads, [[row[h] for h in heads] for row in rows])
    out.print(f"{len(rows):,} due")


def outcomes(node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show the outcome of each rule's findings, the workload of each line, and requests saved."""
    with exit_on_refusal(as_json=as_json), reading(node) as opened:
        is_on = has_cases(opened.pack)
        rules = queries.precision(opened.duck, opened.pack) if is_on else []
        lines = queries.load(opened.duck, opened.today) if is_on and opened.today else []
        requests = queries.requests(opened.duck) if is_on else {}
    if as_json:
        print_json({"rules": rules, "lines": lines, "requests": requests})
        return
    heads: tuple[str, ...] = (
        "rule",
        "raised",
        "open",
        "confirmed",
        "dismissed",
        "withdrawn",
        "lapsed",
        "contested",
        "precision_pct",
    )
    print_table("rules", heads, [[row[h] for h in heads] for row in rules])
    heads = (
        "line",
        "open",
        "overdue",
        "closed",
        "dismissed",
        "reopened",
        "loss_cny",
        "recovered_cny",
        "put_right",
        "by_rule",
        "lapsed",
    )
    print_table("lines", heads, [[row[h] for h in heads] for row in lines])
    out.print(f"requests {requests}", markup=False)
