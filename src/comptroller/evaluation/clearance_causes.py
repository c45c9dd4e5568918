"""Why a finding is cleared: by reported facts, a list, the clock or a policy.

Readers of findings must not take one cause for another.

- Facts count if they are in the finding's own docket, or reach it through a reference by its entity.
- Facts are the cause only if the rule still applies to them and finds nothing. A rule that no longer applies does not
  pass.
- If facts and lists changed in one batch, neither is named as the cause.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.evaluation.plan import Plan
from comptroller.evaluation.working_set import Changes, Part
from comptroller.model.finding import FindingChange, Verdict
from comptroller.model.policy import Pack, Rule

_GONE = ("cleared", "not_applicable")
_LISTS = ("list_in_force", "list_line")
RuleChange = tuple[Rule | None, FindingChange]
Renewed = Mapping[str, tuple[str, ...] | None]


def by_policy(turns: Iterable[FindingChange]) -> list[FindingChange]:
    """Return the changes, with the policy as the cause of those that are cleared or no longer applicable."""
    return [replace(turn, how="policy") if turn.state in _GONE else turn for turn in turns]


def with_causes(
    turns: list[RuleChange], plan: Plan, changes: Changes, added: Mapping[str, pa.Table], renewed: Renewed
) -> list[RuleChange]:
    """Return the changes of a batch, with a cause for each finding that is cleared or no longer applicable.

    `added` are the new rows by table, `renewed` the tables that changed as a whole.
    """
    if not any(turn.state in _GONE for _, turn in turns):
        return turns
    causes = _Causes(plan, changes, added, renewed)
    return [(rule, causes.with_cause(rule, turn) if rule and turn.state in _GONE else turn) for rule, turn in turns]


class _Causes:
    """What changed in a batch, looked up by docket."""

    def __init__(self, plan: Plan, changes: Changes, added: Mapping[str, pa.Table], renewed: Renewed) -> None:
        self._pack, self._changes, self._added, self._renewed = plan.pack, changes, added, renewed
        self._label = {rule.name: f"docket {group.label}" for group in plan.groups for rule in group.rules}
        self._own: dict[tuple[str, str], dict[int, tuple[int, bool]]] = {}

    def with_cause(self, rule: Rule, turn: FindingChange) -> FindingChange:
        """Return a change with its cause, and with the fact that caused it."""
        if "clock" in self._renewed:
            return replace(turn, how="time")
        fact, has_ended = self._facts(rule, turn.verdict)
        listed = self._lists(rule, turn.verdict)
        if fact and (listed or not turn.passes):
            return replace(turn, how="otherwise", fact=fact)
        if fact:
            return replace(turn, how="corrected" if has_ended else "added", fact=fact)
        return replace(turn, how="retracted" if has_ended else "lists" if listed else "around")

    def _facts(self, rule: Rule, verdict: Verdict) -> tuple[int, bool]:
        """Return the last fact added to a finding's docket, and whether a fact of it ended."""
        candidates = [self._of_docket(table, self._label[rule.name]).get(verdict.docket) for table in rule.reads]
        candidates += [_of_entity(part, verdict.entity) for part in self._around(rule, verdict)]
        facts = [one for one in candidates if one is not None]
        return max((fact for fact, _ in facts), default=0), any(ended for _, ended in facts)

    def _around(self, rule: Rule, verdict: Verdict) -> list[tuple[pa.Table, bool]]:
        """Return the changed rows of reported kinds that a rule looks up by the entity."""
        tables = [t for t, by in rule.references.items() if by == ("entity",) and _is_reported(self._pack, t)]
        return [
            (part.rows, self._is_new(table, part))
            for table in tables
            for part in self._changes.parts.get(table, ())
            if verdict.entity and "entity" in part.rows.column_names
        ]

    def _of_docket(self, table: str, label: str) -> dict[int, tuple[int, bool]]:
        """Return for each docket with changed rows of a table the last fact that was added, and whether a fact
        ended.
        """
        known = self._own.get((table, label))
        if known is not None:
            return known
        by_docket: dict[int, tuple[int, bool]] = defaultdict(lambda: (0, False))
        for part in self._changes.parts.get(table, ()) if _is_reported(self._pack, table) else ():
            is_new = self._is_new(table, part)
            hashes = part.hashes.get(label, np.empty(0, dtype=np.uint64))
            for docket, fact in zip(hashes.tolist(), part.rows.column("fact").to_pylist(), strict=False):
                last, has_ended = by_docket[docket]
                by_docket[docket] = (max(last, fact), has_ended) if is_new else (last, True)
        self._own[table, label] = by_docket = dict(by_docket)
        return by_docket

    def _is_new(self, table: str, part: Part) -> bool:
        return part.rows is self._added.get(table)

    def _lists(self, rule: Rule, verdict: Verdict) -> bool:
        """Return whether a list changed that binds the finding's entity and is read by the rule."""
        for table in _LISTS:
            if table not in rule.references and table not in rule.reads:
                continue
            entities = self._renewed.get(table, ())
            if table in self._changes.parts or entities is None or verdict.entity in entities:
                return True
        return False


def _is_reported(pack: Pack, table: str) -> bool:
    """Return whether a table's rows are reported by people and are not a list."""
    kind = pack.tables.get(table)
    reported_kind = pack.kinds.get(kind.parent or kind.name) if kind else None
    return reported_kind is not None and not reported_kind.is_made and table not in _LISTS


def _of_entity(part: tuple[pa.Table, bool], entity: str) -> tuple[int, bool] | None:
    """Return the last fact about an entity among added rows, or that a fact ended; None if no row is about it."""
    rows, is_new = part
    facts = rows.filter(pc.equal(rows.column("entity"), entity)).column("fact").to_pylist()
    if not facts:
        return None
    return (max(facts), False) if is_new else (0, True)
