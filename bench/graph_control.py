"""Control and effective share on a made register with the published statistics of the Italian one: the medians.

The register has 4.06 million entities and 3.96 million stakes in 1.26 million held companies (Gulino and others, ICDE
2021; Magnanimi and others, 2022). That is about three holders a company; one holder has 28,000 holdings, and one
company has 5,000 holders. Loops are small, and 2.8 million entities hold without being held.
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from comptroller.graph.forest import Forest
from comptroller.graph.forest_queries import number as tree_order
from comptroller.graph.share import Shares
from comptroller.graph.stakes import Stakes

WHOLE = 1_000_000
HALF = WHOLE // 2
Register = tuple[int, NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]


def made_register(size: int = 4_060_000, seed: int = 1, *, compact: bool = False) -> Register:
    """Entities and stakes (holder, company, parts in millionths), no company above the whole; ids in random order
    unless compact.
    """
    rng = np.random.default_rng(seed)
    companies = int(size * 0.31)
    persons = size - companies
    holders = np.minimum(rng.choice([1, 2, 3, 4, 5], companies, p=[0.36, 0.34, 0.15, 0.09, 0.06]), 5)
    tail = rng.random(companies) < 0.02
    holders[tail] = np.minimum((rng.pareto(1.1, int(tail.sum())) + 1) * 9, 5_000).astype(np.int64)
    company = np.repeat(np.arange(companies), holders)
    stakes = len(company)
    # One stake in four is held by a company, nearly always by one further up (a lower number); the rest by persons.
    by_company = rng.random(stakes) < 0.25
    upward = (company * rng.random(stakes) ** 0.25).astype(np.int64)
    looped = rng.random(stakes) < 0.0005
    upward = np.where(looped, np.minimum(company + rng.integers(0, 4, stakes), companies - 1), upward)
    fond = (persons * rng.random(stakes) ** 1.6).astype(np.int64)
    funds = rng.random(stakes) < 0.02
    fond[funds] = rng.zipf(1.6, int(funds.sum())) % 5_000
    holder = np.where(by_company & (company > 0), upward, companies + fond)
    weight = rng.exponential(1.0, stakes)
    equal = np.repeat(rng.random(companies) < 0.45, holders)
    weight[equal] = 1.0
    totals = np.repeat(np.where(rng.random(companies) < 0.9, 1.0, rng.random(companies)), holders)
    total = np.bincount(company, weight, companies)
    parts = (weight / total[company] * totals * WHOLE).astype(np.int64)
    if not compact:
        renamed = rng.permutation(size)
        holder, company = renamed[holder], renamed[company]
        mixed = rng.permutation(stakes)
        holder, company, parts = holder[mixed], company[mixed], parts[mixed]
    return size, holder.astype(np.int32), company.astype(np.int32), parts


def timed(action: object, runs: int = 3) -> tuple[float, object]:
    """The median seconds of some runs after one that is not counted, and what the last one gave."""
    assert callable(action)
    result = action()
    seconds = []
    for _ in range(runs):
        start = perf_counter()
        result = action()
        seconds.append(perf_counter() - start)
    return median(seconds), result


def forest_figures(register: Register) -> dict[str, float]:
    """Building, numbering and changing the forest."""
    size, holder, company, parts = register
    link, stakes = timed(lambda: Stakes(size, holder, company, parts))
    assert isinstance(stakes, Stakes)
    build, forest = timed(lambda: Forest(stakes, HALF, WHOLE))
    assert isinstance(forest, Forest)
    number, _ = timed(lambda: tree_order(forest.node))
    rng = np.random.default_rng(2)
    picked = rng.integers(0, len(holder), 200_000)
    lowered = parts[picked] * rng.integers(0, 2, len(picked))
    forest.change(holder[:100], company[:100], parts[:100])
    start = perf_counter()
    forest.change(holder[picked], company[picked], lowered)
    batch = (perf_counter() - start) / len(picked)
    single = []
    for place in picked[:20_000].tolist():
        change = ([int(holder[place])], [int(company[place])], [int(parts[place])])
        start = perf_counter()
        forest.change(*change)
        single.append(perf_counter() - start)
    return {
        "stakes_linked_s": link,
        "forest_built_s": build,
        "forest_numbered_s": number,
        "rings": float(len(forest.rings())),
        "change_in_batch_us": batch * 1e6,
        "change_alone_p50_us": float(np.percentile(single, 50)) * 1e6,
        "change_alone_p99_us": float(np.percentile(single, 99)) * 1e6,
        "change_alone_worst_ms": max(single) * 1e3,
    }


def share_figures(register: Register) -> dict[str, float]:
    """Ordering, one owner everywhere, and every ultimate owner."""
    size, holder, company, parts = register
    share = parts / WHOLE
    order, shares = timed(lambda: Shares(size, holder, company, share))
    assert isinstance(shares, Shares)
    owner = int(np.bincount(holder, minlength=size).argmax())
    single, _ = timed(lambda: shares.of_owner(owner))
    everyone, _ = timed(lambda: shares.every_owner(least=1e-4), 1)
    shares.owners_of(int(company[0]))
    alone = []
    for entity in np.unique(company)[:2000].tolist():
        start = perf_counter()
        shares.owners_of(entity)
        alone.append(perf_counter() - start)
    return {
        "share_ordered_s": order,
        "share_one_owner_s": single,
        "share_every_owner_s": everyone,
        "share_owners_of_one_p50_us": float(np.percentile(alone, 50)) * 1e6,
        "share_owners_of_one_p99_us": float(np.percentile(alone, 99)) * 1e6,
    }


def run(size: int = 4_060_000) -> dict[str, float]:
    """All figures of this file, printed and returned."""
    register = made_register(size)
    figures = {
        "entities": float(size),
        "stakes": float(len(register[1])),
        **forest_figures(register),
        **share_figures(register),
    }
    compact = forest_figures(made_register(size, compact=True))
    figures["forest_built_compact_s"] = compact["forest_built_s"]
    for name, figure in figures.items():
        print(f"{name:28} {figure:14,.4f}")
    return figures


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 4_060_000)
