"""Judging: which dockets a change makes due, the rules run over them, and the changes of findings that follow.

Law: judging in increments returns exactly what judging everything at once returns. This is true for any batching, and
for any order of independent reports. It rests on three facts:

- A rule's answer about a docket depends on the docket's rows (within the window) and the rule's references only.
- A change makes every docket due that it touches.
- A rule's new answer about a due docket replaces its previous one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import compress

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.evaluation.clearance_causes import by_policy, with_causes
from comptroller.evaluation.due import Due, DueDays
from comptroller.evaluation.findings import Findings, verdicts_of
from comptroller.evaluation.hashes import docket_hashes
from comptroller.evaluation.plan import Group, due_sql, plan
from comptroller.evaluation.working_set import WorkingSet
from comptroller.model.finding import SUSPENDED, FindingChange, Verdict, plain
from comptroller.model.policy import Pack, Rule
from comptroller.model.refusal import RuleBroken
from comptroller.store.duck import DuckDb, SqlError, fault_without_values
from comptroller.store.faults import is_of_machine

Progress = Callable[[str, int, int], None]
_FEW = 5_000
"""A group that needs more rows than this is judged alone, so that the rules of other groups need not scan them."""


class Evaluation:
    """The judge of one node: the rows in memory for its rules, and the current findings."""

    def __init__(self, duck: DuckDb, pack: Pack) -> None:
        """Load the current findings; tables are read when a rule first needs them."""
        self._duck = duck
        duck.execute(f"CREATE TABLE IF NOT EXISTS suspended_rule ({SUSPENDED})")
        columns = "rule, fingerprint, message AS said, known"
        duck.execute(f"CREATE OR REPLACE VIEW asleep AS SELECT {columns} FROM suspended_rule")
        self.findings = Findings(duck)
        self._set(pack)

    def _set(self, pack: Pack) -> None:
        self.pack = pack
        self.plan = plan(pack)
        self._working_set = WorkingSet(self._duck, self.plan)
        self.suspended = {
            rule: message
            for rule, fingerprint, message in self._duck.rows("SELECT rule, fingerprint, message FROM suspended_rule")
            if rule in pack.rules and pack.rules[rule].fingerprint == fingerprint
        }

    def suspend(self, broken: RuleBroken, known: int) -> None:
        """Suspend the failing text of a rule: it is judged no more, and its findings remain. A new text of the
        rule ends the suspension.
        """
        self._duck.execute(
            "INSERT INTO suspended_rule VALUES (?, ?, ?, ?)", [broken.rule, broken.fingerprint, broken.said, known]
        )
        self.suspended[broken.rule] = broken.said

    def adopt(self, pack: Pack, known: int, progress: Progress | None = None) -> list[FindingChange]:
        """Change to another pack: everything is judged again, and rules that no longer exist are cleared."""
        self._set(pack)
        turns: list[tuple[Rule | None, FindingChange]] = []
        for name in self.findings.rules():
            if name not in pack.rules:
                turns += [(None, turn) for turn in self.findings.drop_rule(name)]
        self.findings.write(turns, pack.digest, self._today(), known)
        return by_policy([turn for _, turn in turns] + self.judge_all(known, progress=progress))

    def judge_all(
        self, known: int, *, rules: Iterable[str] | None = None, progress: Progress | None = None
    ) -> list[FindingChange]:
        """Judge rules (all, if None) over everything at once."""
        chosen = sorted(name for name in (self.pack.rules if rules is None else rules) if name not in self.suspended)
        turns: list[tuple[Rule | None, FindingChange]] = []
        for at, name in enumerate(chosen):
            rule = self.pack.rules[name]
            verdicts = self._run(rule)
            turns += [(rule, turn) for turn in self.findings.compare(name, verdicts, None, None)]
            if progress:
                progress(name, at + 1, len(chosen))
        self.findings.write(turns, self.pack.digest, self._today(), known)
        return [turn for _, turn in turns]

    def prepare(self, changing: Iterable[str]) -> None:
        """Load the rows that a change of those tables will need; to be called before the change."""
        self._working_set.prepare(changing)

    def judge(
        self,
        added: Mapping[str, pa.Table],
        ended: Mapping[str, NDArray[np.int64]],
        *,
        renewed: Mapping[str, tuple[str, ...] | None],
        known: int,
    ) -> list[FindingChange]:
        """Judge what a change makes due, write the changes of findings, and return them.

        `added` are rows by table, and `ended` are facts by kind. `renewed` are the tables that changed as a whole, each
        with the entities that its changes concern (None: all).
        """
        changes = self._working_set.take_in(added, ended)
        turns: list[tuple[Rule | None, FindingChange]] = []
        dues: list[tuple[Group, Due, list[Rule]]] = []
        for group in self.plan.groups:
            due, everything = self._working_set.due(group, changes, renewed)
            rules = [rule for rule in group.rules if rule.name not in self.suspended]
            for rule in rules:
                if rule.name in everything:
                    verdicts = self._run(rule)
                    turns += [(rule, turn) for turn in self.findings.compare(rule.name, verdicts, None, None)]
            rest = [rule for rule in rules if rule.name not in everything and due.concerns(rule)]
            if rest and not due.is_empty:
                dues.append((group, due, rest))
        if dues:
            turns += self._judge_due(dues)
        self.findings.write(turns, self.pack.digest, self._today(), known)
        return [turn for _, turn in with_causes(turns, self.plan, changes, added, renewed)]

    def _judge_due(self, dues: list[tuple[Group, Due, list[Rule]]]) -> list[tuple[Rule | None, FindingChange]]:
        """Judge the rules of all groups over their due dockets; groups that need few rows are judged together."""
        rows = [self._working_set.rows(group, due, {t for r in rules for t in r.reads}) for group, due, rules in dues]
        is_large = [sum(map(len, tables.values())) > _FEW for tables in rows]
        parts = [
            [at for at in range(len(dues)) if not is_large[at]],
            *([at] for at in range(len(dues)) if is_large[at]),
        ]
        turns: dict[int, list[tuple[Rule | None, FindingChange]]] = {}
        for part in parts:
            rules = [rule for at in part for rule in dues[at][2]]
            with self._due_tables(self._working_set.scope([rows[at] for at in part], rules)) as scoped:
                active = self._rules_with_rows(rules, scoped)
                for at in part:
                    turns[at] = self._judge_group(dues[at][1], dues[at][2], active)
        return [turn for at in range(len(dues)) for turn in turns[at]]

    @contextmanager
    def _due_tables(self, scoped: dict[str, pa.Table]) -> Iterator[dict[str, pa.Table]]:
        """Register rows for the rules as `due_<table>` while the block runs.

        A docket that is due is complete there. Other dockets may be there in part, because another group needs them. A
        rule's answer about them is ignored.
        """
        for table, rows in scoped.items():
            self._duck.register(f"due_{table}", rows)
        try:
            yield scoped
        finally:
            for table in scoped:
                self._duck.unregister(f"due_{table}")

    def _judge_group(self, due: Due, rules: list[Rule], active: set[str]) -> list[tuple[Rule | None, FindingChange]]:
        dockets = frozenset(due.dockets.tolist())
        days = DueDays(due.spans) if due.spans is not None else None
        turns: list[tuple[Rule | None, FindingChange]] = []
        for rule in rules:
            verdicts = self._run(rule, dockets) if rule.name in active else []
            turned = self.findings.compare(rule.name, verdicts, dockets, days)
            if rule.name in active and any(turn.state == "cleared" for turn in turned):
                turned = self._with_passing(rule, turned)
            turns += [(rule, turn) for turn in turned]
        return turns

    def _with_passing(self, rule: Rule, turns: list[FindingChange]) -> list[FindingChange]:
        """Return the changes; each cleared one states if the rule still applies to its subject, which then passes."""
        known = [name for name in rule.subject if name in self.pack.tables[rule.judges].columns]
        columns = ", ".join(f'"{name}"' for name in known)
        rows = self._duck.rows(
            f"SELECT DISTINCT {columns} FROM due_{rule.judges} WHERE coalesce(TRY({rule.complete}), false)"
        )
        judged = {tuple(plain(cell) for cell in row) for row in rows}
        at = [rule.subject.index(name) for name in known]
        return [
            replace(turn, passes=turn.state == "cleared" and tuple(turn.verdict.subject[i] for i in at) in judged)
            for turn in turns
        ]

    def _rules_with_rows(self, rules: list[Rule], scoped: Mapping[str, pa.Table]) -> set[str]:
        """Return the names of the rules with a row to judge: the others find nothing, and need not run."""
        active: set[str] = set()
        by_table: dict[str, list[Rule]] = {}
        for rule in rules:
            by_table.setdefault(rule.judges, []).append(rule)
        for table, mine in by_table.items():
            if scoped[table].num_rows:
                counts = ", ".join(f"bool_or(coalesce(TRY({rule.complete}), true))" for rule in mine)
                answers = self._duck.rows(f"SELECT {counts} FROM due_{table}")[0]
                active |= {rule.name for rule, answer in zip(mine, answers, strict=True) if answer}
        return active

    def _run(self, rule: Rule, dockets: frozenset[int] | None = None) -> list[Verdict]:
        """Return the verdicts of a rule's SELECT within its time in force; with `dockets`, of those only."""
        sql = rule.sql if dockets is None else due_sql(rule.sql, rule.reads)
        until = f" AND r.since < DATE '{rule.valid_until}'" if rule.valid_until else ""
        in_force = f"r.since IS NULL OR (r.since >= DATE '{rule.valid_from}'{until})"
        try:
            names, rows = self._duck.named_rows(f"SELECT r.* FROM ({sql}) AS r WHERE {in_force}")
        except SqlError as error:
            if is_of_machine(error):
                raise  # the rule may pass at another time: a rebuild would not suspend it
            raise RuleBroken(rule.name, rule.fingerprint, fault_without_values(error)) from error
        if not rows:
            return []
        forms = [self.pack.tables[rule.judges].columns[c] for c in rule.docket]
        places = [names.index(c) for c in rule.docket]
        hashes = docket_hashes(forms, [[row[at] for row in rows] for at in places]).tolist()
        is_due = [docket != 0 if dockets is None else docket in dockets for docket in hashes]
        return verdicts_of(rule, names, compress(rows, is_due), compress(hashes, is_due))

    def _today(self) -> date | None:
        rows = self._duck.rows("SELECT today FROM clock")
        return rows[0][0] if rows else None
