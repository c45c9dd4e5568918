"""Related parties over 5 million made ties in three steps, and adding ties to what is there: the medians."""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np

from comptroller.graph.related import Ties

STAKE, POST, KIN, AGREEMENT, ADDRESS, PHONE = range(6)

RULES = np.full((4, 12), -1, np.int32)
"""A rule automaton as a pack has it: kin of kin is not followed; a shared address is left towards who shares it."""
RULES[0] = [1, 1, 1, 1, 2, 2, 1, 1, 3, 3, 3, 3]
RULES[1] = [1, 1, 1, 1, 2, 2, -1, -1, 3, 3, 3, 3]
RULES[2] = [1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1]
# An address or telephone is a node of its own: a path leaves it once, towards each party that shares it.
RULES[3] = [-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1]


def made_ties(count: int = 5_000_000, seed: int = 6) -> tuple[Ties, int]:
    """Entities, people, addresses and telephones with ties of six kinds, a few of them hubs of ten thousand."""
    rng = np.random.default_rng(seed)
    size = int(count * 0.9)
    kind = rng.choice(6, count, p=[0.4, 0.25, 0.05, 0.02, 0.2, 0.08])
    left = rng.integers(0, size, count)
    right = (size * rng.random(count) ** 1.3).astype(np.int64)
    crowd = rng.random(count) < 0.01
    right[crowd] = rng.integers(0, 5, int(crowd.sum()))
    ties = Ties(size, 6)
    ties.add(left, right, kind)
    return ties, size


def run(count: int = 5_000_000) -> dict[str, float]:
    """All figures of this file, printed and returned."""
    start = perf_counter()
    ties, size = made_ties(count)
    built = perf_counter() - start
    rng = np.random.default_rng(7)
    parties = rng.integers(0, size, 20_000).tolist() + list(range(5))
    ties.related(parties[0], RULES, steps=3, hub=1000)
    seconds, counts = [], []
    for node in parties:
        start = perf_counter()
        result = ties.related(node, RULES, steps=3, hub=1000)
        seconds.append(perf_counter() - start)
        counts.append(len(result) - 1)
    added = []
    for left, right in rng.integers(0, size, (2000, 2)).tolist():
        start = perf_counter()
        ties.add(left, right, STAKE)
        added.append(perf_counter() - start)
    start = perf_counter()
    hub = ties.related(0, RULES, steps=3, hub=1000)
    hub_seconds = perf_counter() - start
    figures = {
        "ties": float(count),
        "built_s": built,
        "related_p50_us": float(np.percentile(seconds, 50)) * 1e6,
        "related_p99_ms": float(np.percentile(seconds, 99)) * 1e3,
        "related_worst_ms": max(seconds) * 1e3,
        "reached_median": float(np.median(counts)),
        "reached_most": float(max(counts)),
        "from_a_hub_ms": hub_seconds * 1e3,
        "from_a_hub_reached": float(len(hub)),
        "add_one_p50_us": float(np.percentile(added, 50)) * 1e6,
        "add_one_worst_ms": max(added) * 1e3,
    }
    for name, figure in figures.items():
        print(f"{name:24} {figure:14,.3f}")
    return figures


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
