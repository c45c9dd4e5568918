"""Laws of cases: states are a function of facts, any batching loses or doubles nothing, and a rebuild produces
the same.
"""

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from comptroller import engine
from comptroller.cases.projection import TABLES
from comptroller.engine import Engine
from comptroller.model.report import Report
from tests.cases.event_facts import city, pay
from tests.worlds import OWNER, moment, report

_ASIDE = ("fact", "received_at", "first_at", "told", "key_hash", "content_hash")


def rows_of(node: Engine, *aside: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of the tables of cases, without the columns that depend on entry numbers."""
    tables = {}
    for table in TABLES:
        names = [c for c in node.duck.columns(f"SELECT * FROM {table}") if c not in (*_ASIDE, *aside)]
        listed = ", ".join(f'"{name}"' for name in names)
        tables[table] = node.duck.rows(f"SELECT {listed} FROM {table} ORDER BY ALL")
    return tables


@lru_cache(maxsize=1)
def _prepared() -> tempfile.TemporaryDirectory[str]:
    """Make a node with two cases once, to be copied."""
    folder = tempfile.TemporaryDirectory(prefix="comptroller-cases-")
    node = city(Path(folder.name), "cn-cases")
    pay(node, at="2024-03-11T09:00:00")
    pay(node, "P2", "M2", "G2", at="2024-03-11T09:30:00")
    node.close()
    return folder


def _node(folder: Path) -> Engine:
    shutil.copytree(Path(_prepared().name) / "node", folder / "node")
    return engine.open_node(folder / "node")


_MOVES = ("escalate", "require", "dismiss", "hand_over", "receive", "decline", "inquire", "conclude", "inform")
_STEP = st.fixed_dictionaries(
    {
        "what": st.sampled_from(
            (
                *_MOVES,
                "tick",
                "tick",
                "explain",
                "contest",
                "supply",
                "rectify",
                "ask",
                "mend",
                "undo",
                "accept",
                "close",
            )
        ),
        "line": st.sampled_from(["internal", "audit", "discipline"]),
        "firm": st.sampled_from(["G1", "G2"]),
        "material": st.sampled_from(["minutes", "ledger"]),
    }
)


def _said(cases: dict[str, str], at: int, one: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return a drawn act as a row of its kind."""
    day, firm = (dt.date(2024, 3, 12) + dt.timedelta(days=at // 3)).isoformat(), one["firm"]
    case_id, what = cases[firm], one["what"]
    if what in ("mend", "undo"):
        decided = "2024-03-02T10:00:00" if what == "mend" else "2024-03-08T10:00:00"
        number = {"G1": "M1", "G2": "M2"}[firm]
        row = {"entity": firm, "decision": f"D{number}", "matter": number, "body": "board", "outcome": "approved"}
        return "decision", {**row, "decided_at": decided, "act": "correct"}
    if what == "ask":
        row = {"request": f"R{at}", "case_id": case_id, "office": OWNER, "by_line": one["line"], "by": "U1"}
        return "material_request", {**row, "material": one["material"], "asked_on": day}
    if what in ("explain", "contest", "supply", "rectify"):
        row = {"entity": firm, "answer": f"A{at}", "case_id": case_id, "move": what, "by": "E1", "reason": "so"}
        return "enterprise_answer", {**row, "done_on": day, "material": one["material"], "evidence_on": day}
    row = {"step": f"S{at}", "case_id": case_id, "office": OWNER, "by_line": one["line"], "move": what, "by": f"U{at}"}
    return "case_step", {**row, "approved_by": "U99", "done_on": day, "reason": "r", "to_line": "audit"}


_BEGIN = moment("2024-04-01T12:00:00")


class _LiveNode:
    """A node that receives acts at the moment of its last tick."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.node, self.at = folder, _node(folder), _BEGIN

    def tick(self, days: int) -> None:
        """Advance the clock by so many days."""
        self.at += dt.timedelta(days=days)
        self.node.tick(self.at, self.at)

    def take(self, reports: list[Report]) -> bool:
        """Submit reports together; returns whether one was accepted."""
        result = self.node.take(reports, self.at)
        assert not result.refused or len(reports) == 1 or any(b"decision" in r.payload for r in reports)
        return bool(result.entries)

    def open_again(self) -> None:
        """Close the node and open it."""
        self.node.close()
        self.node = engine.open_node(self.folder / "node")


def _one_by_one(alone: _LiveNode, drawn: list[dict[str, str]]) -> list[Report | int]:
    """Do acts and ticks one by one; returns the accepted reports, and the days that passed."""
    cases = dict(alone.node.duck.rows("SELECT entity, case_id FROM case_now"))
    kept_ones: list[Report | int] = []
    for at, act in enumerate(drawn):
        if act["what"] == "tick":
            alone.tick(at % 7)
            kept_ones.append(at % 7)
            continue
        kind, row = _said(cases, at, act)
        if alone.take([report(kind, row)]):
            kept_ones.append(report(kind, row))
    return kept_ones


def _batches(taken: list[Report | int], cuts: set[int]) -> Iterator[list[Report] | int]:
    """Yield the same in batches that are cut anywhere, and where the clock ticks."""
    batch: list[Report] = []
    for at, one in enumerate(taken):
        if batch and (at in cuts or isinstance(one, int)):
            yield batch
            batch = []
        if isinstance(one, int):
            yield one
        else:
            batch.append(one)
    if batch:
        yield batch


@settings(max_examples=3)
@given(st.lists(_STEP, min_size=1, max_size=18), st.sets(st.integers(0, 17)), st.booleans())
def test_any_batching_and_any_interruption_produces_the_same(drawn: list, cuts: set[int], reopened: bool) -> None:
    """However steps are batched between the ticks of the clock, and if the node is reopened or not, cases are the same.

    Clocks run out meanwhile; a rebuild produces the same cases.
    """
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        alone, together = _LiveNode(Path(one)), _LiveNode(Path(two))
        taken = _one_by_one(alone, drawn)
        reports = [r for r in taken if isinstance(r, Report)]
        steps = sum(b'"case_step"' in r.payload for r in reports)
        for batch in _batches(taken, cuts):
            if isinstance(batch, int):
                together.tick(batch)
            else:
                together.take(batch)
            if reopened:
                together.open_again()
        if not any(b'"decision"' in r.payload for r in reports):
            assert rows_of(together.node) == rows_of(alone.node)
            counted = alone.node.duck.rows(
                "SELECT count(*) FROM case_event WHERE what LIKE 'move.%' AND told IN (SELECT fact FROM case_step)"
            )
            assert counted == [(steps,)]
        before = rows_of(alone.node)
        alone.node.close()
        together.node.close()
        again = engine.rebuild(Path(one) / "node")
        assert rows_of(again) == before
        again.close()


def test_a_clock_runs_out_once_however_often_it_ticks(tmp_path: Path) -> None:
    """Each clock that runs out does so at one tick, is one finding about the office, and opens no case about it."""
    life = _LiveNode(tmp_path)
    for days in (0, 0, 1):
        life.tick(days)
    sql = "SELECT count(*) FROM finding_now WHERE rule LIKE '%/clock_overdue' AND state = 'raised'"
    assert life.node.duck.rows(sql) == [(2,)]
    assert life.node.duck.rows("SELECT count(*), count(DISTINCT key_hash) FROM all_case_clock WHERE ran_out") == [
        (2, 2)
    ]
    assert life.node.duck.rows("SELECT count(*) FROM case_now WHERE entity = 'OWNER'") == [(0,)]
    life.node.close()
