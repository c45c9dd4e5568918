"""What is wrong with the stakes in one company: over the whole, to nothing, of no known size, or in itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from comptroller.books.ownership.stakes import WHOLE, StakeRecord

Fault = tuple[str, int, str]
"""A word, the sum of parts that it is about, a detail."""


def plain_issues(shares: NDArray[np.int64]) -> dict[int, list[Fault]]:
    """Return by company what is wrong with shares (company, holder, parts) that are all known exactly;
    companies ascend.
    """
    firsts = np.flatnonzero(np.diff(shares[:, 0], prepend=-1))
    if not len(firsts):
        return {}
    totals = np.add.reduceat(shares[:, 2], firsts)
    owns = np.add.reduceat(np.where(shares[:, 0] == shares[:, 1], shares[:, 2], 0), firsts)
    wrong = np.flatnonzero((owns > 0) | (totals > WHOLE) | (totals == 0))
    found = {}
    for company, total, own in zip(*(c[wrong].tolist() for c in (shares[firsts, 0], totals, owns)), strict=True):
        said = [("own", own, "")] if own else []
        said += [("over", total, "")] if total > WHOLE else []
        said += [] if total else [("nothing", 0, "")]
        found[company] = said
    return found


def stake_issues_of(company: int, held: dict[int, StakeRecord], names: Sequence[str]) -> list[Fault]:
    """Return what is wrong with all that is reported of stakes; `names` are those of the parties."""
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
