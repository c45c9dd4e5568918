"""Measure cases at size: `python -m bench.cases [CASES]`: opening them, the board, one case, a step, a tick over all clocks."""

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from comptroller import engine
from comptroller.cases import queries
from comptroller.engine import Engine
from comptroller.ledger.key import make_key
from comptroller.model.channel import OPERATOR
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files

PACKS = Path(__file__).parents[1] / "packs"
BEGIN = dt.datetime(2024, 3, 11, 2, tzinfo=dt.UTC)
_EACH, _FIRMS, _TIMES = 5_000, 500, 7


def main(count: int = 100_000) -> None:
    """Open so many cases, and print what each measure takes."""
    with tempfile.TemporaryDirectory() as folder:
        worker = _node(Path(folder))
        begin = perf_counter()
        for start in range(0, count, _EACH):
            worker.take(_reports(start, min(_EACH, count - start)), BEGIN)
        seconds = perf_counter() - begin
        (count_open,) = worker.duck.rows("SELECT count(*) FROM case_now")[0]
        print(
            f"{count_open:,} cases opened from {2 * count:,} facts, judged and folded, in {seconds:.1f} s ({count_open / seconds:,.0f} /s)"
        )
        today = dt.date(2024, 3, 20)
        _tick(worker, 6)
        print(f"tick over {count_open:,} clocks of which none has run out: {_tick(worker, 7):.2f} s (aim: below 5 s)")
        print(f"tick on which all of them run out, each a finding: {_tick(worker, 8):.2f} s")
        print(f"tick over {count_open:,} clocks that have all run out: {_tick(worker, 9):.2f} s (aim: below 5 s)")
        case_filter = queries.CaseFilter(line="internal", overdue_on=today)
        _time(
            "board, first page of what a line has overdue, with counts (aim: below 0.5 s)",
            lambda: queries.board(worker.duck, case_filter),
        )
        _time("board, everything open, page 50", lambda: queries.board(worker.duck, queries.CaseFilter(offset=10_000)))
        case_id = worker.duck.rows("SELECT case_id FROM case_now LIMIT 1")[0][0]
        within = (
            "n.office = 'OWNER' AND (n.lead = 'internal' OR list_contains(string_split(n.informed, ' '), 'internal'))"
        )
        _time(
            "board by state, of the cases in which a line has a part (aim: below 0.5 s)",
            lambda: queries.columns(worker.duck, queries.CaseFilter(limit=12, within=within)),
        )
        _time("one case with its time line", lambda: queries.whole(worker.duck, case_id))
        _time("lines' load", lambda: queries.load(worker.duck, today))
        ids = [name for (name,) in worker.duck.rows(f"SELECT case_id FROM case_now LIMIT {_TIMES * 100}")]
        steps = iter(range(len(ids)))
        _time("one step, from bytes to judged", lambda: _step(worker, ids[next(steps)]))
        begin = perf_counter()
        worker.close()
        engine.open_node(Path(folder) / "node").close()
        print(f"opening the node again: {perf_counter() - begin:.2f} s")


def _node(folder: Path) -> Engine:
    key = make_key("bench.invalid/cases", bytes(range(32)))
    files = gather_files([PACKS], "cn-cases")
    worker = engine.create(
        folder / "node", files, Charter("OWNER", "bench.invalid/cases", "cn-cases"), key=key, at=BEGIN
    )
    rows = [{"entity": "OWNER", "name": "Owner"}]
    rows += [{"entity": f"G{n}", "name": f"Firm {n}", "parent": "OWNER"} for n in range(_FIRMS)]
    worker.take([_report("entity", rows)], BEGIN)
    return worker


def _reports(start: int, count: int) -> list[Report]:
    """Return payments, each of a matter of its own, that a board approved four days later."""
    numbers = range(start, start + count)
    firm = {n: f"G{n % _FIRMS}" for n in numbers}
    paid = [
        {"entity": firm[n], "payment": f"P{n}", "amount": 500 + n, "matter": f"M{n}", "paid_at": "2024-03-04T10:00:00"}
        for n in numbers
    ]
    decided = [
        {
            "entity": firm[n],
            "decision": f"D{n}",
            "matter": f"M{n}",
            "body": "board",
            "outcome": "approved",
            "decided_at": "2024-03-08T10:00:00",
        }
        for n in numbers
    ]
    return [_report("payment", paid), _report("decision", decided)]


def _report(kind: str, rows: list[dict[str, object]]) -> Report:
    return Report(json.dumps({"kind": kind, "facts": rows}).encode(), "json", f"{kind}.json", "OWNER", channel=OPERATOR)


def _tick(worker: Engine, days: int) -> float:
    begin = perf_counter()
    worker.tick(BEGIN + dt.timedelta(days=days), BEGIN + dt.timedelta(days=days))
    return perf_counter() - begin


def _step(worker: Engine, case_id: str) -> None:
    row: dict[str, object] = {"step": f"S{case_id}", "case_id": case_id, "office": "OWNER", "by_line": "internal"}
    row |= {"move": "escalate", "by": "U1", "done_on": "2024-03-21", "reason": "because"}
    taken = worker.take([_report("case_step", [row])], BEGIN + dt.timedelta(days=11))
    assert taken.entries, taken.refused


def _time(name: str, work: Callable[[], object]) -> None:
    """Print the middle and the longest of several runs."""
    spent = []
    for _ in range(_TIMES):
        begin = perf_counter()
        work()
        spent.append(perf_counter() - begin)
    spent.sort()
    print(f"{name}: {spent[len(spent) // 2] * 1000:.0f} ms, longest {spent[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
