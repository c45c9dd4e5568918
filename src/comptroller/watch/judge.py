"""Judging: what a change makes due, the rules run over what is due, and what turned.

Law: judging in increments, in any batching and any order of independent reports, gives exactly what judging everything
at once gives. It rests on three things: a rule's answer about a docket depends on the rows of that docket (and of the
window), on its references, and on nothing else; a change makes due every docket that it touches; and what a rule gives
for due dockets replaces what stood for them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.model.finding import Turn
from comptroller.model.policy import Pack, Rule
from comptroller.model.refusal import RuleBroken
from comptroller.store.duck import Duck, SqlError
from comptroller.watch.due import Due, Spans
from comptroller.watch.findings import Findings, verdicts_of
from comptroller.watch.holding import Holding
from comptroller.watch.plan import Group, due_sql, plan

Progress = Callable[[str, int, int], None]


class Watch:
    """The judge of one node: what it holds for its rules, and what stands."""

    def __init__(self, duck: Duck, pack: Pack) -> None:
        """Take up the standing findings; tables are held when a rule first needs them."""
        self._duck = duck
        duck.execute(
            "CREATE TABLE IF NOT EXISTS asleep (rule VARCHAR, fingerprint VARCHAR, said VARCHAR, known BIGINT)"
        )
        self.findings = Findings(duck)
        self._set(pack)

    def _set(self, pack: Pack) -> None:
        self.pack = pack
        self.plan = plan(pack)
        self._holding = Holding(self._duck, self.plan)
        self.asleep = {
            rule: said
            for rule, fingerprint, said in self._duck.rows("SELECT rule, fingerprint, said FROM asleep")
            if rule in pack.rules and pack.rules[rule].fingerprint == fingerprint
        }

    def put_to_sleep(self, broken: RuleBroken, known: int) -> None:
        """Judge no more by a text of a rule that fails; what stands by it stays. Another text wakes the rule."""
        self._duck.execute(
            "INSERT INTO asleep VALUES (?, ?, ?, ?)", [broken.rule, broken.fingerprint, broken.said, known]
        )
        self.asleep[broken.rule] = broken.said

    def adopt(self, pack: Pack, known: int, progress: Progress | None = None) -> list[Turn]:
        """Go on under another pack: everything is judged again, and rules that are gone are cleared."""
        self._set(pack)
        turns: list[tuple[Rule | None, Turn]] = []
        for name in self.findings.rules():
            if name not in pack.rules:
                turns += [(None, turn) for turn in self.findings.drop_rule(name)]
        self.findings.write(turns, pack.digest, self._today(), known)
        return [turn for _, turn in turns] + self.judge_all(known, progress=progress)

    def judge_all(
        self, known: int, *, rules: Iterable[str] | None = None, progress: Progress | None = None
    ) -> list[Turn]:
        """Judge rules (all, where None) over everything at once."""
        chosen = sorted(name for name in (self.pack.rules if rules is None else rules) if name not in self.asleep)
        turns: list[tuple[Rule | None, Turn]] = []
        for at, name in enumerate(chosen):
            rule = self.pack.rules[name]
            verdicts = verdicts_of(rule, self._run(rule))
            turns += [(rule, turn) for turn in self.findings.compare(name, verdicts, None, None)]
            if progress:
                progress(name, at + 1, len(chosen))
        self.findings.write(turns, self.pack.digest, self._today(), known)
        return [turn for _, turn in turns]

    def prepare(self, changing: Iterable[str]) -> None:
        """Hold what a change of those tables will need; to be called before the change."""
        self._holding.prepare(changing)

    def judge(
        self,
        added: Mapping[str, pa.Table],
        ended: Mapping[str, NDArray[np.int64]],
        *,
        renewed: Mapping[str, tuple[str, ...] | None],
        known: int,
    ) -> list[Turn]:
        """Judge what a change makes due.

        `added` are rows by table, `ended` facts by kind, `renewed` the tables that changed as a whole with the entities
        in which they differ (None: everywhere). Gives what turned, and writes it.
        """
        changes = self._holding.take_in(added, ended)
        turns: list[tuple[Rule | None, Turn]] = []
        dues: list[tuple[Group, Due, list[Rule]]] = []
        for group in self.plan.groups:
            due, everything = self._holding.due(group, changes, renewed)
            rules = [rule for rule in group.rules if rule.name not in self.asleep]
            for rule in rules:
                if rule.name in everything:
                    found = verdicts_of(rule, self._run(rule))
                    turns += [(rule, turn) for turn in self.findings.compare(rule.name, found, None, None)]
            rest = [rule for rule in rules if rule.name not in everything and due.concerns(rule)]
            if rest and not due.is_empty:
                dues.append((group, due, rest))
        if dues:
            turns += self._judge_due(dues)
        self.findings.write(turns, self.pack.digest, self._today(), known)
        return [turn for _, turn in turns]

    def _judge_due(self, dues: list[tuple[Group, Due, list[Rule]]]) -> list[tuple[Rule | None, Turn]]:
        """Judge the rules of all groups over their due dockets.

        The tables are put before the rules once, with the rows that any group needs: a docket that is due is there
        whole, and what a rule says of other dockets, which may be there in part, is not heard.
        """
        turns: list[tuple[Rule | None, Turn]] = []
        scoped = self._holding.scope([(group, due, {t for r in rules for t in r.reads}) for group, due, rules in dues])
        numbers = [np.full(len(due.dockets), at, dtype=np.int32) for at, (_, due, _) in enumerate(dues)]
        heard = pa.table(
            {"part": np.concatenate(numbers), "docket": np.concatenate([due.dockets for _, due, _ in dues])}
        )
        shown = {"due_dockets": heard, **{f"due_{table}": rows for table, rows in scoped.items()}}
        for table, rows in shown.items():
            self._duck.register(table, rows)
        try:
            awake = self._with_judged([rule for _, _, rules in dues for rule in rules], scoped)
            for at, (_, due, rules) in enumerate(dues):
                dockets = due.dockets.tolist()
                spans = _spans(due.spans) if due.spans is not None else None
                for rule in rules:
                    found = verdicts_of(rule, self._run(rule, at)) if rule.name in awake else []
                    turns += [(rule, turn) for turn in self.findings.compare(rule.name, found, dockets, spans)]
        finally:
            for table in shown:
                self._duck.unregister(table)
        return turns

    def _with_judged(self, rules: list[Rule], scoped: Mapping[str, pa.Table]) -> set[str]:
        """Give the rules that have a row to judge: the others find nothing, and need not be run."""
        awake: set[str] = set()
        by_table: dict[str, list[Rule]] = {}
        for rule in rules:
            by_table.setdefault(rule.judges, []).append(rule)
        for table, mine in by_table.items():
            if scoped[table].num_rows:
                counts = ", ".join(f"bool_or(coalesce(TRY({rule.complete}), true))" for rule in mine)
                answers = self._duck.rows(f"SELECT {counts} FROM due_{table}")[0]
                awake |= {rule.name for rule, answer in zip(mine, answers, strict=True) if answer}
        return awake

    def _run(self, rule: Rule, part: int | None = None) -> pa.Table:
        """Give the rows of a rule's SELECT, within its time in force, with the hash of their docket.

        With `part`, only the rows of dockets that are due in that part.
        """
        kind = self.pack.tables[rule.judges]
        sql = rule.sql if part is None else due_sql(rule.sql, rule.reads)
        docket = ", ".join(f'CAST(r."{c}" AS {kind.columns[c]})' for c in rule.docket)
        docket = f"greatest(hash({docket}), 1::UBIGINT)"
        until = f" AND (r.since IS NULL OR r.since < DATE '{rule.valid_until}')" if rule.valid_until else ""
        inner = f"SELECT r.*, {docket} AS docket_hash FROM ({sql}) AS r WHERE (r.since IS NULL OR r.since >= DATE '{rule.valid_from}'){until}"
        if part is not None:
            inner = f"SELECT * FROM ({inner}) AS s WHERE s.docket_hash IN (SELECT docket FROM due_dockets WHERE part = {part})"
        try:
            return self._duck.arrow(inner) if part is None else self._duck.few(inner)
        except SqlError as error:
            raise RuleBroken(rule.name, rule.fingerprint, str(error).splitlines()[0]) from error

    def _today(self) -> date | None:
        rows = self._duck.rows("SELECT today FROM clock")
        return rows[0][0] if rows else None


def _spans(spans: Spans) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    epoch = date(1970, 1, 1).toordinal()
    for docket, start, end in zip(*(part.tolist() for part in spans), strict=True):
        low = date.fromordinal(max(1, epoch + start))
        high = date.fromordinal(min(date.max.toordinal(), epoch + end))
        found.setdefault(docket, []).append((low, high))
    return found
