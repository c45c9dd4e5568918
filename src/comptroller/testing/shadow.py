"""A policy that is not adopted, run on a copy of the books: it follows the ledger and reports differences from the
adopted one.

- Its findings at an entry equal those of a node that adopted the policy when the shadow began.
- Its copy is its own: its findings do not enter the node, open no case, and are no ledger entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from comptroller.engine import Engine
from comptroller.ledger.ledger import Ledger
from comptroller.model.policy import Pack
from comptroller.node import Charter
from comptroller.store.duck import DuckDb

SORTS = ("appear", "vanish", "change")
STANDING = "SELECT finding, rule, hash(evidence), known FROM finding_now WHERE state IN ('raised', 'changed')"
"""Current findings of either policy; few columns, since all of them are compared."""
_ROW = (
    "SELECT finding, rule, entity, subject, since, evidence, known FROM finding_now WHERE finding IN (SELECT unnest(?))"
)
_MOST_ROWS = 2_000
Standing = dict[str, tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Beside:
    """Differences of a shadow at an entry: counts by sort and rule, counts since it began, and the findings."""

    entries: int
    counts: dict[str, dict[str, int]]
    since: dict[str, dict[str, int]]
    findings: dict[str, list[str]] = field(repr=False)


@dataclass(eq=False)
class Copy:
    """A copy of a node's books, beside a reader of its ledger."""

    ledger: Ledger
    duck: DuckDb
    charter: Charter

    def close(self) -> None:
        """Close both."""
        self.duck.close()
        self.ledger.close()


class Shadow(Engine):
    """A copy of a node's books, judged under another policy. `began` is its first entry."""

    def __init__(self, ledger: Ledger, duck: DuckDb, charter: Charter, pack: Pack) -> None:
        """Open a copy of the books and a reader of the ledger, and judge all known facts under `pack`."""
        super().__init__(Copy(ledger, duck, charter))
        self.began = self.books.entries
        at = self.last_moment()
        self.settle(lambda: self.change_policy(pack, self.began, at), self.began, lambda: None)

    def follow(self, until: int) -> None:
        """Load and judge the ledger up to entry `until`, batch by batch as it arrived."""
        sizes = [self.books.entries, *(size for size, _, _ in self.ledger.checkpoints(self.books.entries))]
        for before, last in pairwise(sizes):
            if last > until:
                return
            self._replay(before + 1, last)

    def standing(self) -> Standing:
        """Return the current findings under the shadow's policy."""
        return standing(self.duck)


def standing(duck: DuckDb) -> Standing:
    """Return the current findings of some books: rule, hash of the evidence, and the entry that made them known."""
    return {finding: (rule, evidence, known) for finding, rule, evidence, known in duck.rows(STANDING)}


def beside(adopted: Standing, shadow: Standing, entries: int, began: int) -> Beside:
    """Return the differences between a shadow and the adopted policy, both at entry `entries`."""
    both = adopted.keys() & shadow.keys()
    findings = {
        "appear": sorted(shadow.keys() - adopted.keys()),
        "vanish": sorted(adopted.keys() - shadow.keys()),
        "change": sorted(name for name in both if adopted[name][1] != shadow[name][1]),
    }
    counts: dict[str, dict[str, int]] = {sort: {} for sort in SORTS}
    since: dict[str, dict[str, int]] = {sort: {} for sort in SORTS}
    for sort, names in findings.items():
        for name in names:
            current = [side[name] for side in (shadow, adopted) if name in side]
            rule, known = current[0][0], max(known for _, _, known in current)
            counts[sort][rule] = counts[sort].get(rule, 0) + 1
            if known > began:
                since[sort][rule] = since[sort].get(rule, 0) + 1
    newest = {
        sort: sorted(names, key=lambda name: -max(side[name][2] for side in (shadow, adopted) if name in side))
        for sort, names in findings.items()
    }
    return Beside(entries, counts, since, {sort: names[:_MOST_ROWS] for sort, names in newest.items()})


def rows(duck: DuckDb, findings: Sequence[str]) -> list[dict[str, Any]]:
    """Return current findings of some books, in the order of `findings`; ended ones are left out."""
    records = {row["finding"]: row for row in duck.records(_ROW, [list(findings)])} if findings else {}
    return [records[finding] for finding in findings if finding in records]
