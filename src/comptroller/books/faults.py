"""What is wrong with the stakes in one company: over the whole, to nothing, of no known size, or in itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership import WHOLE, Held

Fault = tuple[str, int, str]
"""A word, the sum of parts that it is about, a detail."""


def plain_faults(company: int, held: NDArray[np.int64]) -> list[Fault]:
    """Give what is wrong with shares (holder, parts) that are all known exactly."""
    found, total, own = [], int(held[:, 1].sum()), int(held[held[:, 0] == company, 1].sum())
    if own:
        found.append(("own", own, ""))
    if total > WHOLE:
        found.append(("over", total, ""))
    if len(held) and not total:
        found.append(("nothing", 0, ""))
    return found


def faults_of(company: int, held: dict[int, Held], names: Sequence[str]) -> list[Fault]:
    """Give what is wrong with whatever is said of stakes; `names` are those of the parties."""
    found: list[Fault] = []
    total = sum(one.middle for one in held.values())
    if company in held and held[company].middle:
        found.append(("own", held[company].middle, ""))
    if sum(one.low for one in held.values()) > WHOLE:
        found.append(("over", total, ""))
    if held and not total and not any(one.is_asserted for one in held.values()):
        found.append(("nothing", 0, ""))
    if unsized := sorted(names[h] for h, one in held.items() if one.is_unsized):
        found.append(("unsized", total, ", ".join(unsized)))
    return found
