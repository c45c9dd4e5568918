"""The only reader of YAML: packs are read from their files, composed and checked; each fault has its place and
its fix.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptroller.packs.discovery import gather_files
    from comptroller.packs.loader import read_pack

__all__ = ["gather_files", "read_pack"]
_PLACES = {"gather_files": "discovery", "read_pack": "loader"}


def __getattr__(name: str) -> object:
    """Return a public function; its module is imported at the first use, so that a reader of titles does not load it."""
    if name in _PLACES:
        return getattr(import_module(f"comptroller.packs.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
