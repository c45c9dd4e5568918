"""Groups of commands that import a command's module when it is run: a help page loads none of them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from comptroller.cli.registry import COMMANDS, DEFAULTS, DEPRECATED, GROUPS, Entry, entries_of
from comptroller.cli.suggestions import suggestion
from comptroller.model.text import message


class Group(TyperGroup):
    """The commands of one group of the registry; the group '' is the command line itself."""

    def __init__(self, *, name: str | None = None, group: str = "", **attrs: Any) -> None:
        """Store the group's name in the registry; the other settings are Typer's."""
        super().__init__(name=name or group or None, **{**attrs, "rich_markup_mode": None, "suggest_commands": False})
        self.group = group
        self.entries = entries_of(group)

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002 - Typer's form
        """Return the names of commands and groups in the order of the registry; earlier names are not listed."""
        return list(self._summaries())

    def _summaries(self) -> dict[str, str]:
        summaries: dict[str, str] = {}
        for entry in self.entries.values() if self.group else COMMANDS:
            group, _, word = entry.name.rpartition(" ")
            is_inner = group and not self.group
            summaries[group if is_inner else word] = GROUPS[group] if is_inner else entry.summary
        return summaries

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002
        """Return a command by name, with its module imported; None where there is none."""
        if cmd_name in self.entries:
            return load(self.entries[cmd_name], cmd_name)
        if self.group:
            return None
        if cmd_name in GROUPS:
            return Group(group=cmd_name, help=GROUPS[cmd_name], no_args_is_help=cmd_name not in DEFAULTS)
        if cmd_name in DEPRECATED:
            group, _, word = DEPRECATED[cmd_name].rpartition(" ")
            return load(entries_of(group)[word], cmd_name)
        return None

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Return the arguments; where a group with a default gets options alone, they are the default's."""
        default = DEFAULTS.get(self.group)
        if default and (not args or (args[0].startswith("-") and args[0] != "--help")):
            args = [default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Return name, command and the other arguments; wrong use with the names that are close, where there is none."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            known = {*self._summaries(), *(() if self.group else (entry.name for entry in COMMANDS))}
            hint = suggestion(args[0], known, "cli.no_command:fix")
            text = message("cli.no_command", name=repr(args[0]), hint=hint)
            ctx.fail(f"{text.en} {text.zh}")
        return args[0] if command else None, command, args[1:]

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        """Write the list of commands from the registry: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries().items()))


def load(entry: Entry, name: str) -> Any:
    """Import a command's module and build the command under `name`."""
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name)(function_of(entry))
    return typer.main.get_command(single)


def function_of(entry: Entry) -> Callable[..., None]:
    """Import a command's module and return its function."""
    module, _, name = entry.target.partition(":")
    function: Callable[..., None] = getattr(import_module(f"comptroller.cli.{module}"), name)
    return function
