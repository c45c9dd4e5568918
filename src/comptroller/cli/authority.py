"""Commands of the group `authority`: check, list."""

import json
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from comptroller.cases import authority
from comptroller.cli.findings import day
from comptroller.cli.instants import now
from comptroller.cli.opening import reading, working
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    exit_on_refusal,
    out,
    print_json,
    print_table,
)
from comptroller.model.channel import ENGINE
from comptroller.model.refusal import Refused
from comptroller.model.report import Report

OnOption = Annotated[str | None, typer.Option("--on", metavar="DAY", help="On that day; today by default.")]


def may(  # noqa: PLR0913 - what a question is made of
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="The entity's code.")],
    post: Annotated[str, typer.Argument(metavar="POST", help="The body or post that would approve.")],
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item of the list of matters.")],
    amount: Annotated[str | None, typer.Option(help="The amount in CNY.")] = None,
    counterparty: Annotated[str, typer.Option(help="The counterparty.")] = "",
    person: Annotated[str, typer.Option(help="Who would act by a delegation.")] = "",
    matter: Annotated[str, typer.Option(help="The matter, so that the later act is compared with the answer.")] = "",
    on: OnOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check whether a post may approve a matter, and record the answer in the ledger."""
    try:
        figure = Decimal(amount) if amount else None
    except InvalidOperation as error:
        raise typer.BadParameter(f"{amount}: an amount such as 1500000") from error
    with exit_on_refusal(as_json=as_json), working(node) as worker:
        at = now()
        question = authority.Question(
            entity,
            post,
            item,
            day(on) or at.date(),
            figure,
            counterparty=counterparty,
            person=person,
            matter=matter,
        )
        answered = authority.may(worker.duck, worker.pack.case_policy.authority, question)
        number = f"Q{worker.ledger.size + 1}"
        payload = json.dumps({"kind": "advice", "facts": [authority.as_fact(number, question, answered)]}).encode()
        taken = worker.take([Report(payload, "json", f"{number}.json", worker.charter.owner, channel=ENGINE)], at)
        if taken.refused:
            raise Refused(taken.refused[0])
    if as_json:
        print_json({"advice": number, **answered.as_json()})
        return
    whom = f": {answered.whom}" if answered.whom else ""
    out.print(f"{answered.answer}{whom}  ({answered.because})", markup=False)
    if answered.first:
        out.print(f"studied first by {', '.join(answered.first)}", markup=False)
    out.print(f"advice {number}, entry {taken.entries[0]}", markup=False)


def powers(  # noqa: PLR0913 - what one may ask by
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="The entity's code.")],
    body: Annotated[str, typer.Option(help="Only what that body decides.")] = "",
    item: Annotated[str, typer.Option(help="Only that item.")] = "",
    on: OnOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who may approve what in an entity, with gaps and overlaps."""
    with exit_on_refusal(as_json=as_json):
        since = day(on) or now().date()
        with reading(node) as opened:
            result = authority.powers(opened.duck, opened.pack.case_policy.authority, entity, since)
    lines = [line for name, item_lines in result["items"].items() for line in item_lines if item in ("", name)]
    lines = [line for line in lines if body in ("", line["body"])]
    if as_json:
        print_json({"lines": lines} | {name: result[name] for name in ("gaps", "overlaps", "below")})
        return
    heads = ("item", "part", "body", "limit_cny", "position", "holder", "valid_from", "list")
    print_table("", heads, [[line[h] for h in heads] for line in lines])
    out.print(
        f"gaps: {', '.join(result['gaps']) or '-'}; overlaps: {', '.join(result['overlaps']) or '-'}", markup=False
    )
