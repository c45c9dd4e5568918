"""The laws of the engine: the same ledger produces the same books, no matter what happened in between."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from comptroller import engine
from comptroller.books import Books
from comptroller.evaluation import history
from comptroller.ledger.verify import verify
from comptroller.model.refusal import BrokenLedger
from comptroller.model.report import Report
from tests.packs_small.small import AT, changed, codes, dump, key, said, small_node, tell

VOTES = [{"person": "U1", "vote": "yes"}]


def pay(number: str, **more: Any) -> dict[str, Any]:
    """Return a payment of B."""
    return {
        "entity": "B",
        "payment": number,
        "amount": 2000,
        "matter": "M1",
        "payee": "S",
        "paid_on": "2024-03-05",
        **more,
    }


def decide(number: str, **more: Any) -> dict[str, Any]:
    """Return a decision of B."""
    return {
        "entity": "B",
        "decision": number,
        "matter": "M1",
        "outcome": "approved",
        "decided_on": "2024-03-01",
        **more,
    }


def live(node: engine.Engine) -> None:
    """Submit reports alone and together, refusals among them, corrections, retractions, ticks, a policy."""
    tell(node, [("payment", pay("P1"))])
    batch = [
        said("payment", pay("P2", paid_on="2024-03-06")),
        said("payment", {"entity": "B", "payment": "P3"}),
        said("decision", decide("D1", votes=VOTES), decide("D2", papers=[{"paper": "x"}]), media="ndjson"),
        said("", {"kind": "payment", **pay("P4")}, {"kind": "decision", **decide("D3")}),
        said("付款", pay("P5", amount=7)),
        said("payment", pay("P2", amount=900.5, act="correct")),
        said("decision", decide("D4"), by="nobody"),
    ]
    taken = node.take(batch, AT + dt.timedelta(days=1))
    assert sorted(taken.entries) == [0, 2, 3, 4, 5]
    node.tick(AT + dt.timedelta(days=40), AT + dt.timedelta(days=2))
    tell(
        node,
        [
            ("decision", decide("D1", act="correct", outcome="rejected", votes=[])),
            ("payment", pay("P4", act="retract")),
        ],
        days=3,
    )
    node.adopt(changed("params/large_cny.yml", "value: 1000", "value: 1500"), "small", AT + dt.timedelta(days=4))
    tell(node, [("payment", pay("P6", amount=1200)), ("payment", pay("P7", amount=1700))], days=5)


def test_the_same_reports_produce_the_same_books(tmp_path: Path) -> None:
    """Two nodes with the same reports have the same rows in every table."""
    dumps = []
    for name in ("one", "two"):
        node = small_node(tmp_path / name)
        live(node)
        dumps.append(dump(node))
        node.close()
    assert dumps[0] == dumps[1]
    assert len(dumps[0]["finding"]) > 4


def test_rebuilding_produces_the_same_books(tmp_path: Path) -> None:
    """Books folded again from the ledger equal those that were there: facts, findings with all versions, clock, policy."""
    node = small_node(tmp_path / "n")
    live(node)
    before = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) == before
    tell(again, [("payment", pay("P8"))], days=6)
    after = dump(again)
    again.close()
    third = engine.rebuild(tmp_path / "n")
    assert dump(third) == after
    third.close()
    assert verify(tmp_path / "n" / "ledger.sqlite", key().verifier).is_sound


def test_a_rebuild_that_loses_retractions_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law of rebuilding can fail: a fold that loses retractions produces other books."""
    node = small_node(tmp_path / "n")
    live(node)
    before = dump(node)
    node.close()
    whole = Books._fold_kind
    monkeypatch.setattr(Books, "_fold_kind", lambda *arguments: (whole(*arguments)[0], None))
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) != before
    again.close()


class Reopening:
    """An engine that is closed and opened again after each step."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.node = folder, small_node(folder)

    def __getattr__(self, step: str) -> Any:
        def go(*arguments: Any) -> Any:
            found = getattr(self.node, step)(*arguments)
            self.node.close()
            self.node = engine.open_node(self.folder)
            return found

        return go


def test_an_opened_node_goes_on_where_it_was(tmp_path: Path) -> None:
    """Closing and opening between any two steps changes nothing."""
    straight, reopened = small_node(tmp_path / "one"), Reopening(tmp_path / "two")
    live(straight)
    live(reopened)  # type: ignore[arg-type]  # represents the engine behind it
    assert dump(reopened.node) == dump(straight)
    reopened.node.close()
    straight.close()


def test_what_the_ledger_holds_is_folded_at_the_next_open(tmp_path: Path) -> None:
    """A process that dies between the ledger and the books loses nothing: the books catch up when the node opens."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    node.close()
    program = """
import os, sys
from pathlib import Path
from comptroller import engine
from comptroller.ledger.ledger import Ledger
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, said
node = engine.open_node(Path(sys.argv[1]))
append = Ledger.append
Ledger.append = lambda *given: (append(*given), os._exit(9))
node.take([said("payment", pay("P2"))], AT)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "n")], check=False, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert ended.returncode == 9
    node = engine.open_node(tmp_path / "n")
    assert node.books.entries == node.ledger.size == 5
    assert [row[0] for row in node.duck.rows("SELECT payment FROM payment ORDER BY 1")] == ["P1", "P2"]
    caught_up = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) == caught_up
    again.close()


def test_dependent_reports_are_accepted_in_one_batch(tmp_path: Path) -> None:
    """An entity, then a payment of it, then a correction of that: the order of arrival decides, not the batch."""
    node = small_node(tmp_path / "n")
    reports = [
        said("payment", pay("P0", entity="C")),
        said("entity", {"entity": "C", "name": "C", "parent": "B"}),
        said("payment", pay("P1", entity="C")),
        said("payment", pay("P1", entity="C", amount=1, act="correct")),
        said("payment", pay("P1", entity="C", amount=3)),
        said("entity", {"entity": "C", "act": "retract"}),
        said("payment", pay("P2", entity="C")),
    ]
    taken = node.take(reports, AT)
    assert codes(taken) == {0: ["intake.sense.entity"], 4: ["intake.sense.key_changed"], 6: ["intake.sense.entity"]}
    assert list(taken.entries.values()) == sorted(taken.entries.values())
    assert node.duck.rows("SELECT amount FROM payment") == [(1,)]
    node.close()


def test_a_report_has_the_same_outcome_alone_and_in_a_batch(tmp_path: Path) -> None:
    """A report has the same entry, facts and refusals beside any other reports in its batch."""
    reports = [
        said("entity", {"entity": "C", "name": "C"}),
        said("entity", {"entity": "B", "name": "B", "parent": "C", "act": "correct"}),
        said("payment", pay("P1"), by="C"),
        said("payment", pay("P2"), by="A"),
        said("payment", {"entity": "B", "payment": "P3", "金额": "5"}),
        said("payment", pay("P4", colour="red")),
        said("付款", pay("P5")),
        said("decision", decide("D1", votes=VOTES), media="ndjson"),
        said("decision", decide("D1", votes=VOTES)),
        said("decision", decide("D2")),
        said("", {"kind": "payment", **pay("P6")}, {"kind": "decision", **decide("D3")}),
        said("", {"kind": "decision", **decide("D4")}, {"kind": "payment", **pay("P7")}),
        Report(b"entity,payment,amount\nB,P8,1\n", "csv", "a.csv", "O", "payment"),
        Report("付款企业,付款编号,金额\nB,P9,1\n".encode(), "csv", "b.csv", "O", "payment"),
        Report(b"[", "json", "c.json", "O", "payment"),
        said("decision", decide("D2")),
    ]
    ways = []
    for name, batches in (("one", [reports]), ("each", [[report] for report in reports])):
        node = small_node(tmp_path / name)
        outcomes = []
        for batch in batches:
            taken = node.take(batch, AT)
            outcomes += [
                [(r.code, r.line, r.field, r.seen) for r in taken.refused.get(i, [])] for i in range(len(batch))
            ]
        books = {
            t: rows for t, rows in dump(node).items() if t not in ("position", "finding", "finding_last", "last_report")
        }
        ways.append((outcomes, books))
        node.close()
    assert ways[0][0] == ways[1][0]
    assert ways[0][1] == ways[1][1]
    assert [at for at, report in enumerate(ways[0][0]) if report] == [3, 5, 14]


def test_rejected_reports_leave_no_entry(tmp_path: Path) -> None:
    """A rejected report is not in the ledger, and nothing of it is in the books."""
    node = small_node(tmp_path / "n")
    before, size = dump(node), node.ledger.size
    taken = node.take([said("payment", pay("P1"), {"entity": "B", "payment": "P2", "amount": "much"})], AT)
    assert codes(taken) == {0: ["intake.shape.money"]}
    assert (node.ledger.size, dump(node)) == (size, before)
    node.close()


def test_a_clock_that_was_set_back_waits(tmp_path: Path) -> None:
    """A report that claims to arrive before the last one is received with it, in the ledger as in the books."""
    node = small_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))], days=2)
    tell(node, [("payment", pay("P2"))], days=1)
    assert node.duck.rows("SELECT count(DISTINCT received_at) FROM payment") == [(1,)]
    before = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again) == before
    again.close()


def test_a_tick_is_a_fact(tmp_path: Path) -> None:
    """The clock is at the last tick, in the owner's zone, and rules that read it are judged again."""
    node = small_node(tmp_path / "n")
    node.take([said("entity", {"entity": "C", "name": "C", "status": "active"})], AT)
    turns = node.tick(dt.datetime(2024, 6, 30, 20, tzinfo=dt.UTC), AT)
    assert node.duck.rows("SELECT * FROM clock") == [(dt.date(2024, 7, 1), dt.datetime(2024, 7, 1, 4))]
    assert [(t.state, t.verdict.rule, t.verdict.subject) for t in turns] == [
        ("raised", "small/rules/say/silent", ("C",))
    ]
    tell(node, [("payment", pay("P1", entity="C", amount=1))], days=25)
    assert [v.state for v in _versions(node)] == ["raised", "cleared"]
    node.close()


def _versions(node: engine.Engine) -> list[Any]:
    listed = history.findings(node.duck, rule="silent", state="all")
    return history.versions(node.duck, listed[0].finding)


def test_books_ahead_of_the_ledger_are_rejected(tmp_path: Path) -> None:
    """An old copy of the ledger beside newer books is named, not folded over."""
    node = small_node(tmp_path / "n")
    node.close()
    old = (tmp_path / "n" / "ledger.sqlite").read_bytes()
    node = engine.open_node(tmp_path / "n")
    tell(node, [("payment", pay("P1"))])
    node.close()
    (tmp_path / "n" / "ledger.sqlite").write_bytes(old)
    with pytest.raises(BrokenLedger, match="ends at entry"):
        engine.open_node(tmp_path / "n")
