"""Commands about cases: cases, case, due, outcomes."""

import json
from typing import Annotated, Any

import typer

from comptroller.cases import queries, visibility
from comptroller.cases.tables import has_cases
from comptroller.cli.opening import reading
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    doors,
    language,
    out,
    print_json,
    print_table,
)
from comptroller.cli.read import day
from comptroller.cli.suggestions import suggestion
from comptroller.model.case_policy import STATES
from comptroller.model.refusal import Refused, refusal

LineOption = Annotated[str, typer.Option("--line", help="The line of supervision.")]


def _said(state: str) -> str:
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
    with doors(as_json=as_json):
        asked = queries.CaseFilter(state, line, entity, overdue_on=day(overdue), limit=limit)
        with reading(node) as opened:
            cards, counts = queries.board(opened.duck, asked) if has_cases(opened.pack) else ([], {})
    if as_json:
        print_json({"cases": cards, "counts": counts})
        return
    rows = [
        (
            c["case_id"],
            _said(c["state"]),
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
    out.print(", ".join(f"{_said(name)} {n:,}" for name, n in sorted(counts.items())) or "no cases")


def case(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="Its name, or a beginning of it.")],
    line: Annotated[str, typer.Option("--line", help="As that line of supervision may see it.")] = "",
    as_entity: Annotated[bool, typer.Option("--as-entity", help="As the entity it is about may see it.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one case: its state, findings, clocks, requests and history."""
    with doors(as_json=as_json):
        with reading(node) as opened:
            found = queries.whole(opened.duck, case_id) if has_cases(opened.pack) else None
            if found is not None and line:
                found = visibility.visible_to_line(found, line, opened.pack.case_policy)
            if found is not None and as_entity:
                found = visibility.visible_to_entity(found, opened.pack.case_policy)
            known = (
                [one for (one,) in opened.duck.rows("SELECT case_id FROM case_now")] if has_cases(opened.pack) else []
            )
        if found is None:
            fix = suggestion(case_id, known, "case.unknown:fix")
            raise Refused([refusal("case.unknown", ("", None, "case"), case_id, mend=fix)])
    if as_json:
        print_json(found)
    else:
        _tell(found)


def _tell(found: dict[str, Any]) -> None:
    """Print a case for a person."""
    out.print(f"{found['case_id']}  {_said(found['state'])}  {found['entity']}", style="bold", markup=False)
    plain = {k: v for k, v in found.items() if not isinstance(v, list) and v not in (None, "", 0, False)}
    print_table("", ["", ""], [(k, v) for k, v in plain.items() if k not in ("case_id", "state", "entity")])
    heads: tuple[str, ...] = ("finding", "rule", "severity", "raised_on", "stands", "outcome")
    print_table("findings", heads, [[one[h] for h in heads] for one in found["finding"]])
    heads = ("clock", "instance", "holder", "by_line", "started_on", "due_on", "ended_on")
    print_table("clocks", heads, [[one[h] for h in heads] for one in found["clock"]])
    if found["request"]:
        heads = ("request", "by_line", "material", "asked_on", "answered_on", "supplied_to", "supplied_on")
        print_table("requests", heads, [[one[h] for h in heads] for one in found["request"]])
    rows = []
    for one in found["event"]:
        more = json.loads(one["said"] or "{}")
        shown = ", ".join(f"{k}={v}" for k, v in more.items() if v and not isinstance(v, list))
        rows.append(
            (one["happened_on"], one["what"], one["by_line"], one["by"], one["reason"] or shown, one["state_after"])
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
    with doors(as_json=as_json), reading(node) as opened:
        today = opened.today if has_cases(opened.pack) else None
        found = queries.due(opened.duck, today, line=line, holder=holder, within_days=days)[0] if today else []
    if as_json:
        print_json(found)
        return
    heads = ("due_on", "is_overdue", "case_id", "clock", "holder", "by_line", "started_on")
    print_table("", heads, [[one[h] for h in heads] for one in found])
    out.print(f"{len(found):,} due")


def outcomes(node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show the outcome of each rule's findings, the workload of each line, and requests saved."""
    with doors(as_json=as_json), reading(node) as opened:
        is_on = has_cases(opened.pack)
        rules = queries.precision(opened.duck, opened.pack) if is_on else []
        lines = queries.load(opened.duck, opened.today) if is_on and opened.today else []
        asked = queries.requests(opened.duck) if is_on else {}
    if as_json:
        print_json({"rules": rules, "lines": lines, "requests": asked})
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
    print_table("rules", heads, [[one[h] for h in heads] for one in rules])
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
    print_table("lines", heads, [[one[h] for h in heads] for one in lines])
    out.print(f"requests {asked}", markup=False)
