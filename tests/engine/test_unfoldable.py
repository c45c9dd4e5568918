"""The law of unfoldable facts: no report stops a node; what a ledger already holds and cannot be folded is set aside."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from comptroller import acts, engine, node as node_room
from comptroller.books import Books
from comptroller.engine import Engine
from comptroller.ledger.ledger import Ledger
from comptroller.model.refusal import BrokenLedger, Refused
from comptroller.model.report import Report
from tests.engine.test_engine import pay
from tests.packs_small.small import AT, changed, codes, dump, said, small_node, tell

HUGE = 99_999_999_999_999


def line(item: str, position: int = 1) -> Report:
    """Return a list line of A, which reaches A and B in a table with 32-bit positions."""
    row = {"entity": "A", "list": "free_items", "item": item, "position": position, "valid_from": "2024-03-01"}
    return said("list_line", row)


def seal(node: Engine, *reports: Report) -> None:
    """Append reports to the ledger as one batch, as an older version did that sealed before it folded."""
    node.ledger.append([node_room.to_keep(report) for report in reports], AT)


def reopened(node: Engine, folder: Path) -> Engine:
    """Close a node and open it again."""
    node.close()
    return engine.open_node(folder)


def test_a_number_out_of_bounds_is_rejected_by_place(tmp_path: Path) -> None:
    """A number that no column of the books holds is rejected before anything is folded; the bound is named."""
    node = small_node(tmp_path / "n")
    taken = node.take([line("TAX"), line("TAX", HUGE), said("payment", pay("P1"))], AT)
    assert sorted(taken.entries) == [0, 2]
    refusal = taken.refused[1][0]
    assert (refusal.code, refusal.field, refusal.line) == ("intake.shape.bound", "position", 1)
    assert "1,000,000,000" in refusal.expected.en
    node.close()


def _failing(monkeypatch: pytest.MonkeyPatch, wrong: set[str]) -> None:
    """Make the books' fold fail as on values that no bound foresaw: payments of those numbers."""
    whole = Books.fold

    def fold(books: Books, tables: Any, *more: Any) -> Any:
        found = whole(books, tables, *more)
        payments = tables["payment"].column("payment").to_pylist() if "payment" in tables else []
        if bad := sorted(wrong.intersection(payments)):
            raise OverflowError(f"cannot fold '{bad[0]}'")
        return found

    monkeypatch.setattr(Books, "fold", fold)


@pytest.mark.parametrize("wrong", [{"P3"}, {"P0", "P9"}, {"P4", "P5"}, {f"P{i}" for i in range(10)}])
def test_reports_that_cannot_be_folded_are_found_and_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: set[str]
) -> None:
    """In a batch with some reports that cannot be folded, these are rejected by name and field, and all others
    are entries.
    """
    node = small_node(tmp_path / "n")
    size = node.ledger.size
    with monkeypatch.context() as patched:
        _failing(patched, wrong)
        taken = node.take([said("payment", pay(f"P{i}"), name=f"{i}.json") for i in range(10)], AT)
        tell(node, [("payment", pay("P10"))])
    assert {f"P{at}" for at in taken.refused} == wrong
    for at, (refusal,) in taken.refused.items():
        place = (refusal.code, refusal.file, refusal.line, refusal.field)
        assert place == ("report.unfoldable", f"{at}.json", 1, "payment.payment")
    assert node.ledger.size == node.books.entries == size + 11 - len(wrong)
    assert set(taken.entries) == set(range(10)) - set(taken.refused)
    before = dump(node)
    node.close()
    again = engine.rebuild(tmp_path / "n")
    assert dump(again)["all_payment"] == before["all_payment"]
    again.close()


def test_a_step_after_a_rejected_report_is_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction of what the same batch stated, and could not be folded, finds nothing to correct."""
    node = small_node(tmp_path / "n")
    with monkeypatch.context() as patched:
        _failing(patched, {"P1"})
        batch = [said("payment", pay("P1")), said("payment", pay("P1", amount=5, act="correct"))]
        taken = node.take(batch, AT)
    assert codes(taken) == {0: ["report.unfoldable"], 1: ["intake.sense.key_absent"]}
    node.close()


def test_what_a_ledger_holds_and_cannot_be_folded_is_set_aside(tmp_path: Path) -> None:
    """The entries at fault are named by an entry with the fault; all others are folded, and a rebuild does the same."""
    folder = tmp_path / "n"
    node = small_node(folder)
    seal(node, said("payment", pay("P1")), line("S1", HUGE), said("payment", pay("P2")), line("S2"))
    seal(node, line("S3", -HUGE))
    node = reopened(node, folder)
    faults = node.duck.rows("SELECT entry, named_by FROM unfolded ORDER BY entry")
    assert [entry for entry, _ in faults] == [5, 8]
    (fault,) = acts.faults_in(node.ledger.entry(faults[0][1])).values()
    assert "INT32" in fault
    tell(node, [("payment", pay("P3"))])
    assert [row[0] for row in node.duck.rows("SELECT payment FROM payment ORDER BY 1")] == ["P1", "P2", "P3"]
    assert [row[0] for row in node.duck.rows("SELECT item FROM list_line")] == ["S2"]
    size, before = node.ledger.size, dump(node)
    node.close()
    for _ in range(2):
        again = engine.rebuild(folder)
        assert dump(again) == before
        assert again.ledger.size == size, "what is set aside is said once"
        again.close()


def test_a_tick_that_cannot_be_applied_is_set_aside(tmp_path: Path) -> None:
    """The last second of the calendar, which no zone east of Greenwich has, stops neither opening nor rebuilding."""
    folder = tmp_path / "n"
    node = small_node(folder)
    last = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    node.ledger.append([acts.tick(last, "O")], AT)
    node = reopened(node, folder)
    assert node.duck.rows("SELECT entry FROM unfolded") == [(4,)]
    node.tick(AT, AT)
    before = dump(node)
    node.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    with pytest.raises(Refused) as refused:
        again.tick(last, AT)
    assert [one.code for one in refused.value.refusals] == ["clock.calendar"]
    assert again.ledger.size == again.books.entries
    again.close()


def test_a_policy_that_cannot_be_read_any_more_is_set_aside(tmp_path: Path) -> None:
    """A policy in the ledger that no reader takes leaves the one before in force."""
    folder = tmp_path / "n"
    node = small_node(folder)
    digest = node.pack.digest
    node.ledger.append([acts.policy(b"no pack", "small", "O")], AT)
    node = reopened(node, folder)
    assert node.pack.digest == digest
    assert node.duck.rows("SELECT entry FROM unfolded") == [(4,)]
    node.adopt(changed("params/large_cny.yml", "value: 1000", "value: 3000"), "small", AT)
    before = dump(node)
    node.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    again.close()


def test_a_crash_while_something_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended before or after the entry that sets aside, the next opening comes to the same."""
    folder = tmp_path / "n"
    node = small_node(folder)
    seal(node, line("S1", HUGE), said("payment", pay("P1")))
    node.close()
    append = Ledger.append
    for place in ("before", "after"):
        with monkeypatch.context() as patched:

            def cut(ledger: Ledger, *more: Any, at: str = place) -> Any:
                if at == "after":
                    append(ledger, *more)
                raise KeyboardInterrupt

            patched.setattr(Ledger, "append", cut)
            with pytest.raises(KeyboardInterrupt):
                engine.open_node(folder)
    node = engine.open_node(folder)
    assert node.duck.rows("SELECT entry, named_by FROM unfolded") == [(4, 6)]
    assert node.ledger.size == node.books.entries == 6
    before = dump(node)
    node.close()
    again = engine.rebuild(folder)
    assert dump(again) == before
    again.close()


def test_a_fault_of_the_machine_sets_nothing_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that is gone is no reason to leave an entry out: opening fails, and later folds it."""
    folder = tmp_path / "n"
    node = small_node(folder)
    seal(node, said("payment", pay("P1")))
    node.close()

    def fold(*_: Any) -> Any:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Books, "fold", fold)
        with pytest.raises(MemoryError):
            engine.open_node(folder)
    node = engine.open_node(folder)
    assert node.duck.rows("SELECT * FROM unfolded") == []
    assert [row[0] for row in node.duck.rows("SELECT payment FROM payment")] == ["P1"]
    node.close()


def test_books_that_cannot_be_committed_follow_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the commit of the books fails after the seal, the reports are entries, and are folded from the ledger."""
    node = small_node(tmp_path / "n")
    append = Ledger.append

    def failing(ledger: Ledger, *more: Any) -> Any:
        append(ledger, *more)
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", failing)
        taken = node.take([said("payment", pay("P1"))], AT)
    assert taken.entries == {0: 4}
    assert {(turn.state, turn.verdict.subject) for turn in taken.turns} == {("raised", ("B", "P1"))}
    assert node.books.entries == node.ledger.size == 4
    node.close()


def test_a_report_that_is_sealed_is_never_called_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the books fail after the seal, and cannot follow, the sender receives a fault; the next opening has
    the report.
    """
    node = small_node(tmp_path / "n")
    append = Ledger.append

    def failing(ledger: Ledger, *more: Any) -> Any:
        append(ledger, *more)
        raise ValueError("after the seal")

    def lost(*_: Any, **__: Any) -> Any:
        raise ValueError("cannot follow")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", failing)
        patched.setattr(Engine, "catch_up", lost)
        with pytest.raises(ValueError, match="cannot follow"):
            node.take([said("payment", pay("P1"))], AT)
        with pytest.raises(ValueError, match="cannot follow"):
            node.tick(AT, AT)
    node = reopened(node, tmp_path / "n")
    assert [row[0] for row in node.duck.rows("SELECT payment FROM payment")] == ["P1"]
    node.close()


def test_a_payload_that_is_missing_is_damage_and_never_set_aside(tmp_path: Path) -> None:
    """A payload that was removed is named by number, also by a rebuild, and no entry excuses it."""
    folder = tmp_path / "n"
    node = small_node(folder)
    tell(node, [("payment", pay("P1"))])
    size = node.ledger.size
    node.close()
    with closing(sqlite3.connect(folder / node_room.LEDGER)) as store, store:
        store.execute("UPDATE entry SET payload = NULL WHERE number = ?", [size])
    with pytest.raises(BrokenLedger, match=f"entry {size}"):
        engine.rebuild(folder)
    with closing(Ledger.open(folder / node_room.LEDGER, readonly=True)) as ledger:
        assert ledger.size == size
