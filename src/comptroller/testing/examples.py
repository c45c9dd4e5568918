"""The examples of a pack's rules, run in two ways: all rows at once, and row by row; both must return the
stated result.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from comptroller.books import Books
from comptroller.evaluation import Evaluation
from comptroller.evaluation.scoreboard import answers_sql
from comptroller.intake.schema import shape_rows
from comptroller.model.finding import plain
from comptroller.model.policy import Example, Pack, Param, Rule, Value
from comptroller.packs import read_pack
from comptroller.store.duck import DuckDb

_START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example with another result than it states."""

    rule: str
    example: str
    way: str
    said: Any
    gave: Any


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """The result of running the examples."""

    rules: int
    examples: int
    failures: tuple[Failure, ...]


def prove(
    pack: Pack,
    rules: Iterable[str] | None = None,
    *,
    workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> ExampleResult:
    """Run the examples of those rules (all, if None) at once and row by row, in so many processes."""
    chosen = sorted(rules if rules is not None else pack.rules)
    tell = progress or (lambda _name, _index, _count: None)
    if workers < 2 or len(chosen) < _WORTH_IT:
        return _prove_here(pack, chosen, tell)
    parts = [chosen[at::_PART] for at in range(_PART)] if len(chosen) > _PART else [[name] for name in chosen]
    proofs: list[ExampleResult] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for proof in pool.map(_prove_part, [(dict(pack.files), pack.name, part) for part in parts]):
            proofs.append(proof)
            tell("", sum(proved.rules for proved in proofs), len(chosen))
    failures = sorted((f for proved in proofs for f in proved.failures), key=lambda f: (f.rule, f.example, f.way))
    return ExampleResult(len(chosen), sum(proved.examples for proved in proofs), tuple(failures))


_WORTH_IT, _PART = 12, 10
"""The least number of rules that makes further processes pay off, and the number of parts for them."""


def _prove_part(part: tuple[dict[str, bytes], str, list[str]]) -> ExampleResult:
    files, name, rules = part
    return _prove_here(read_pack(files, name), rules, lambda _name, _index, _count: None)


def _prove_here(pack: Pack, chosen: list[str], tell: Callable[[str, int, int], None]) -> ExampleResult:
    failures: list[Failure] = []
    count = 0
    duck = DuckDb(memory="1GB", threads=1)
    Books(duck, pack, owner="", zone="UTC")
    Evaluation(duck, pack)
    for at, name in enumerate(chosen):
        rule = pack.rules[name]
        for example in rule.examples:
            count += 1
            failures += _run(duck, pack, rule, example)
        tell(name, at + 1, len(chosen))
    duck.close()
    return ExampleResult(len(chosen), count, tuple(failures))


def _run(duck: DuckDb, pack: Pack, rule: Rule, example: Example) -> list[Failure]:
    """Run one example in both ways, each in a transaction that is rolled back."""
    changed = _with_params(pack, example.params)
    alone = replace(changed, rules={rule.name: rule})
    failures = []
    for way, split in (("at once", False), ("row by row", True)):
        duck.execute("BEGIN")
        try:
            failures += _compare(duck, alone, rule, example, way=way, split=split)
        finally:
            duck.execute("ROLLBACK")
    return failures


def _with_params(pack: Pack, params: dict[str, float]) -> Pack:
    changed: dict[str, Param] = dict(pack.params)
    for name, value in params.items():
        param = pack.params[name]
        same = tuple(replace(v, value=value) for v in param.values)
        constant = (Value(value, dt.date(1900, 1, 1), None, verified=True, cites=()),)
        changed[name] = replace(param, values=same if param.by else constant)
    return replace(pack, params=changed)


def _compare(duck: DuckDb, pack: Pack, rule: Rule, example: Example, *, way: str, split: bool) -> list[Failure]:  # noqa: C901, PLR0912, PLR0913 - one question after the other
    name = example.name.en or example.name.zh

    def fail(wanted: Any, gave: Any) -> list[Failure]:
        return [Failure(rule.name, name, way, wanted, gave)]

    facts = _facts(duck, pack, example)
    if facts.wrong:
        return fail("facts that fit their kinds", facts.wrong)
    if example.params:
        duck.execute("UPDATE position SET pack = ''")
    books = Books(duck, pack, owner="", zone="UTC")
    if "entity" not in example.given:
        books.introduce(_entities_of(facts))
    evaluation = Evaluation(duck, pack)
    if example.today:
        books.tick(dt.datetime.combine(example.today, dt.time(12), tzinfo=dt.UTC))
    _feed(books, evaluation, facts, split=split)
    if not split:
        evaluation.judge_all(0)
    answers = {
        tuple(plain(v) for v in row[: len(rule.subject)]): (row[-3], row[-2])
        for row in duck.rows(answers_sql(pack, rule))
    }
    standing = {v.subject: v for v in evaluation.findings.standing(rule.name)}
    gave: dict[str, list[Any]] = {"found": [], "clear": [], "not_applicable": [], "not_judged": []}
    for subject, (applies, complete) in answers.items():
        verdict = standing.get(subject)
        if not applies:
            answer = "not_applicable"
        elif not complete:
            answer = "not_judged"
        else:
            answer = "clear" if verdict is None else verdict.answer
        gave[answer].append(list(subject))
    strays = [s for s in standing if s not in answers or not answers[s][1]]
    if strays:
        return fail("findings about judged subjects only", strays)
    wanted = {key: sorted((plain(s) for s in example.gives.get(key, [])), key=str) for key in gave}
    gave = {key: sorted(value, key=str) for key, value in gave.items()}
    if wanted != gave:
        return fail(wanted, gave)
    if example.today and split:
        again = books.tick(dt.datetime.combine(example.today, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(days=1))
        turned = evaluation.judge(again.added, again.ended, renewed=again.renewed, known=0)
        restless = [list(turn.verdict.subject) for turn in turned if turn.state == "changed"]
        if restless:
            return fail("evidence that is the same on the next day", restless)
    if example.shown:
        first = min((v for v in standing.values() if v.answer == "found"), key=lambda v: str(v.subject), default=None)
        facts = json.loads(first.evidence) if first else {}
        picked = {k: facts.get(k) for k in example.shown}
        if {k: str(v) for k, v in picked.items()} != {k: str(plain(v)) for k, v in example.shown.items()}:
            return fail(dict(example.shown), picked)
    return []


@dataclass(frozen=True, slots=True)
class _ExampleFacts:
    """An example's rows as typed tables, each row a report of its own, with its time of receipt."""

    tables: dict[str, pa.Table]
    lists: dict[str, pa.Table]
    received: dict[int, dt.datetime]
    wrong: list[str]


def _facts(duck: DuckDb, pack: Pack, example: Example) -> _ExampleFacts:
    """Return an example's rows; required fields may be left out, and `received_at` may be set."""
    facts = _ExampleFacts({}, {}, {}, [])
    for kind, rows in example.given.items():
        if kind not in pack.kinds:
            facts.wrong.append(f"no kind {kind}")
            continue
        if not rows:
            continue
        columns = [c for c in dict.fromkeys(c for row in rows for c in row) if c != "received_at"]
        raw = {c: pa.array([_text(row.get(c)) for row in rows], pa.string()) for c in columns}
        numbers = range(len(facts.received), len(facts.received) + len(rows))
        for number, row in zip(numbers, rows, strict=True):
            received_at = row.get("received_at")
            facts.received[number] = (
                dt.datetime.fromisoformat(received_at).replace(tzinfo=dt.UTC) if received_at else _START
            )
        ones = pa.array([1] * len(rows), pa.int64())
        table = pa.table({**raw, "report": pa.array(numbers, pa.int64()), "seq": ones, "line": ones})
        shaped, refused = shape_rows(duck, pack.kinds[kind], table, kind)
        facts.wrong.extend(r.text() for _, r in refused if r.code != "intake.shape.required")
        if shaped is not None:
            facts.tables[kind] = shaped.table
            facts.lists.update(shaped.lists)
    return facts


def _entities_of(facts: _ExampleFacts) -> set[str]:
    """Return the entities that own the rows; an example without a register gets one with these entities alone."""
    entities = {
        e for rows in facts.tables.values() if "entity" in rows.column_names for e in rows["entity"].to_pylist()
    }
    return {e for e in entities if e is not None}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _feed(books: Books, evaluation: Evaluation, facts: "_ExampleFacts", *, split: bool) -> None:
    """Load the rows, in one batch for each moment, or each in a batch of its own that is judged at once."""
    numbers = sorted(facts.received)
    moments = sorted({facts.received[n] for n in numbers})
    batches = [[n] for n in numbers] if split else [[n for n in numbers if facts.received[n] == m] for m in moments]
    for batch in batches:
        wanted = pa.array(batch, pa.int64())
        tables, lists = _only(facts.tables, wanted), _only(facts.lists, wanted)
        if split:
            evaluation.prepare([*tables, *lists])
        change = books.fold(tables, lists, 1, facts.received[batch[0]])
        if split:
            evaluation.judge(change.added, change.ended, renewed=change.renewed, known=batch[-1] + 1)


def _only(tables: dict[str, pa.Table], wanted: pa.Array) -> dict[str, pa.Table]:
    selected = {name: rows.filter(pc.is_in(rows.column("report"), value_set=wanted)) for name, rows in tables.items()}
    return {name: rows for name, rows in selected.items() if rows.num_rows}
