"""The command line: `comptroller`."""

import typer

from comptroller.cli.groups import Group
from comptroller.store.gc_tuning import collect_rarely

app = typer.Typer(
    cls=Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


@app.callback()
def comptroller() -> None:
    """Check what enterprises report against dated, cited rules, and follow every problem until it is fixed."""


def main() -> None:
    """Run the command line."""
    collect_rarely()
    app()
