"""The same five rules in Comptroller, in plain SQL re-run over everything in DuckDB, and in PostgreSQL over indexes.

Each reads the same facts and the same batches, and at the end all must have found the same number by each rule. The
rivals begin with columns of sound text in memory: they check nothing and write no ledger.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from bench.figures import Found, Missing, figure
from bench.five_rules import RULES
from bench.line import FACTS_A_REPORT
from bench.nodes import FIVE, Supply, fill, new_node, reports_of, seconds, stages, take_seconds
from bench.rival_duck import PlainDuck
from bench.rival_postgres import Postgres, Unavailable
from bench.size import Size

_SHARES = {"contract": 0.114, "payment": 0.886}
Tables = dict[str, pa.Table]
_Ours = tuple[list[float], list[float], dict[str, int]]
"""Seconds of Comptroller's batches, those of folding and judging alone, and what it found by rule."""


class Rival(Protocol):
    """A program that stores payments and contracts and applies the five rules."""

    def load(self, parts: Iterator[Tables]) -> None:
        """Load the first facts, and apply the rules to them."""

    def take(self, tables: Tables) -> None:
        """Add a batch, and apply the rules again."""

    def counts(self) -> dict[str, int]:
        """Return the number found by rule."""


class _Workload:
    """What all take: some facts at first, then batches."""

    def __init__(self, held: int, count: int, batches: int) -> None:
        self.held, self.count = held, count
        after = Supply(_SHARES)
        for _ in after.many(held):
            pass
        self.batches = [after.tables(count) for _ in range(batches)]

    def first(self) -> Iterator[Tables]:
        return Supply(_SHARES).many(self.held)

    def __str__(self) -> str:
        return (
            f"{self.held:,} payments and contracts held, a batch of {self.count:,} more, five rules (limit by level and class, "
            "split within 90 days, paid above contract, first payment to a new payee above a limit, off-hours private payment)"
        )


def rivals(size: Size, folder: Path) -> Found:
    """Measure a batch in each of the three, at each number of facts held; PostgreSQL at the first of them."""
    results: Found = []
    for fact_count in size.rivals:
        work = _Workload(fact_count, size.batches[0], size.rounds + 1)
        mine, judging, counts = _comptroller(work, folder / f"five-{fact_count}")
        total = f"; at the end stand {', '.join(f'{n:,} {name}' for name, n in counts.items())}"
        words = f"{work}: Comptroller, from the bytes of JSON reports of {FACTS_A_REPORT} to findings, checks and ledger included"
        results.append(figure(f"five_comptroller_{fact_count}", mine, "s", words + total))
        words = f"{work}: of Comptroller's time, folding and judging"
        results.append(figure(f"five_judging_{fact_count}", judging, "s", words))
        with PlainDuck(folder / f"plain-{fact_count}.duckdb") as duck:
            words = f"{work}: plain SQL re-run over everything in DuckDB, from columns in memory"
            results += _against(duck, f"duckdb_{fact_count}", work, (mine, judging, counts), words)
        if fact_count == size.rivals[0]:
            results += _against_postgres(work, (mine, judging, counts))
    return results


def _comptroller(work: _Workload, place: Path) -> _Ours:
    """Return the seconds of each batch, those of folding and judging, and the standing findings by rule."""
    worker = new_node(place, FIVE)
    fill(worker, Supply(_SHARES), work.held)
    worker.evaluation.judge_all(worker.ledger.size)
    totals, judging = [], []
    for tables in work.batches:
        reports = reports_of(tables, work.count // FACTS_A_REPORT)
        with stages(worker) as spent:
            totals.append(take_seconds(worker, reports))
        judging.append(spent["fold"] + spent["judge"])
    counts = {name: len(worker.evaluation.findings.standing(f"five/rules/payments/{name}")) for name in RULES}
    worker.close()
    return totals[1:], judging[1:], counts


def _against(rival: Rival, name: str, work: _Workload, ours: _Ours, words: str) -> Found:
    """Measure a rival's batches; it must have found what Comptroller found."""
    mine, judging, counts = ours
    rival.load(work.first())
    spent = [seconds(partial(rival.take, tables)) for tables in work.batches][1:]
    theirs = rival.counts()
    agree = "the same number found by each rule" if theirs == counts else f"OTHER NUMBERS FOUND: {theirs} and {counts}"
    above = "above 1 Comptroller is faster"
    results: Found = [
        figure(f"five_{name}", spent, "s", f"{words}; {agree}"),
        figure(f"five_{name}_ratio", _ratios(spent, mine), "times", f"that against Comptroller's whole batch; {above}"),
        figure(
            f"five_{name}_judging", _ratios(spent, judging), "times", f"that against our folding and judging; {above}"
        ),
    ]
    if theirs != counts:
        results.append(Missing(f"five_{name}", f"the numbers found differ: {theirs}, Comptroller {counts}"))
    return results


def _ratios(these: list[float], those: list[float]) -> list[float]:
    return [mine / other for mine, other in zip(these, those, strict=True)]


def _against_postgres(work: _Workload, ours: _Ours) -> Found:
    name = f"postgres_{work.held}"
    try:
        with Postgres() as postgres:
            words = f"{work}: PostgreSQL {postgres.version}, indexes, only what a batch touches, each batch durable"
            return _against(postgres, name, work, ours, words)
    except Unavailable as why:
        return [Missing(f"five_{name}", str(why))]
