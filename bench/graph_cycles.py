"""Cycles of payments: rate and latency on a made stream, and recall on labelled transfers where the file is present.

The made stream is 5 million payments between 500,000 accounts over thirty days. It has a few busy accounts, amounts
over four powers of ten, and planted cycles of 2 to 12 legs. Each payment is processed as it comes, on one core.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tarfile
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from comptroller.graph.cycles import CycleOptions, Cycles
from comptroller.graph.flows import fan_in, repeated, size_class

DAY = 86_400
I64 = NDArray[np.int64]
Stream = tuple[I64, I64, I64, I64]


def made_stream(
    payments: int = 5_000_000, accounts: int = 500_000, days: int = 30, planted: int = 600
) -> tuple[Stream, list[list[int]]]:
    """Time, source, target, amount in time, and the planted circles as payment numbers; each planted leg is up to 1%
    smaller than the last.
    """
    rng = np.random.default_rng(4)
    circle_legs = rng.integers(2, 13, planted)
    loose = payments - int(circle_legs.sum())
    time = rng.integers(0, days * DAY, loose)
    source, target = (accounts * rng.random((2, loose)) ** 1.8).astype(np.int64)
    amount = (10 ** rng.normal(5.5, 0.8, loose)).astype(np.int64) + 1
    parts = [np.stack((time, source, target, amount, np.full(loose, -1)))]
    for circle, legs in enumerate(circle_legs):
        ring = rng.choice(accounts, legs, replace=False)
        begin = rng.integers(0, (days - 4) * DAY)
        times = begin + np.sort(rng.integers(0, DAY - 1, legs))
        sums = int(10 ** rng.normal(6, 0.5)) * np.cumprod(1 - rng.random(legs) * 0.008)
        parts.append(np.stack((times, ring, np.roll(ring, -1), sums.astype(np.int64) + 1, np.full(legs, circle))))
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, np.argsort(rows[0], kind="stable")]
    circles = [np.flatnonzero(rows[4] == circle).tolist() for circle in range(planted)]
    return (rows[0], rows[1], rows[2], rows[3]), circles


def stream_figures(payments: int, law: CycleOptions, name: str) -> dict[str, float]:
    """Payments a second as one batch, microseconds for one alone, and how many planted circles were found whole."""
    accounts = max(payments // 10, 1000)
    stream, planted = made_stream(payments, accounts)
    Cycles(10, law).feed([0, 1], [0, 1], [1, 0], [5, 5])
    finder = Cycles(accounts, law)
    start = perf_counter()
    cycles = finder.feed(*stream)
    rate = payments / (perf_counter() - start)
    reported = {frozenset(circle) for circle in cycles.circles()}
    within = [frozenset(c) for c in planted if law.legs[0] <= len(c) <= law.legs[1]]
    tail = [column[-20_000:] for column in stream]
    finder = Cycles(accounts, law)
    finder.feed(*(column[:-20_000] for column in stream))
    alone = []
    for row in zip(*(column.tolist() for column in tail), strict=True):
        columns = [[value] for value in row]
        start = perf_counter()
        finder.feed(*columns)
        alone.append(perf_counter() - start)
    return {
        f"{name}_payments_a_second": rate,
        f"{name}_circles": float(len(cycles)),
        f"{name}_cut": float(len(cycles.cut)),
        f"{name}_crowded": float(len(cycles.crowded)),
        f"{name}_planted_recall": sum(c in reported for c in within) / max(len(within), 1),
        f"{name}_alone_p50_us": float(np.percentile(alone, 50)) * 1e6,
        f"{name}_alone_p99_us": float(np.percentile(alone, 99)) * 1e6,
    }


def labelled_transfers(folder: Path, name: str) -> tuple[Stream, set[int]]:
    """One AMLSim archive: transfers (amounts in cents), and the accounts labelled as part of the pattern."""
    with tarfile.open(folder / f"20K_{name}.tgz") as archive:

        def rows(file: str) -> list[dict[str, str]]:
            member = next(m for m in archive.getmembers() if m.name.endswith(file))
            opened = archive.extractfile(member)
            assert opened is not None
            return list(csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8")))

        transfers, nodes = rows("transactions.csv"), rows("nodes.csv")
    columns = [[float(row[key]) for row in transfers] for key in ("time", "sourceNodeId", "targetNodeId", "value")]
    columns[3] = [value * 100 for value in columns[3]]
    time, source, target, amount = (np.rint(column).astype(np.int64) for column in columns)
    order = np.argsort(time, kind="stable")
    labelled = {int(row["nodeid"]) for row in nodes if row["isFraud"] not in ("0", "False", "false", "")}
    return (time[order], source[order], target[order], amount[order]), labelled


def recall_figures(folder: Path) -> dict[str, float]:
    """On AMLSim: share of labelled accounts that lie in some circle or fan-in, and share of found accounts that are
    labelled.

    Its labelled circles repeat one amount in any order of time, and only some twenty of the two hundred close within
    its days.
    """
    figures = {}
    for name, law in (("cycle", CycleOptions(window=150, legs=(3, 12), tolerance=0.0, any_order=True, fold=True)),):
        (time, source, target, amount), labelled = labelled_transfers(folder, f"{name}200")
        cycles = Cycles(int(max(source.max(), target.max())) + 1, law).feed(time, source, target, amount)
        accounts = set(source[cycles.legs].tolist())
        figures[f"amlsim_{name}_recall"] = len(labelled & accounts) / len(labelled)
        figures[f"amlsim_{name}_precision"] = len(labelled & accounts) / max(len(accounts), 1)
    (time, source, target, amount), labelled = labelled_transfers(folder, "fanin200")
    flows = fan_in(time, source, target, amount, window=80, least=3, lot=size_class(amount, 2.0))
    accounts = {int(a) for a in flows.account} | set(source[flows.payment].tolist())
    figures["amlsim_fan_in_recall"] = len(labelled & accounts) / len(labelled)
    figures["amlsim_fan_in_precision"] = len(labelled & accounts) / max(len(accounts), 1)
    lot = size_class(amount, 2.0)
    often = repeated(time, source, target, lot, least=2, span=1)
    split = fan_in(time[often], source[often], target[often], amount[often], window=80, least=2, lot=lot[often])
    accounts = {int(a) for a in split.account} | set(source[often][split.payment].tolist())
    figures["amlsim_fan_in_of_split_sums_recall"] = len(labelled & accounts) / len(labelled)
    figures["amlsim_fan_in_of_split_sums_precision"] = len(labelled & accounts) / max(len(accounts), 1)
    return figures


def run(payments: int = 5_000_000) -> dict[str, float]:
    """All figures of this file, printed and returned."""
    figures = stream_figures(payments, CycleOptions(window=DAY, legs=(2, 6), tolerance=0.1), "six_legs_a_day")
    figures |= stream_figures(
        payments, CycleOptions(window=4 * DAY, legs=(2, 12), tolerance=0.1), "twelve_legs_four_days"
    )
    folder = (
        Path(os.environ.get("COMPTROLLER_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "amlsim"
    )
    if folder.is_dir():
        figures |= recall_figures(folder)
    for name, figure in figures.items():
        print(f"{name:42} {figure:14,.3f}")
    return figures


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
