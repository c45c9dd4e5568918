"""Is it right? Changed rows make dockets due; their rules are judged; findings are raised, changed, cleared.

A docket is the part of the rows that a rule judges together, such as the payments of one entity: a partition key.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptroller.evaluation.judge import Evaluation

__all__ = ["Evaluation"]


def __getattr__(name: str) -> object:
    """Return a public class; its module is imported at first use, so that code that only reads tables does not
    load it.
    """
    if name in __all__:
        return getattr(import_module("comptroller.evaluation.judge"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
