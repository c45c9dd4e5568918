"""Ownership through the books: one stake changed at a big register, and payments folded and judged with and without
cycles.

`python bench/capital.py [ENTITIES] [PAYMENTS]`. The register is that of `graph_control`. Three times are reported for a
change. The first is the graph's own work: find what may differ, compute it before and after, and compare. The second
adds writing those rows. The third is the whole fold of the report, in one transaction. Judging is not in these times.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench import made
from bench.graph_control import made_register
from bench.nodes import ORIGIN, OWNER, accept, take_seconds
from comptroller import engine
from comptroller.books import Books, Change
from comptroller.books.facts.stored_rows import StoredRows
from comptroller.books.relations.graph import Graph
from comptroller.intake.schema import shape_rows
from comptroller.ledger.key import make_key
from comptroller.model.policy import Pack
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb

PACKS = Path(__file__).parents[1] / "packs"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def shaped(duck: DuckDb, pack: Pack, kind: str, columns: dict[str, list[str]]) -> pa.Table:
    """Return typed rows of a kind."""
    count = len(next(iter(columns.values())))
    raw = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    raw |= {"report": pa.array(np.zeros(count, np.int64)), "seq": pa.array(np.arange(1, count + 1))}
    rows, refused = shape_rows(duck, pack.kinds[kind], pa.table({**raw, "line": raw["seq"]}), kind)
    assert rows is not None, refused
    return rows.table


def stakes(entities: int, changes: int) -> None:
    """Time single stakes at a register of so many entities."""
    pack = read_pack(gather_files([PACKS], "base"), "base")
    size, holder, company, parts = made_register(entities)
    duck = DuckDb(memory="3GB")
    books = Books(duck, pack, owner="", zone="UTC")
    names = [f"E{n:08d}" for n in range(size)]
    step, entry = 1_000_000, 1
    begun = perf_counter()
    for low in range(0, len(holder), step):
        part = slice(low, low + step)
        shares = [f"{p / 10_000:.4f}" for p in parts[part].tolist()]
        rows = {
            "holder": [names[h] for h in holder[part].tolist()],
            "entity": [names[c] for c in company[part].tolist()],
            "share_pct": shares,
            "valid_from": ["2020-01-01"] * len(shares),
        }
        books.fold({"stake": shaped(duck, pack, "stake", rows)}, {}, entry, AT)
        entry += 2
    print(f"register of {size:,} entities, {len(holder):,} stakes: built in {perf_counter() - begun:.1f} s")
    clock = Clock(books)
    due, entry = [], entry + 10
    for number, table in enumerate(changed(duck, pack, names, (holder, company), changes + WARM)):
        with duck.transaction():
            change = clock.fold({"stake": table}, entry + number)
        due.append(sum(rows.num_rows for name, rows in change.added.items() if name != "stake"))
    for word, times in clock.times.items():
        milliseconds = np.array(times[WARM:]) * 1000
        percentiles = ", ".join(f"p{p} {np.percentile(milliseconds, p):.2f} ms" for p in (50, 90, 99, 100))
        print(f"one stake changed, {word}: {percentiles}")
    print(f"rows that came or went: median {np.median(due):.0f}, most {max(due):,}")
    duck.close()


WARM = 10
"""So many changes go first, untimed: kernels are loaded, tables are found."""


def changed(
    duck: DuckDb, pack: Pack, names: list[str], edges: tuple[NDArray[np.int32], NDArray[np.int32]], count: int
) -> Iterator[pa.Table]:
    """Yield stakes of the register, drawn anew with another share each."""
    rng = np.random.default_rng(3)
    for at in rng.integers(len(edges[0]), size=count).tolist():
        row = {
            "holder": [names[int(edges[0][at])]],
            "entity": [names[int(edges[1][at])]],
            "share_pct": [f"{rng.integers(1, 90)}"],
            "valid_from": ["2020-01-01"],
            "act": ["correct"],
        }
        yield shaped(duck, pack, "stake", row)


class Clock:
    """Times of the fold, of the graph in it, and of that without what it writes."""

    def __init__(self, books: Books) -> None:
        """Evaluation these books."""
        self._books, self._graph, self._written, self._put = books, 0.0, 0.0, StoredRows.put
        self._note = Graph._note_turns  # noqa: SLF001 - timed, not changed
        self.times: dict[str, list[float]] = {"in memory": [], "in memory and written": [], "the whole fold": []}
        whole = books.graph.fold

        def graph(*arguments: Any) -> dict[str, pa.Table]:
            begun = perf_counter()
            result = whole(*arguments)
            self._graph = perf_counter() - begun
            return result

        def put(rows: StoredRows, *arguments: Any) -> None:
            begun = perf_counter()
            self._put(rows, *arguments)
            self._written += perf_counter() - begun

        def note(made: Graph, *arguments: Any) -> None:
            begun = perf_counter()
            self._note(made, *arguments)
            self._written += perf_counter() - begun

        books.graph.fold = graph  # type: ignore[method-assign]  # timed, not changed
        StoredRows.put = put  # type: ignore[method-assign]  # timed, not changed
        Graph._note_turns = note  # type: ignore[method-assign]  # noqa: SLF001 - timed, not changed

    def fold(self, tables: dict[str, pa.Table], entry: int) -> Change:
        """Fold tables, and note the times."""
        self._written, begun = 0.0, perf_counter()
        change = self._books.fold(tables, {}, entry, AT)
        took = perf_counter() - begun
        for word, time in zip(self.times, (self._graph - self._written, self._graph, took), strict=True):
            self.times[word].append(time)
        return change


def payments(count: int) -> None:
    """Time the folding of payments with circles watched and not."""
    policy = read_pack(gather_files([PACKS], "cn-capital"), "cn-capital")
    off = replace(policy, rules={n: r for n, r in policy.rules.items() if "trade_cycle" not in r.references})
    rng = np.random.default_rng(5)
    times = {}
    for word, pack in (("off", off), ("on", policy), ("off again", off), ("on again", policy)):
        duck = DuckDb(memory="2GB")
        books = Books(duck, pack, owner="", zone="UTC")
        spent, batch = 0.0, 20_000
        for low in range(0, count, batch):
            payer, payee = rng.zipf(1.3, batch) % 5_000, rng.integers(0, 20_000, batch)
            day = np.datetime64("2024-01-01") + (np.arange(low, low + batch) * 365 // count)
            rows = {
                "entity": [f"E{n}" for n in payer.tolist()],
                "payment": [f"P{n}" for n in range(low, low + batch)],
                "payee": [f"E{n}" for n in payee.tolist()],
                "amount": [f"{a:.2f}" for a in rng.lognormal(9, 1.5, batch).tolist()],
                "paid_on": np.datetime_as_string(day).tolist(),
            }
            table = shaped(duck, pack, "payment", rows)
            begun = perf_counter()
            books.fold({"payment": table}, {}, 1 + low // batch, AT)
            spent += perf_counter() - begun
        times[word] = count / spent
        circles = duck.rows("SELECT count(DISTINCT cycle) FROM trade_cycle")[0][0]
        print(f"payments folded, circles {word}: {count / spent:,.0f} a second, {circles:,} circles")
        duck.close()


def judged(count: int) -> None:
    """Time payments among a group's companies from bytes to findings, with the rules of circles and stars on and off."""
    files = gather_files([PACKS], "cn-capital")
    pack = read_pack(files, "cn-capital")
    streams = {"trade_cycle", "flow_fan"}
    cut = {name for name, rule in pack.rules.items() if streams & {*rule.reads, *rule.references}}
    fewer = {path: text for path, text in files.items() if path.rsplit(".", 1)[0] not in cut}
    batch = min(10_000, count)
    for word, chosen in (("off", fewer), ("on", files), ("off again", fewer), ("on again", files)):
        with TemporaryDirectory() as place:
            key = make_key(ORIGIN, bytes(range(32)))
            worker = engine.create(Path(place), chosen, Charter(OWNER, ORIGIN, "cn-capital"), key=key, at=AT)
            accept(worker, [Report(made.parquet(made.entities()), "parquet", "e.parquet", OWNER, "entity")])
            worker.tick(AT, AT)
            times = [take_seconds(worker, _trade(low, batch)) for low in range(0, count, batch)]
            circles = worker.duck.rows("SELECT count(DISTINCT cycle) FROM trade_cycle")[0][0]
            worker.close()
        warm = times[1:] or times
        print(f"payments judged, circles {word}: {batch / median(warm):,.0f} a second, {circles:,} circles")


def _trade(first: int, count: int) -> list[Report]:
    """Return payments among the companies of the group as reports of fifty facts, a year of them in all."""
    rng = np.random.default_rng(first)
    codes = made.entity_codes()
    payer, payee = rng.zipf(1.3, count) % len(codes), rng.integers(0, len(codes), count)
    days = np.datetime_as_string(np.datetime64("2024-01-01") + np.sort(rng.integers(0, 365, count)))
    amounts = rng.lognormal(9, 1.5, count)
    rows = [
        {
            "entity": codes[payer[at]],
            "payment": f"T{first + at}",
            "payee": codes[payee[at]],
            "payee_kind": "entity",
            "amount": f"{amounts[at]:.2f}",
            "currency": "CNY",
            "paid_on": str(days[at]),
        }
        for at in range(count)
    ]
    payloads = [json.dumps({"kind": "payment", "facts": rows[at : at + 50]}).encode() for at in range(0, count, 50)]
    return [Report(payload, "json", f"t{first + at}.json", codes[0]) for at, payload in enumerate(payloads)]


if __name__ == "__main__":
    stakes(int(sys.argv[1]) if len(sys.argv) > 1 else 4_060_000, 1_000)
    payments(int(sys.argv[2]) if len(sys.argv) > 2 else 60_000)
    judged(int(sys.argv[2]) if len(sys.argv) > 2 else 60_000)
