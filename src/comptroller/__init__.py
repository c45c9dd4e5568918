"""Comptroller checks what state-owned enterprises report against dated, cited rules, and follows problems until fixed.

    with comptroller.create("node", comptroller.Pack.load("base"), owner="CITY") as node:
        (result,) = node.report(comptroller.Report.from_file("payments.csv", kind="payment"))

The names in `__all__` are the public Python interface; each is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comptroller.library import Change, Finding, Node, Pack, Report, Result, create, open_node
    from comptroller.model.refusal import ComptrollerError, Refusal, Refused

__version__ = "0.2.0"
__all__ = [
    "Change", "ComptrollerError", "Finding", "Node", "Pack", "Refusal", "Refused", "Report", "Result", "create", "open_node",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return a public name, loading its module on first use (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'comptroller' has no attribute {name!r}; it has {', '.join(__all__)}")
    home = "model.refusal" if name in ("ComptrollerError", "Refusal", "Refused") else "library"
    globals()[name] = value = getattr(import_module(f"comptroller.{home}"), name)
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted({*globals(), *__all__})
