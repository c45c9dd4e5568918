"""The command line: `comptroller`."""

from collections.abc import Callable

import typer

from comptroller.cli import author, authority, capital, casework, clock, demo, read, serve, write
from comptroller.store.memory import collect_rarely

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_commands: list[Callable[..., None]] = [
    *(write.init, write.report, write.tick, write.adopt, write.rebuild, clock.clock),
    *(read.findings, read.explain, read.scoreboard, read.entry, read.verify, read.query),
    *(capital.who, capital.owners, capital.holdings, capital.related, capital.path, capital.cycles),
    *(casework.cases, casework.case, casework.due, casework.outcomes),
    *(authority.may, authority.powers),
    *(author.prove, author.new, author.template, demo.demo),
    *(serve.serve, serve.admit),
]
for _command in _commands:
    app.command()(_command)


def main() -> None:
    """Run the command line."""
    collect_rarely()
    app()
