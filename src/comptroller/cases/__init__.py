"""What is done about it? Findings open cases, lines and entities move them, clocks run, until they are verifiably closed."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptroller.cases.tracker import Cases

__all__ = ["Cases"]


def __getattr__(name: str) -> object:
    """Return a public class; its module is imported at the first use, so that a reader of tables does not load it."""
    if name in __all__:
        return getattr(import_module("comptroller.cases.tracker"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
