"""Control, cycles and relations beside peers, on the same made graph in one run; all comparable results must be equal.

`python -m bench.graph_peers [ENTITIES] [PAYMENTS] [TIES]`. Control: the least fixpoint of `graph.control` and the
forest. The peers are clingo (an answer set program), networkx (its graph walked in Python) and DuckDB (a query repeated
until nothing is added). Cycles: the peers are snapml's preprocessor, payment by payment and in one batch, and DuckDB's
joins of two to four legs. Relations in three steps: the peers are igraph, networkx and a recursive query of DuckDB. The
peers have no rule for the order of ties, so none is applied.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import clingo
import duckdb
import igraph
import networkx as nx
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from snapml import GraphFeaturePreprocessor

from bench.graph_control import HALF, WHOLE, made_register
from bench.graph_cycles import DAY, made_stream
from comptroller.graph.control import control
from comptroller.graph.cycles import CycleOptions, Cycles
from comptroller.graph.forest import Forest
from comptroller.graph.related import Ties
from comptroller.graph.stakes import Stakes

_SNAPML = {
    **dict.fromkeys(("vertex_stats", "fan", "degree", "scatter-gather", "lc-cycle"), False),
    "num_threads": 1,
    "time_window": -1,
    "temp-cycle": True,
    "temp-cycle_tw": DAY,
    "temp-cycle_bins": [2, 3, 4, 5],
}
"""Circles in order of time alone, by 2, 3, 4 and more legs."""
Pairs = set[tuple[int, int]]
I64 = NDArray[np.int64]
_ASP = """
controls(X, Y) :- stake(X, Y, P), P > half.
counts(X, Y) :- controls(X, Z), stake(Z, Y, _), X != Y.
controls(X, Y) :- counts(X, Y), #sum { P, Z : stake(Z, Y, P), controls(X, Z) ; P, X : stake(X, Y, P) } > half.
#show controls/2.
"""
_ADDED = """
WITH inside AS (SELECT owner, entity FROM controls UNION SELECT DISTINCT holder, holder FROM starts)
SELECT i.owner, s.company AS entity FROM inside AS i JOIN stake AS s ON s.holder = i.entity
WHERE s.company <> i.owner GROUP BY ALL HAVING sum(s.parts) > {half}
EXCEPT SELECT owner, entity FROM controls
"""
"""A party that starts control owns more than half of something by one edge: no other party can control anything."""


def print_line(name: str, seconds: float, text: str) -> None:
    """Print one line."""
    print(f"{name:44} {seconds:12.6f} s  {text}", flush=True)


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that something took, and what it gave."""
    begun = perf_counter()
    result = action()
    return perf_counter() - begun, result


def alike(name: str, result: object, wanted: object) -> str:
    """Check that a peer found what we found; raises AssertionError for anything else."""
    assert result == wanted, f"{name} found something else"
    return "equal"


def controls(entities: int) -> None:
    """Compare all controlling parties, as found by each program."""
    size, holder, company, parts = made_register(entities)
    print(f"control: {size:,} entities, {len(holder):,} stakes")
    Forest(Stakes(2, [0], [1], [WHOLE]), HALF, WHOLE)
    control(Stakes(2, [0], [1], [WHOLE]), HALF)
    seconds, stakes = timed(lambda: Stakes(size, holder, company, parts))
    print_line("comptroller, stakes linked", seconds, "")
    seconds, forest = timed(lambda: Forest(stakes, HALF, WHOLE))
    print_line("comptroller, the forest", seconds, f"{int((forest.node >= 0).sum()):,} words")
    seconds, controlled = timed(lambda: control(stakes, HALF))
    pairs = {(x, y) for x, y in controlled.pairs() if x != y}
    print_line("comptroller, all pairs by the fixpoint", seconds, f"{len(pairs):,} pairs")
    rows = stakes.link[: stakes.row_count]
    merged = [(int(h), int(c), int(p)) for (h, c), p in zip(rows[:, :2], stakes.parts, strict=False) if p > 0]
    for name, peer in (("DuckDB, repeated query", by_duck), ("networkx, walked", by_networkx), ("clingo", by_clingo)):
        seconds, theirs = timed(lambda peer=peer: peer(merged))
        print_line(name, seconds, alike(name, theirs, pairs))


def by_duck(stakes: list[tuple[int, int, int]]) -> Pairs:
    """Return all pairs by a query that is repeated until nothing is added."""
    duck = duckdb.connect()
    columns = dict(zip(("holder", "company", "parts"), map(list, zip(*stakes, strict=True)), strict=True))
    duck.register("told", pa.table(columns))
    duck.execute("CREATE TABLE stake AS SELECT * FROM told WHERE holder <> company")
    duck.execute(f"CREATE TABLE starts AS SELECT DISTINCT holder FROM stake WHERE parts > {HALF}")
    duck.execute("CREATE TABLE controls (owner BIGINT, entity BIGINT)")
    while True:
        duck.execute(f"CREATE OR REPLACE TEMP TABLE added AS {_ADDED.format(half=HALF)}")
        if not duck.execute("SELECT count(*) FROM added").fetchall()[0][0]:
            return set(duck.execute("SELECT owner, entity FROM controls").fetchall())
        duck.execute("INSERT INTO controls SELECT * FROM added")


def by_networkx(stakes: list[tuple[int, int, int]]) -> Pairs:
    """Return all pairs by walking a networkx graph from each owner that can begin."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(stakes)
    pairs = set()
    for owner in {h for h, _, p in stakes if p > HALF}:
        inside, waiting, sums = {owner}, [owner], dict[int, int]()
        while waiting:
            for entity, edge in graph[waiting.pop()].items():
                sums[entity] = sums.get(entity, 0) + edge["weight"]
                if sums[entity] > HALF and entity not in inside:
                    inside.add(entity)
                    waiting.append(entity)
        pairs |= {(owner, entity) for entity in inside - {owner}}
    return pairs


def by_clingo(stakes: list[tuple[int, int, int]]) -> Pairs:
    """Return all pairs by an answer set program."""
    solver = clingo.Control(["--warn=none"])
    solver.add("base", [], _ASP + f"#const half = {HALF}.")
    with solver.backend() as backend:
        for holder, company, parts in stakes:
            if holder != company:
                fact = clingo.Function("stake", [clingo.Number(n) for n in (holder, company, parts)])
                backend.add_rule([backend.add_atom(fact)])
    solver.ground([("base", [])])
    pairs: Pairs = set()

    def take(model: clingo.Model) -> None:
        pairs.update((a.arguments[0].number, a.arguments[1].number) for a in model.symbols(shown=True))

    solver.solve(on_model=take)
    return {(x, y) for x, y in pairs if x != y}


def circles(payments: int) -> None:
    """Compare cycles of 2 to 4 payments within a day and in order of time, for all amounts, as counted by each
    program.
    """
    accounts = max(payments // 10, 1000)
    (time, source, target, amount), _ = made_stream(payments, accounts)
    keep = source != target
    # The order of two payments in one second is unknown: each gets a second of its own.
    time, source, target, amount = (
        np.arange(keep.sum()) * (30 * DAY // payments or 1),
        source[keep],
        target[keep],
        amount[keep],
    )
    print(f"circles: {len(time):,} payments between {accounts:,} accounts, 2 to 4 legs within a day, any amounts")
    law = CycleOptions(
        window=DAY, legs=(2, 4), tolerance=1.0, strict=True, cap=1 << 20, finds=100_000, steps=10_000_000
    )
    Cycles(10, law).feed([0, 1], [0, 1], [1, 0], [5, 5])
    finder = Cycles(accounts, law)
    seconds, cycles = timed(lambda: finder.feed(time, source, target, amount))
    assert not len(cycles.cut)
    assert not len(cycles.crowded)
    ours = np.bincount(np.diff(cycles.start), minlength=5)[2:5].tolist()
    print_line("comptroller, payment by payment", seconds / len(time), f"a payment; by legs {ours}")
    duck = duckdb.connect()
    duck.register("told", pa.table({"t": time, "a": source, "b": target}))
    duck.execute("CREATE TABLE p AS SELECT * FROM told")
    for legs in (2, 3, 4):
        seconds, rows = timed(lambda legs=legs: duck.execute(joins(legs)).fetchall())
        print_line(f"DuckDB, joins of {legs} legs, all at once", seconds, alike("DuckDB", rows[0][0], ours[legs - 2]))
    features = np.column_stack((np.arange(len(time)), source, target, time)).astype(np.float64)
    for word, count, step in (("in batches of 4,096", len(time), 4096), ("payment by payment", 50_000, 1)):
        peer, sample, closed = GraphFeaturePreprocessor(), min(len(time), count), np.zeros(3)
        peer.set_params(_SNAPML)
        begun = perf_counter()
        for low in range(0, sample, step):
            closed += peer.transform(np.ascontiguousarray(features[low : min(low + step, sample)]))[:, 4:7].sum(axis=0)
        seconds = (perf_counter() - begun) / sample
        # In a batch it counts circles at each of their payments; one by one, at the payment that closes them.
        mine = [
            int(((np.diff(cycles.start) == n) & (cycles.legs[cycles.start[1:] - 1] < sample)).sum()) for n in (2, 3, 4)
        ]
        comparison = alike("snapml", closed.astype(int).tolist(), mine) if step == 1 else "not comparable in a batch"
        print_line(f"snapml, {word}, their number only", seconds, f"a payment, of {sample:,}; {comparison}")


def joins(legs: int) -> str:
    """Return SQL that counts the circles of so many payments."""
    sql = "SELECT count(*) FROM p AS p1"
    for leg in range(2, legs + 1):
        ends = [f"p{leg}.b = p1.a"] if leg == legs else [f"p{leg}.b <> p{other}.a" for other in range(1, leg)]
        follows = [f"p{leg}.a = p{leg - 1}.b", f"p{leg}.t > p{leg - 1}.t", f"p{leg}.t <= p1.t + {DAY}", *ends]
        sql += f" JOIN p AS p{leg} ON {' AND '.join(follows)}"
    return sql


def relations(count: int) -> None:
    """All within three steps of a party, median over parties."""
    rng = np.random.default_rng(8)
    size = int(count * 0.9)
    left, right = rng.integers(0, size, count), (size * rng.random(count) ** 1.1).astype(np.int64)
    parties = rng.integers(0, size, 200).tolist()
    print(f"relations: {count:,} ties between {size:,} parties, three steps, {len(parties)} parties asked about")
    ties = Ties(size, 1)
    ties.add(left, right, np.zeros(count, np.int64))
    any_tie = np.zeros((1, 2), np.int32)
    ties.related(parties[0], any_tie, steps=3, hub=size)
    seconds, ours = each(parties, lambda party: len(ties.related(party, any_tie, steps=3, hub=size)))
    print_line("comptroller, with the way to each", seconds, f"median reached {median(ours):.0f}")
    graph = igraph.Graph(n=size, edges=np.column_stack((left, right)))
    seconds, theirs = each(parties, lambda party: graph.neighborhood_size(party, order=3))
    print_line("igraph, their number only", seconds, alike("igraph", theirs, ours))
    walked = nx.Graph()
    walked.add_nodes_from(parties)
    walked.add_edges_from(zip(left.tolist(), right.tolist(), strict=True))
    seconds, theirs = each(parties, lambda party: len(nx.single_source_shortest_path_length(walked, party, cutoff=3)))
    print_line("networkx, their number only", seconds, alike("networkx", theirs, ours))
    duck = duckdb.connect()
    duck.register("told", pa.table({"l": np.concatenate((left, right)), "r": np.concatenate((right, left))}))
    duck.execute("CREATE TABLE tie AS SELECT * FROM told ORDER BY l")
    walk = "WITH RECURSIVE w AS (SELECT {n}::BIGINT AS n, 0 AS d UNION SELECT r, d + 1 FROM w JOIN tie ON l = n WHERE d < 3)"
    few = parties[:20]
    sql = f"{walk} SELECT count(DISTINCT n) FROM w"
    seconds, theirs = each(few, lambda party: int(duck.execute(sql.format(n=party)).fetchall()[0][0]))
    print_line("DuckDB, recursive query, their number only", seconds, alike("DuckDB", theirs, ours[: len(few)]))


def each(parties: list[int], find: Callable[[int], int]) -> tuple[float, list[int]]:
    """Return the median seconds of asking about each, and the answers."""
    seconds, answers = zip(*(timed(lambda party=party: find(party)) for party in parties), strict=True)
    return median(seconds), list(answers)


if __name__ == "__main__":
    sizes = [int(a) for a in sys.argv[1:]]
    controls(sizes[0] if sizes else 200_000)
    circles(sizes[1] if len(sizes) > 1 else 1_000_000)
    relations(sizes[2] if len(sizes) > 2 else 1_000_000)
