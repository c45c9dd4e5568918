"""The whole line under the whole pack: facts a second, arrival to finding, growth with what is held, and memory."""

import re
import resource
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from bench.figures import Figure, Found, at_least, at_most, figure
from bench.nodes import Supply, accept, at_work, held_node, reports_of, stages, take_seconds
from bench.size import Size
from comptroller.engine import Engine

FACTS_A_REPORT = 50
_ARRIVING, _ARRIVING_EACH, _SLICE_S = 2_000, 10, 10
_GIB = 1 << 30
_Stages = dict[str, list[float]]
"""Seconds of each round, by stage."""


def sustained(size: Size, folder: Path) -> Found:
    """Measure facts a second from bytes to findings, and the memory that the process needed."""
    results: Found = []
    with at_work(held_node(folder, size.held, size.pack)) as (worker, supply):
        workload = _held(worker, supply)
        first = take_seconds(worker, supply.reports(size.batches[0], FACTS_A_REPORT))
        for count in size.batches:
            rates, turned, spent = _rounds(worker, supply, count, size.rounds)
            work = (
                f"{workload}; JSON reports of {FACTS_A_REPORT} facts, {count:,} facts a batch, from bytes to findings: parsed, "
                f"checked, kept durably, folded, judged; {turned / count:.2%} of facts turned a finding; aim 25,000"
            )
            results.append(figure(f"sustained_{count}", rates, "facts/s", work, at_least(10_000)))
            if count == size.batches[len(size.batches) // 2]:
                results += _stage_figures(spent, f"a batch of {count:,} facts of the same run: ")
        words = f"{workload}; the first batch after opening: what is held is read in"
        results.append(figure("first_batch", [first], "s", words))
    words = f"{supply.given:,} facts held at last: the most that the process of the sustained measure had resident"
    results.append(figure("memory", [peak_bytes() / _GIB], "GiB", words, at_most(4)))
    return results


def _held(worker: Engine, supply: Supply) -> str:
    return (
        f"{supply.given:,} made facts held at first (put there as Parquet files, kept and folded, not judged), {worker.pack.name} on "
        f"({len(worker.pack.rules)} rules)"
    )


def _rounds(worker: Engine, supply: Supply, count: int, rounds: int) -> tuple[list[float], float, _Stages]:
    """Return facts a second by round, the mean of findings that turned, and the seconds of each stage by round."""
    rates, turned = [], 0
    by_stage: _Stages = {"check": [], "keep": [], "fold": [], "judge": []}
    for _ in range(rounds):
        reports = supply.reports(count, FACTS_A_REPORT)
        with stages(worker) as spent:
            begin = perf_counter()
            taken = accept(worker, reports)
            total = perf_counter() - begin
        rates.append(count / total)
        turned += len(taken.turns)
        for name, stage_seconds in {**spent, "keep": total - sum(spent.values())}.items():
            by_stage[name].append(stage_seconds)
    return rates, turned / rounds, by_stage


def _stage_figures(spent: _Stages, of: str) -> list[Figure]:
    words = {
        "check": "parsing, shape, sender and sense",
        "keep": "the ledger's entries and its durable commit, and the commit of the books",
        "fold": "rows into the books",
        "judge": "what is due gathered, the rules run, findings compared and written",
    }
    return [figure(f"stage_{name}", spent[name], "s", of + words[name]) for name in words]


def latency(size: Size, folder: Path) -> Found:
    """Measure how long a report waits for its findings, when reports arrive by a schedule."""
    with at_work(held_node(folder, size.held, size.pack)) as (worker, supply):
        workload = _held(worker, supply)
        for count in (size.batches[0], 500, 500):
            accept(worker, supply.reports(count, _ARRIVING_EACH))
        facts = _ARRIVING * size.schedule_s
        reports = reports_of(supply.tables(facts), facts // _ARRIVING_EACH)
        gaps = np.random.default_rng(11).exponential(_ARRIVING_EACH / _ARRIVING, len(reports))
        arrivals = np.cumsum(gaps)
        waits = np.empty(len(reports))
        done = batches = 0
        begin = perf_counter()
        while done < len(reports):
            now = perf_counter() - begin
            here = int(np.searchsorted(arrivals, now, side="right"))
            if here == done:
                sleep(arrivals[done] - now)
                continue
            accept(worker, reports[done:here])
            waits[done:here] = perf_counter() - begin - arrivals[done:here]
            done, batches = here, batches + 1
    work = (
        f"{workload}; reports of {_ARRIVING_EACH} facts arrive at random, {_ARRIVING:,} facts a second for {size.schedule_s} s, "
        f"and all that wait are taken as one batch ({facts / batches:,.0f} facts in the mean); from arrival until its "
        f"findings are written; min and max are of stretches of {_SLICE_S} s"
    )
    slices = [waits[arrivals // _SLICE_S == at] for at in range(max(size.schedule_s // _SLICE_S, 1))]
    return [
        Figure(name, "s", float(np.percentile(waits, q)), *_spread(slices, q), work, at_most(most))
        for name, q, most in (("latency_p50", 50, 0.3), ("latency_p99", 99, 1.0))
    ]


def _spread(slices: list[np.ndarray], q: int) -> tuple[float, float]:
    values = [float(np.percentile(part, q)) for part in slices if len(part)]
    return min(values), max(values)


def growth(size: Size, folder: Path) -> Found:
    """Measure a batch at what is held against the same batch at a tenth of it, by turns."""
    count = size.batches[0]
    with (
        at_work(held_node(folder, size.held, size.pack)) as large,
        at_work(held_node(folder, size.tenth, size.pack)) as small,
    ):
        both = (large, small)
        full, tenth = large[1].given, small[1].given
        for worker, supply in both * 2:
            accept(worker, supply.reports(count, FACTS_A_REPORT))
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(size.rounds):
            for times, (worker, supply) in zip(spent, both, strict=True):
                reports = supply.reports(count, FACTS_A_REPORT)
                times.append(take_seconds(worker, reports))
    work = f"a batch of {count:,} facts in reports of {FACTS_A_REPORT}, from bytes to findings, {size.pack} on"
    ratios = [mine / other for mine, other in zip(*spent, strict=True)]
    return [
        figure("batch_at_held", spent[0], "s", f"{work}; {full:,} facts held at first"),
        figure("batch_at_tenth", spent[1], "s", f"{work}; {tenth:,} facts held at first"),
        figure("growth", ratios, "times", f"{work}; {full:,} held at first against {tenth:,}, by turns", at_most(1.5)),
    ]


def peak_bytes() -> int:
    """Return the most memory that this process had resident; where the system separates them, without its parent's."""
    status = Path("/proc/self/status")
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.is_file() else None
    return (int(match[1]) if match else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024
