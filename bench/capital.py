"""Capital through the books: one stake changed at a big register, and payments folded with circles watched against not.

`python bench/capital.py [ENTITIES] [PAYMENTS]`. The register is that of `graph_control`; a change is timed from the fact
folded to the graph's tables written, with the rows that make dockets due. Judging is not in these times.
"""

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa

from bench.graph_control import made_register
from comptroller.books import Books
from comptroller.intake.shape import shape_rows
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import Duck

PACKS = Path(__file__).parents[1] / "packs"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def shaped(duck: Duck, pack: Pack, kind: str, columns: dict[str, list[str]]) -> pa.Table:
    """Give typed rows of a kind."""
    count = len(next(iter(columns.values())))
    raw = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    raw |= {"report": pa.array(np.zeros(count, np.int64)), "seq": pa.array(np.arange(1, count + 1))}
    found, refused = shape_rows(duck, pack.kinds[kind], pa.table({**raw, "line": raw["seq"]}), kind)
    assert found is not None, refused
    return found.table


def stakes(entities: int, changes: int) -> None:
    """Time single stakes at a register of so many entities."""
    pack = read_pack(gather_files([PACKS], "base"), "base")
    size, holder, company, parts = made_register(entities)
    duck = Duck(memory="3GB")
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
    rng = np.random.default_rng(3)
    took, due, entry = [], [], entry + 10
    for number in range(changes):
        at = int(rng.integers(len(holder)))
        rows = {
            "holder": [names[int(holder[at])]],
            "entity": [names[int(company[at])]],
            "share_pct": [f"{rng.integers(1, 90)}"],
            "valid_from": ["2020-01-01"],
            "act": ["correct"],
        }
        table = shaped(duck, pack, "stake", rows)
        begun = perf_counter()
        change = books.fold({"stake": table}, {}, entry + number, AT)
        took.append(perf_counter() - begun)
        due.append(sum(rows.num_rows for name, rows in change.added.items() if name != "stake"))
    graph = np.array(took) * 1000
    print(
        f"one stake changed, folded and written: p50 {np.median(graph):.1f} ms, p99 {np.percentile(graph, 99):.1f} ms"
    )
    print(f"rows that came or went: median {np.median(due):.0f}, most {max(due):,}")
    duck.close()


def payments(count: int) -> None:
    """Time the folding of payments with circles watched and not."""
    whole = read_pack(gather_files([PACKS], "cn-capital"), "cn-capital")
    off = replace(whole, rules={n: r for n, r in whole.rules.items() if "trade_cycle" not in r.references})
    rng = np.random.default_rng(5)
    times = {}
    for word, pack in (("off", off), ("on", whole), ("off again", off), ("on again", whole)):
        duck = Duck(memory="2GB")
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


if __name__ == "__main__":
    stakes(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 40)
    payments(int(sys.argv[2]) if len(sys.argv) > 2 else 60_000)
