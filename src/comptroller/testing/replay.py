"""History judged under another pack: which findings would appear, vanish, or have other evidence."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from comptroller.books import Books
from comptroller.evaluation import Evaluation
from comptroller.evaluation.findings import Findings
from comptroller.model.finding import Verdict
from comptroller.model.policy import Pack
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class Difference:
    """How another pack would judge the same facts; findings that cannot be judged do not count."""

    appear: list[Verdict]
    vanish: list[Verdict]
    change: list[tuple[Verdict, Verdict]]

    def by_rule(self) -> Iterator[tuple[str, list[Verdict], list[Verdict], list[Verdict]]]:
        """Yield, rule by rule, the findings that appear, vanish and change."""
        groups: dict[str, tuple[list[Verdict], list[Verdict], list[Verdict]]] = defaultdict(lambda: ([], [], []))
        for at, verdicts in enumerate((self.appear, self.vanish, [after for _, after in self.change])):
            for verdict in verdicts:
                groups[verdict.rule][at].append(verdict)
        for rule in sorted(groups):
            yield rule, *groups[rule]

    def as_json(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {
            "appear": [_as_json(v) for v in self.appear],
            "vanish": [_as_json(v) for v in self.vanish],
            "change": [{"from": _as_json(a), "to": _as_json(b)} for a, b in self.change],
        }


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "finding": verdict.finding,
        "rule": verdict.rule,
        "entity": verdict.entity,
        "subject": list(verdict.subject),
        "since": verdict.since,
        "evidence": verdict.evidence,
    }


def compare(
    duck: DuckDb, books: Books, other: Pack, standing: Findings, progress: Callable[[str, int, int], None] | None = None
) -> Difference:
    """Judge all known facts under `other` and compare with the current findings; the node is left unchanged."""
    before = {v.finding: v for rule in standing.rules() for v in standing.standing(rule) if v.answer == "found"}
    duck.execute("BEGIN")
    try:
        Books(duck, other, owner=books.owner, zone=other.zone)
        evaluation = Evaluation(duck, other)
        evaluation.adopt(other, 0, progress)
        rules = evaluation.findings.rules()
        after = {v.finding: v for rule in rules for v in evaluation.findings.standing(rule) if v.answer == "found"}
    finally:
        duck.execute("ROLLBACK")
        duck.set_zone(books.zone.key)
    return Difference(
        appear=[after[f] for f in sorted(after.keys() - before.keys())],
        vanish=[before[f] for f in sorted(before.keys() - after.keys())],
        change=[
            (before[f], after[f])
            for f in sorted(before.keys() & after.keys())
            if before[f].evidence != after[f].evidence
        ],
    )
