"""What the command line prints: one form for people, one for machines, and the exit codes."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from comptroller.model.finding import plain
from comptroller.model.refusal import ComptrollerError, Refusal, Refused, refusal
from comptroller.model.text import message
from comptroller.node import damaged, damaged_store, open_stores
from comptroller.store.duck import SqlError
from comptroller.store.sqlite import StoreDown

DONE, REFUSED, WRONG_USE = 0, 1, 2
NodeOption = Annotated[
    Path | None, typer.Option("--node", help="The node's folder.", envvar="COMPTROLLER_NODE", show_envvar=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
err = Console(stderr=True, highlight=False)


def language() -> str:
    """Return the language of texts: COMPTROLLER_LANGUAGE, or zh where the locale is Chinese, else en."""
    value = os.environ.get("COMPTROLLER_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if value.lower().startswith("zh") else "en"


def passphrase() -> bytes | None:
    """Return the key's passphrase from COMPTROLLER_PASSPHRASE, where it is set."""
    value = os.environ.get("COMPTROLLER_PASSPHRASE")
    return value.encode() if value else None


def node_folder(node: Path | None) -> Path:
    """Return the node that was named; wrong use where none was."""
    if node is None:
        err.print("name the node with --node DIR, or set COMPTROLLER_NODE")
        raise typer.Exit(WRONG_USE)
    return node


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun, in the singular or in the plural.

    >>> counted(1, "rule"), counted(2_000, "entity", "entities")
    ('1 rule', '2,000 entities')
    """
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows; numbers are aligned to the right."""
    table = Table(title=title or None, title_justify="left", header_style="bold", pad_edge=False, box=None)
    numeric = [
        bool(rows) and all(isinstance(r[i], (int, float)) or r[i] is None for r in rows) for i in range(len(columns))
    ]
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*["" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    out.print(table)


def print_refusals(refusals: Sequence[Refusal], *, as_json: bool) -> None:
    """Print refusals: on the error stream for people, as a list for machines."""
    if as_json:
        print_json({"refused": [r.as_json() for r in refusals]})
        return
    for item in refusals:
        err.print(item.text(language()), markup=False)
        err.print()


@contextmanager
def exit_on_refusal(*, as_json: bool) -> Iterator[None]:
    """Print refusals and broken things inside, and end with exit code 1; a node that a failed command opened is closed."""
    before = open_stores()
    try:
        yield
    except Refused as refused:
        print_refusals(refused.refusals, as_json=as_json)
        raise typer.Exit(REFUSED) from refused
    except StoreDown as fault:
        print_refusals([damaged_store(Path(), fault)], as_json=as_json)
        raise typer.Exit(REFUSED) from fault
    except SqlError as fault:
        print_refusals([damaged(str(fault).splitlines()[0])], as_json=as_json)
        raise typer.Exit(REFUSED) from fault
    except ComptrollerError as broken:
        expected, fix = message("cli.broken:expected"), message("cli.broken:fix")
        print_refusals([refusal("broken", ("", None, ""), broken, expected, fix)], as_json=as_json)
        raise typer.Exit(REFUSED) from broken
    finally:
        if sys.exc_info()[0] is not None:
            for store in open_stores() - before:
                store.close()


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar while something long goes on; returns the function that moves it."""
    if quiet:
        yield lambda _name, _at, _whole: None
        return
    from rich.progress import (  # noqa: PLC0415 - as costly as all else of a short command, and seldom used
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def move(_name: str, at: int, total: int) -> None:
            bar.update(task, completed=at, total=total)

        yield move
