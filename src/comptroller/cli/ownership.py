"""Commands of the group `ownership`: who, owners, holdings, related, path, cycles."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.tree import Tree

from comptroller.books.ownership import queries as viewing
from comptroller.cli.findings import KnownOption, ValidOption, day
from comptroller.cli.opening import known_entry, working
from comptroller.cli.output import JsonOption, NodeOption, counted, exit_on_refusal, out, print_json, print_table
from comptroller.cli.suggestions import suggestion
from comptroller.model.refusal import Refused, refusal

EntityArgument = Annotated[str, typer.Argument(metavar="ENTITY", help="Its code.")]
PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="An entity's code, a person's key, or a name.")]
Found = TypeVar("Found")


def _ask(
    node: Path | None,
    valid: str | None,
    known: str | None,
    question: Callable[[viewing.OwnershipView], Found],
    parties: list[str],
) -> Found:
    """Open a node, query its ownership graph as of a day and an entry, and close it. Raises Refused for unknown
    parties.
    """
    with working(node) as worker:
        view = viewing.OwnershipView(worker.books, day(valid), known_entry(worker.ledger, known))
        for party in parties:
            if not view.knows(party):
                codes = [code for (code,) in worker.duck.rows("SELECT entity FROM entity")]
                fix = suggestion(party, codes, "capital.party:fix")
                raise Refused([refusal("capital.party", ("", None, "PARTY"), party, mend=fix)])
        return question(view)


def _grow(tree: Tree, branch: dict[str, Any]) -> Tree:
    """Hang what is below a node, or above it, on a tree."""
    for child in branch["holders" if "holders" in branch else "holdings"]:
        label = f"{child['party']}  {child['name']}".rstrip()
        marks = [str(child["share"])] if child["share"] else []
        marks += [child["basis"]] if child.get("basis") else []
        marks += ["shown above"] if child.get("seen") else []
        _grow(tree.add(f"{label}  [{', '.join(marks)}]" if marks else label), child)
    return tree


def _title(party: dict[str, Any]) -> str:
    return f"{party['party']}  {party['name']}".rstrip()


def who(
    entity: EntityArgument,
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who controls an entity, with the basis and the chain of control."""
    with exit_on_refusal(as_json=as_json):
        result = _ask(node, valid, known, lambda view: view.who(entity), [entity])
    if as_json:
        print_json(result)
        return
    out.print(_title(result), style="bold", markup=False)
    rows = [
        (c["owner"], c["name"], c["basis"], c["share_pct"], "ultimate" if c["is_ultimate"] else "", c["path"])
        for c in result["controllers"]
    ]
    print_table("", ["controller", "name", "basis", "counted %", "", "chain"], rows)
    if not rows:
        out.print("no controller is known")
    for issue in result["issues"]:
        out.print(f"{issue['issue']}: {issue['sum_pct']} % {issue['detail']}", style="yellow", markup=False)


def owners(
    entity: EntityArgument,
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the owners of an entity, level by level, and each ultimate owner's share."""
    with exit_on_refusal(as_json=as_json):
        result = _ask(node, valid, known, lambda view: view.owners(entity), [entity])
    if as_json:
        print_json(result)
        return
    out.print(_grow(Tree(_title(result)), result), markup=False)
    rows = [
        (s["owner"], s["name"], s["share_pct"], s["low_pct"], s["high_pct"])
        for s in result["effective"]
        if s["is_ultimate"]
    ]
    print_table("effective share of the ultimate owners", ["owner", "name", "share %", "at least", "at most"], rows)
    out.print(f"not disclosed: {result['gap_pct']} %")


def holdings(
    entity: EntityArgument,
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a party holds, level by level, and what it controls."""
    with exit_on_refusal(as_json=as_json):
        result = _ask(node, valid, known, lambda view: view.holdings(entity), [entity])
    if as_json:
        print_json(result)
        return
    out.print(_grow(Tree(_title(result)), result), markup=False)
    out.print(
        f"holds {counted(result['held'], 'entity', 'entities')} over {counted(result['levels'], 'level')}, "
        f"and controls {len(result['controlled']):,} of them"
    )


def related(  # noqa: PLR0913 - what one may ask by
    party: PartyArgument,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Over how many ties at most; all that count, if left out.")
    ] = None,
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the related parties of a party, with their ties and category."""
    with exit_on_refusal(as_json=as_json):
        result = _ask(node, valid, known, lambda view: view.related(party, steps), [party])
    if as_json:
        print_json(result)
        return
    rows = [(r["party"], r["category"], r["how"], r["steps"], r["path"]) for r in result["related"]]
    print_table("", ["party", "category", "how", "steps", "path"], rows)
    within = f" over {counted(steps, 'step')}" if steps else ""
    out.print(f"{counted(len(rows), 'related party', 'related parties')}{within}")
    for hub in result["hubs"]:
        why = "it is a public body, or has too many ties to be walked through"
        out.print(f"{hub} ends ways: {why}", style="yellow", markup=False)


def path(  # noqa: PLR0913 - what one may ask by
    upper: Annotated[str, typer.Argument(metavar="A", help="One party.")],
    lower: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the chain of stakes between A and B, its percentages, and whether it carries control."""
    with exit_on_refusal(as_json=as_json):
        result = _ask(node, valid, known, lambda view: view.path(upper, lower), [upper, lower])
    if as_json:
        print_json(result)
        return
    if not result["path"]:
        out.print(f"no stakes lead from {upper} to {lower} or back", markup=False)
        return
    out.print(result["path"], markup=False)
    basis = f"control: {result['basis']}" if result["basis"] else "no control"
    out.print(f"{basis}; effective share {result['share_pct']} %", markup=False)


def cycles(
    entity: Annotated[str, typer.Option(help="Only circles that this party is in.")] = "",
    valid: ValidOption = None,
    known: KnownOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List circles of payments, of goods and of guarantees."""
    with exit_on_refusal(as_json=as_json), working(node) as worker:
        result = viewing.circles(worker.books, entity, day(valid), known_entry(worker.ledger, known))
        cut_short = viewing.search_limits(worker.books, entity)
    if as_json:
        print_json(result)
        return
    for circle in result:
        count = len({leg["position"] for leg in circle["legs"]})
        tree = Tree(f"{circle['flow']} circle {circle['cycle']}, {circle['pattern']}, {counted(count, 'leg')}")
        for leg in circle["legs"]:
            tree.add(f"{leg['since']}  {leg['payer']} > {leg['payee']}  {leg['amount']}  {leg['name']}")
        out.print(tree, markup=False)
    out.print(counted(len(result), "circle"))
    if cut_short:
        out.print(f"the search was cut short {counted(cut_short, 'time')} (table search_limit): there may be more")
