"""What is done about it? Findings open cases, lines and entities move them, clocks run, until they are verified and
closed.

Lines are the supervision lines of the owner, such as audit or discipline inspection.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptroller.cases.tracker import Cases

__all__ = ["Cases"]


def __getattr__(name: str) -> object:
    """Return a public class; its module is imported at first use, so that code that only reads tables does not
    load it.
    """
    if name in __all__:
        return getattr(import_module("comptroller.cases.tracker"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
