"""The command about the clock: what it is, letting a jump pass, and naming entries that a wrong clock made."""

from typing import Annotated, Any, Literal

import typer

from comptroller import engine
from comptroller.cli.instants import instant
from comptroller.cli.output import (
    JsonOption,
    NodeOption,
    exit_on_refusal,
    node_folder,
    out,
    passphrase,
    print_json,
    print_table,
)
from comptroller.cli.write import AtOption

_COLUMNS = ("entry", "does", "first_entry", "last_entry", "by", "why", "since", "until")


def clock(  # noqa: PLR0913 - the fields of an act
    act: Annotated[
        Literal["show", "pass", "wrong"],
        typer.Argument(help="show; pass: let the clock jump to now; wrong: name entries that a wrong clock made."),
    ] = "show",
    first: Annotated[int, typer.Option(help="The first entry that a wrong clock made.")] = 0,
    last: Annotated[int, typer.Option(help="The last one.")] = 0,
    by: Annotated[str, typer.Option(help="The officer responsible for the act.")] = "",
    why: Annotated[str, typer.Option(help="The reason.")] = "",
    at: AtOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the clock; accept a jump; name entries that a wrong clock made."""
    with exit_on_refusal(as_json=as_json):
        worker = engine.open_node(node_folder(node), passphrase=passphrase())
        try:
            if act == "pass":
                worker.pass_clock(by, why, instant(at))
            elif act == "wrong":
                worker.name_wrong_clock((first, last), by, why, instant(at))
            state = _state_of(worker)
        finally:
            worker.close()
    if as_json:
        print_json(state)
        return
    days = state["jump_days"]
    allowed = "" if days is None else f"; a jump of more than {days} days needs an officer's act"
    out.print(f"last moment {state['last_moment'].isoformat()}{allowed}")
    print_table("", list(_COLUMNS), [[past_act[name] for name in _COLUMNS] for past_act in state["acts"]])


def _state_of(worker: engine.Engine) -> dict[str, Any]:
    acts = worker.duck.records("SELECT * FROM clock_act ORDER BY entry")
    return {"last_moment": worker.last_moment(), "jump_days": worker.pack.clock_jump_days, "acts": acts}
