"""The command line: `comptroller`."""

import os
from collections.abc import Callable

import typer

from comptroller.cli import author, authority, capital, casework, clock, custody, demo, read, serve, verifying, write
from comptroller.store.memory import collect_rarely

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
_commands: list[Callable[..., None]] = [
    *(write.init, write.report, write.tick, write.adopt, write.rebuild, clock.clock),
    *(read.findings, read.explain, read.scoreboard, read.entry, read.query),
    *(capital.who, capital.owners, capital.holdings, capital.related, capital.path, capital.cycles),
    *(casework.cases, casework.case, casework.due, casework.outcomes),
    *(authority.may, authority.powers),
    *(author.prove, author.new, author.template, demo.demo),
    *(serve.serve, serve.admit),
    *(verifying.verify, custody.checkpoint, custody.witness, custody.erase, custody.salvage, custody.passphrase),
]
for _command in _commands:
    app.command()(_command)


def main() -> None:
    """Run the command line."""
    os.umask(0o077)  # what a command writes, its temporary files included, is for the user alone
    collect_rarely()
    app()
