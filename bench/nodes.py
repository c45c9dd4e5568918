"""Nodes for the bench: made, filled, and sent small reports as JSON.

A node is filled by reports of up to half a million facts each, as Parquet. Each is recorded in the ledger, shaped and
folded into the books like any report, and nothing is judged. What is measured afterwards goes through the whole line.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa

from bench import made
from comptroller import engine, node
from comptroller.books import Books
from comptroller.engine import Engine, Taken
from comptroller.intake import Report, shape
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.node import Charter
from comptroller.packs import gather_files
from comptroller.store.duck import DuckDb

ROOT = Path(__file__).resolve().parents[1]
PACKS = ROOT / "packs"
OWNER, ORIGIN = "OWNER", "bench.example/node"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STEP = 500_000
"""Most facts that are made at once."""


FIVE = "five"
"""The bench's own pack of five rules, over the kinds of the base pack."""


def pack_files(pack: str) -> dict[str, bytes]:
    """Return the files of a pack and of the packs that it extends."""
    if pack != FIVE:
        return gather_files([PACKS], pack)
    kinds = {f"five/kinds/{path.name}": path.read_bytes() for path in (PACKS / "base" / "kinds").glob("*.yml")}
    return {**gather_files([Path(__file__).parent / "pack"], "five"), **kinds}


class Supply:
    """Made facts in the order of their numbers; each is returned once."""

    def __init__(self, shares: Mapping[str, float], done: Mapping[str, int] | None = None) -> None:
        """Begin at the first facts, or after those that are done."""
        self.shares = dict(shares)
        self.done = {kind: (done or {}).get(kind, 0) for kind in shares}

    @property
    def given(self) -> int:
        """Return how many facts were returned."""
        return sum(self.done.values())

    def tables(self, count: int) -> dict[str, pa.Table]:
        """Return the next facts by kind, `count` in all but for rounding."""
        tables = {}
        for kind, share in self.shares.items():
            if number := round(count * share):
                tables[kind] = made.facts(kind, self.done[kind], number)
                self.done[kind] += number
        return tables

    def many(self, count: int) -> Iterator[dict[str, pa.Table]]:
        """Yield as many facts, some at a time."""
        for done in range(0, count, STEP):
            yield self.tables(min(STEP, count - done))

    def reports(self, count: int, each: int) -> list[Report]:
        """Return the next facts as reports of `each` facts."""
        return reports_of(self.tables(count), count // each)


def reports_of(tables: Mapping[str, pa.Table], reports: int) -> list[Report]:
    """Return facts as so many JSON reports by the company at the group's head, which may speak for all below it."""
    parts: list[dict[str, bytes]] = [{} for _ in range(reports)]
    for kind, table in tables.items():
        rows = made.json_rows(table)
        cuts = np.linspace(0, len(rows), reports + 1).astype(int).tolist()
        for at, (begin, end) in enumerate(pairwise(cuts)):
            if end > begin:
                parts[at][kind] = b"[" + b",".join(rows[begin:end]) + b"]"
    head = made.entity_codes()[0]
    payloads = [
        b'{"facts":{' + b",".join(b'"%s":%s' % (k.encode(), f) for k, f in part.items()) + b"}}" for part in parts
    ]
    return [Report(payload, "json", f"r{at}.json", head) for at, payload in enumerate(payloads)]


def new_node(folder: Path, pack: str) -> Engine:
    """Make a node with the made entities in its register and a fixed clock."""
    key = make_key(ORIGIN, bytes(range(32)))
    worker = engine.create(folder, pack_files(pack), Charter(OWNER, ORIGIN, pack), key=key, at=AT)
    register = Report(made.parquet(made.entities()), "parquet", "entities.parquet", OWNER, "entity")
    accept(worker, [register])
    worker.tick(AT, AT)
    return worker


def take_seconds(worker: Engine, reports: Sequence[Report]) -> float:
    """Return the seconds that a node needs to accept reports."""
    begin = perf_counter()
    accept(worker, reports)
    return perf_counter() - begin


def accept(worker: Engine, reports: Sequence[Report]) -> Taken:
    """Send reports to a node; raises AssertionError for one that is rejected."""
    taken = worker.take(reports, AT)
    assert not taken.refused, [item.text() for refusals in taken.refused.values() for item in refusals][:3]
    return taken


def fill(worker: Engine, supply: Supply, count: int) -> None:
    """Record and fold so many facts without judging them."""
    server = DuckDb()
    server.set_zone(worker.pack.zone)
    for tables in supply.many(count):
        for kind, table in tables.items():
            item = Report(made.parquet(table), "parquet", f"{kind}.parquet", OWNER, kind)
            accepted = Accepted(item.payload, item.media, item.reporter, name=item.name, kind=kind)
            number = worker.ledger.append([accepted], AT).last
            with worker.duck.transaction():
                fold(worker.books, server, [item], number)
                worker.books.bear(node.books_mark(worker.duck, worker.ledger, number))
    server.close()


def fold(books: Books, server: DuckDb, reports: Sequence[Report], first: int) -> int:
    """Shape and fold the reports that are entries `first` and following; returns how many facts they hold."""
    facts, refused = shape(server, books.pack.kinds, reports)
    assert not refused, next(iter(refused.values()))[0].text()
    books.fold(facts.tables, facts.lists, first, AT)
    books.advance(first + len(reports) - 1)
    return facts.count


def held_node(folder: Path, count: int, pack: str, name: str = "held") -> Path:
    """Return the folder of a node under a pack that holds so many made facts; made when it is missing."""
    place = folder / f"{name}-{count}"
    if not place.is_dir():
        supply = Supply(made.SHARES)
        worker = new_node(place, pack)
        fill(worker, supply, count)
        worker.close()
        _note(place, supply)
    return place


@contextmanager
def at_work(place: Path) -> Iterator[tuple[Engine, Supply]]:
    """Open a node that `held_node` made, with the supply of what it does not hold yet."""
    supply = Supply(made.SHARES, json.loads(place.with_suffix(".json").read_text(encoding="utf-8")))
    worker = engine.open_node(place)
    try:
        yield worker, supply
    finally:
        worker.close()
        _note(place, supply)


def _note(place: Path, supply: Supply) -> None:
    place.with_suffix(".json").write_text(json.dumps(supply.done), encoding="utf-8")


def seconds(work: Callable[[], Any]) -> float:
    """Return the seconds that work took."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


@contextmanager
def stages(worker: Engine) -> Iterator[dict[str, float]]:
    """Add up, while open, the seconds that taking reports spends in checking, folding and judging."""
    spent = {"check": 0.0, "fold": 0.0, "judge": 0.0}
    owners: dict[str, Any] = {"check": node, "fold": worker.books, "judge": worker.evaluation}
    names = {"check": "check_reports"}
    before = {name: getattr(owner, names.get(name, name)) for name, owner in owners.items()}

    def timed(name: str) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            begin = perf_counter()
            try:
                return before[name](*args, **named)
            finally:
                spent[name] += perf_counter() - begin

        return run

    for name, owner in owners.items():
        setattr(owner, names.get(name, name), timed(name))
    try:
        yield spent
    finally:
        for name, owner in owners.items():
            setattr(owner, names.get(name, name), before[name])
