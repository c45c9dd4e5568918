"""The figures of bench/ledger.py in the one table: appending with proof, durably, beside the disk's own rate."""

from pathlib import Path

from bench.figures import Figure, Found, at_least, at_most
from bench.ledger import bench_ledger
from bench.size import Size

_TARGETS = {
    "single_reports_per_s": at_least(4_000),
    "grouped_100_reports_per_s": at_least(80_000),
    "facts_10000_facts_per_s": at_least(200_000),
    "single_p99_ms": at_most(10),
    "grouped_100_p99_ms": at_most(10),
    "facts_10000_p99_ms": at_most(10),
}
_WORDS = {
    "raw_sync": "4 KiB appended to a file and synced, again and again, on the same disk",
    "single": "one report of 467 bytes a commit",
    "grouped_100": "a hundred reports of 467 bytes a commit",
    "facts_10000": "one report of 10,000 facts (2 MB) a commit",
    "receipt": "the proof of one entry",
    "entries_read": "all entries read back",
    "entries_verified": "every hash, the tree and every checkpoint verified",
    "open": "a ledger opened to read",
}
_PLAIN = "; SQLite alone, without tree, signature or index"
_UNITS = {"ms": "ms", "per_s": "/s"}


def ledger(size: Size, folder: Path) -> Found:
    """Measure the ledger in a folder of the disk in question."""
    place = folder / "ledger"
    place.mkdir()
    results: Found = []
    for name, (median, low, high) in bench_ledger(place, rounds=size.ledger_rounds, share=size.ledger_share).items():
        unit = next(unit_name for ending, unit_name in _UNITS.items() if name.endswith(ending))
        words = next(text for start, text in _WORDS.items() if name.startswith(start))
        words += _PLAIN if "plain" in name else ""
        results.append(Figure(f"ledger_{name}", unit, median, low, high, words, _TARGETS.get(name)))
    return results
