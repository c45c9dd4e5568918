"""What is done anew: each rule over everything, and the books folded again from the ledger."""

import statistics
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from bench import made
from bench.figures import Found, at_least, at_most, figure
from bench.line import FACTS_A_REPORT
from bench.nodes import Supply, accept, at_work, fold, held_node, new_node, seconds
from bench.size import Size
from comptroller import engine
from comptroller.books import Books
from comptroller.engine import POLICY, TICK, Engine
from comptroller.intake import Report
from comptroller.ledger.entry import Entry
from comptroller.store.duck import DuckDb

_RUNS = 3


def rules(size: Size, folder: Path) -> Found:
    """Measure each rule of the pack over everything, as if nothing had been found before."""
    with at_work(held_node(folder, size.afresh, size.pack, "afresh")) as (worker, _):
        count = worker.duck.rows(f"SELECT {' + '.join(f'(SELECT count(*) FROM {k})' for k in made.SHARES)}")[0][0]
        spent = {name: [_afresh(worker, name) for _ in range(_RUNS)] for name in sorted(_awake(worker))}
        every = len(worker.pack.rules)
    order = sorted(spent, key=lambda name: statistics.median(spent[name]))
    slowest, middle = order[-1], order[len(order) // 2]
    workload = f"over {count:,} facts, its findings raised and written; of the {len(order)} of {every} rules of {size.pack} that have rows"
    return [
        figure("rule_slowest", spent[slowest], "s", f"one rule afresh {workload}: {slowest}", at_most(1)),
        figure("rule_median", spent[middle], "s", f"one rule afresh {workload}: {middle}", at_most(1)),
        figure("rules_all", [sum(map(statistics.median, spent.values()))], "s", f"all of these rules, each {workload}"),
    ]


def _awake(worker: Engine) -> list[str]:
    """Return the rules that judge a table with rows."""
    full = {t for t in worker.pack.tables if worker.duck.rows(f"SELECT EXISTS (SELECT 1 FROM {t})")[0][0]}
    return [name for name, rule in worker.pack.rules.items() if rule.judges in full]


def _afresh(worker: Engine, name: str) -> float:
    worker.evaluation.findings.drop_rule(name)
    return seconds(lambda: worker.evaluation.judge_all(worker.ledger.size, rules=[name]))


def rebuild(size: Size, folder: Path) -> Found:
    """Measure folding the ledger without judging, as large files and as small reports, and the whole rebuild."""
    small = folder / "replayed"
    worker, supply = new_node(small, size.pack), Supply(made.SHARES)
    batch = min(size.batches[0], size.replayed)
    for _ in range(size.replayed // batch):
        accept(worker, supply.reports(batch, FACTS_A_REPORT))
    worker.close()
    large_rates, large_facts = _folded(held_node(folder, size.afresh, size.pack, "afresh"), folder, min(size.rounds, 3))
    small_rates, small_facts = _folded(small, folder, min(size.rounds, 3))
    totals = []
    for _ in range(max(size.rounds // 3, 1)):
        begin = perf_counter()
        engine.rebuild(small).close()
        totals.append(small_facts / (perf_counter() - begin))
    reports = f"a ledger of {small_facts:,} facts in JSON reports of {FACTS_A_REPORT}, {batch:,} facts a batch"
    files = f"a ledger of {large_facts:,} facts in Parquet files of up to 280,000"
    folding = "read, shaped and folded into empty books, not judged"
    return [
        figure("rebuild_files", large_rates, "facts/s", f"{files}: {folding}", at_least(100_000)),
        figure("rebuild_reports", small_rates, "facts/s", f"{reports}: {folding}", at_least(100_000)),
        figure("rebuild_judged", totals, "facts/s", f"{reports}: `comptroller rebuild`, every batch judged again"),
    ]


def _folded(place: Path, folder: Path, rounds: int) -> tuple[list[float], int]:
    """Fold a node's ledger into empty books some times; returns facts a second, and how many facts there are."""
    worker, path = engine.open_node(place), folder / "folded.duckdb"
    server, rates, facts = DuckDb(), [], 0
    server.set_zone(worker.pack.zone)
    for _ in range(rounds):
        duck = DuckDb(path)
        books = Books(duck, worker.pack, owner=worker.charter.owner, zone=worker.pack.zone)
        begin, facts = perf_counter(), 0
        for first, reports in _batches(worker):
            with duck.transaction():
                facts += fold(books, server, reports, first)
        rates.append(facts / (perf_counter() - begin))
        duck.close()
        path.unlink()
    server.close()
    worker.close()
    return rates, facts


def _batches(worker: Engine) -> Iterator[tuple[int, list[Report]]]:
    """Yield the batches of reports of a ledger, each with its first entry's number; ticks and policies are left out."""
    sizes = [0, *(size for size, _, _ in worker.ledger.checkpoints(0))]
    for low, high in pairwise(sizes):
        entries = list(worker.ledger.entries(low + 1, high))
        if entries[0].fields["media"] not in (TICK, POLICY):
            yield low + 1, [_incoming(entry) for entry in entries]


def _incoming(entry: Entry) -> Report:
    fields = entry.fields
    return Report(entry.payload or b"", fields["media"], fields["name"], fields["reporter"], fields["kind"])
