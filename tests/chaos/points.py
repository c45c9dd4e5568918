"""The named points of interrupting a node: between folding, judging, sealing and committing, and within
an adoption.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from comptroller.books import Books
from comptroller.cases import Cases
from comptroller.evaluation import Evaluation
from comptroller.ledger.ledger import Ledger
from comptroller.projection import Projection
from comptroller.replay import Replay
from comptroller.store.duck import DuckDb

POINTS: dict[str, tuple[type, str, bool]] = {
    "before the fold": (Books, "fold", True),
    "after the fold": (Books, "fold", False),
    "before judging": (Evaluation, "judge", True),
    "after judging": (Evaluation, "judge", False),
    "after the cases": (Cases, "fold", False),
    "before the seal": (Ledger, "append", True),
    "after the seal": (Ledger, "append", False),
    "before the books' last word": (Books, "advance", True),
    "after the books' last word": (Books, "advance", False),
    "after the commit": (Projection, "settle", False),
    "in an adoption, before its tables": (Books, "adopt", True),
    "in an adoption, after its tables": (Books, "adopt", False),
    "in an adoption, after judging": (Evaluation, "adopt", False),
    "in an adoption, after its cases": (Projection, "change_policy", False),
    "when a rule is put to sleep": (Evaluation, "suspend", False),
    "while what is in the ledger is folded": (Replay, "_refold", True),
    "while the store is taken up": (Projection, "_open", False),
    "within the books": (DuckDb, "insert", False),
}
"""For each point the method that passes it, and whether the point lies before its work."""


class Cut(BaseException):
    """The end of the process, simulated by a test within its own process."""


@contextmanager
def cut_at(point: str, passes: int, act: Callable[[], None]) -> Iterator[None]:
    """Do `act` when the point is passed for the `passes`-th time inside."""
    owner, name, is_before = POINTS[point]
    original, left = getattr(owner, name), [passes]

    def watched(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if is_before and left[0] == 0:
            act()
        result = original(*given, **named)
        if not is_before and left[0] == 0:
            act()
        return result

    setattr(owner, name, watched)
    try:
        yield
    finally:
        setattr(owner, name, original)
