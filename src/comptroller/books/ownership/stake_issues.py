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
    issues = {}
    for company, total, own in zip(*(c[wrong].tolist() for c in (shares[firsts, 0], totals, owns)), strict=True):
        faults = [("own", own, "")] if own else []
        faults += [("over", total, "")] if total > WHOLE else []
        faults += [] if total else [("nothing", 0, "")]
        issues[company] = faults
    return issues


def stake_issues_of(company: int, holders: dict[int, StakeRecord], names: Sequence[str]) -> list[Fault]:
    """Return what is wrong with all that is reported of stakes; `names` are those of the parties."""
    faults: list[Fault] = []
    total = sum(record.middle for record in holders.values())
    if company in holders and holders[company].middle:
        faults.append(("own", holders[company].middle, ""))
    if sum(record.low for record in holders.values()) > WHOLE:
        faults.append(("over", total, ""))
    if holders and not total and not any(record.is_asserted for record in holders.values()):
        faults.append(("nothing", 0, ""))
    if unsized := sorted(names[h] for h, record in holders.items() if record.is_unsized):
        faults.append(("unsized", total, ", ".join(unsized)))
    return faults
