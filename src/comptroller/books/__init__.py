"""What is known? Entries folded into tables: facts on both time axes, the register, lists, parameters, the calendar."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptroller.books.facts.fold import Books, Change

__all__ = ["Books", "Change"]


def __getattr__(name: str) -> object:
    """Return a public class; its module is imported at the first use, so that a reader of tables does not load it."""
    if name in __all__:
        return getattr(import_module("comptroller.books.facts.fold"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
