"""How fast the ledger appends, durably and signed, beside the disk's own rate: `python bench/ledger.py [FOLDER]`.

Figures are medians of several rounds in one run. The raw rate is 4 KiB appended and synced, again and again, on the
same disk; `plain` is the same SQLite interface with one bare column and no tree, signature or index.
"""

import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.verify import verify
from comptroller.store.sqlite import connect

_ORIGIN = "bench.example/ledger"
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_FACTS_PER_REPORT = 10_000
Spread = tuple[float, float, float]
"""Median, least and most of several rounds."""


def bench_ledger(folder: Path, *, rounds: int = 5, share: float = 1.0) -> dict[str, Spread]:
    """Measure in `folder`, which must lie on the disk in question; returns spreads by name, with their unit last.

    `share` is the part of the usual number of commits that is made.
    """
    syncs = max(int(1000 * share), 20)
    figures = {"raw_sync_per_s": _spread([raw_rate(folder, syncs) for _ in range(rounds)])}
    sizes = {"single": (1, 467, 4000), "grouped_100": (100, 467, 400), "facts_10000": (1, 2_000_000, 40)}
    for name, (group, payload_bytes, most) in sizes.items():
        commits = max(int(most * share), 4)
        done = [_append_rate(folder / f"{name}-{at}.ledger", group, payload_bytes, commits) for at in range(rounds)]
        per_commit = _FACTS_PER_REPORT if name == "facts_10000" else group
        unit = "facts" if name == "facts_10000" else "reports"
        plain = [_plain_rate(folder, group, payload_bytes, commits) for _ in range(rounds)]
        figures[f"{name}_plain_{unit}_per_s"] = _spread([rate * per_commit for rate in plain])
        figures[f"{name}_{unit}_per_s"] = _spread([rate * per_commit for rate, _ in done])
        every = [wait for _, waits in done for wait in waits]
        for part in (50, 99):
            by_round = _spread([_quantile_ms(waits, part) for _, waits in done])
            figures[f"{name}_p{part}_ms"] = (_quantile_ms(every, part), *by_round[1:])
        figures[f"{name}_longest_ms"] = _spread([max(waits) * 1000 for _, waits in done])
    figures |= _reading(folder / "grouped_100-0.ledger", rounds)
    figures["raw_sync_after_per_s"] = _spread([raw_rate(folder, syncs) for _ in range(rounds)])
    return figures


def _quantile_ms(waits: list[float], part: int) -> float:
    return statistics.quantiles(waits, n=100, method="inclusive")[part - 1] * 1000


def _append_rate(path: Path, group: int, payload_bytes: int, commits: int) -> tuple[float, list[float]]:
    key = make_key(_ORIGIN, bytes(32))
    waits: list[float] = []
    with Ledger.create(path, _ORIGIN, key, _BEGAN) as ledger:
        made = list(_groups(group, payload_bytes, commits if payload_bytes < 10_000 else 1))
        gc.collect()
        for at in range(commits):
            reports = made[at] if payload_bytes < 10_000 else next(_groups(1, payload_bytes, 1, first=at))
            start = time.perf_counter()
            ledger.append(reports, _BEGAN + timedelta(microseconds=at))
            waits.append(time.perf_counter() - start)
    return commits / sum(waits), waits


def _plain_rate(folder: Path, group: int, payload_bytes: int, commits: int) -> float:
    for left in folder.glob("plain*"):
        left.unlink()
    store = connect(folder / "plain")
    store.execute("CREATE TABLE plain (number INTEGER PRIMARY KEY, payload BLOB)")
    rows = [(os.urandom(payload_bytes),) for _ in range(group)]
    start = time.perf_counter()
    for _ in range(commits):
        with store.transaction():
            store.executemany("INSERT INTO plain (payload) VALUES (?)", rows)
    spent = time.perf_counter() - start
    store.close()
    return commits / spent


def _groups(group: int, payload_bytes: int, commits: int, *, first: int = 0) -> Iterator[list[Accepted]]:
    filling = os.urandom(payload_bytes // 2).hex()
    for at in range(first, first + commits):
        payloads = (b'{"paid":"%d-%d","text":"%s"}' % (at, each, filling.encode()) for each in range(group))
        yield [
            Accepted(payload, "json", "91110000MA000001X0", name="payment.json", kind="payment") for payload in payloads
        ]


def _reading(path: Path, rounds: int) -> dict[str, Spread]:
    key = make_key(_ORIGIN, bytes(32))
    with Ledger.open(path, readonly=True) as ledger:
        size = ledger.size
        numbers = range(1, size, max(size // 100, 1))
        receipts = _times(lambda: [ledger.receipt(n) for n in numbers], rounds)
        entries = _times(lambda: sum(1 for _ in ledger.entries()), rounds)
    verified = _times(lambda: verify(path, key.verifier), rounds)
    opened = _times(lambda: Ledger.open(path, readonly=True).close(), rounds)
    return {
        "receipt_ms": _spread([spent / len(numbers) * 1000 for spent in receipts]),
        "entries_read_per_s": _spread([size / spent for spent in entries]),
        "entries_verified_per_s": _spread([size / spent for spent in verified]),
        "open_ms": _spread([spent * 1000 for spent in opened]),
    }


def raw_rate(folder: Path, count: int = 1000) -> float:
    """Return how many times a second the disk of that folder writes 4 KiB, each synced."""
    handle = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    page = os.urandom(4096)
    try:
        start = time.perf_counter()
        for _ in range(count):
            os.write(handle, page)
            os.fdatasync(handle)
        return count / (time.perf_counter() - start)
    finally:
        os.close(handle)


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def _spread(values: list[float]) -> Spread:
    return statistics.median(values), min(values), max(values)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as where:
        print(json.dumps({name: round(spread[0], 2) for name, spread in bench_ledger(Path(where)).items()}, indent=2))
