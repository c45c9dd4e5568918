"""The command line: `comptroller`."""

import typer

from comptroller.cli import author, demo, read, write

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for _command in (write.init, write.report, write.tick, write.adopt, write.rebuild):
    app.command()(_command)
for _command in (read.findings, read.explain, read.scoreboard, read.entry, read.verify, read.query):
    app.command()(_command)
for _command in (author.prove, author.new, author.template, demo.demo):
    app.command()(_command)


def main() -> None:
    """Run the command line."""
    app()
