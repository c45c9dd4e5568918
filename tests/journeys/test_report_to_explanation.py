"""One finding's life in a small world: reported, explained, corrected, retracted, and queried as of an earlier day."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from comptroller.engine import Engine
from comptroller.evaluation import history
from comptroller.evaluation.explain import explain
from comptroller.intake.templates import template_xlsx
from tests.questions import ask
from tests.worlds import Row, file_report, fresh_node, kept, open_findings, report, take

RULE = "payments/payee_not_contract_party"


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Engine]:
    """Yield a node that knows one group and its subsidiary."""
    made = fresh_node(tmp_path)
    group = {"entity": "G", "name": "集团", "status": "active"}
    harbour = {"entity": "H", "name": "港务", "parent": "G", "status": "active"}
    kept(made, report("entity", group, harbour), at="2024-03-01T09:00:00")
    yield made
    made.close()


def _contract(**more: object) -> Row:
    said = {"entity": "H", "contract": "HT-1", "counterparty": "甲公司", "amount": 100, "signed_on": "2024-03-05"}
    return said | {"kind": "services", "method": "enquiry"} | more


def _payment(**more: object) -> Row:
    said = {"entity": "H", "payment": "FK-1", "payee": "乙公司", "payee_kind": "entity", "amount": 60}
    return said | {"contract": "HT-1", "paid_at": "2024-03-12T10:30:00"} | more


def _reported(worker: Engine) -> tuple[int, int]:
    """Report the contract and the payment; returns their entries."""
    (contract,) = kept(worker, report("contract", _contract(), reporter="H"), at="2024-03-06T09:00:00")
    (payment,) = kept(worker, report("payment", _payment(), reporter="H", name="march.json"), at="2024-03-13T09:00:00")
    return contract, payment


def test_a_finding_is_told_from_report_to_explanation(worker: Engine) -> None:
    """A report becomes an entry, its facts rows, a rule finds, and the finding leads back to both entries."""
    contract, payment = _reported(worker)
    (found,) = open_findings(worker, RULE)
    assert (found.entity, found.subject, found.since) == ("H", ["H", "FK-1"], dt.date(2024, 3, 12))
    told = explain(worker.duck, worker.pack, found.finding)
    assert told is not None
    assert {(row["table"], row["entry"]) for row in told.rows} == {("contract", contract), ("payment", payment)}
    assert told.rule is not None
    assert not told.rule.may_be_breach
    assert "甲公司" in told.lawful["zh"]
    assert worker.ledger.entry(payment).fields["name"] == "march.json"


def test_a_correction_clears(worker: Engine) -> None:
    """A correction under the same key replaces the earlier row, and the finding is cleared, not forgotten."""
    _reported(worker)
    corrected = _payment(payee="甲公司", act="correct")
    kept(worker, report("payment", corrected, reporter="H"), at="2024-03-20T09:00:00")
    assert open_findings(worker, RULE) == []
    (cleared,) = open_findings(worker, RULE, state="cleared")
    assert [one.state for one in history.versions(worker.duck, cleared.finding)] == ["raised", "cleared"]


def test_a_change_that_does_not_say_so_is_refused(worker: Engine) -> None:
    """Other content under a known key is rejected, with the entry of the first content."""
    _, payment = _reported(worker)
    taken = take(worker, report("payment", _payment(payee="甲公司"), reporter="H"), at="2024-03-20T09:00:00")
    (one,) = taken.refused[0]
    assert (one.code, taken.entries) == ("intake.sense.key_changed", {})
    assert f"entry {payment}" in one.seen


def test_a_retraction_ends_the_fact_and_its_finding(worker: Engine) -> None:
    """A retracted fact is no longer valid; its findings are cleared; the ledger still has the report."""
    _, payment = _reported(worker)
    retracted = {"entity": "H", "payment": "FK-1", "act": "retract"}
    kept(worker, report("payment", retracted, reporter="H"), at="2024-03-21T09:00:00")
    assert open_findings(worker, RULE) == []
    assert worker.duck.rows("SELECT count(*) FROM payment") == [(0,)]
    assert worker.ledger.entry(payment).payload is not None


def test_both_axes_of_time_can_be_asked(worker: Engine) -> None:
    """What is true on a day, and what was known with an entry, are two questions with answers of their own."""
    _, payment = _reported(worker)
    (correction,) = kept(
        worker, report("payment", _payment(payee="甲公司", act="correct"), reporter="H"), at="2024-03-20T09:00:00"
    )
    tables = {"payment"}

    def asked(valid: dt.date | None, known: int | None) -> list[tuple[object, ...]]:
        sql = "SELECT payee FROM payment"
        return ask(worker.duck, sql, tables, worker.books.views(valid, known, worker.duck))[1]

    assert asked(None, None) == [("甲公司",)]
    assert asked(None, payment) == [("乙公司",)]
    assert asked(None, payment - 1) == []
    assert asked(dt.date(2024, 3, 11), correction) == []
    assert asked(dt.date(2024, 3, 12), correction) == [("甲公司",)]
    assert len(open_findings(worker, RULE, known=payment)) == 1
    assert open_findings(worker, RULE, known=payment, valid=dt.date(2024, 3, 11)) == []
    assert open_findings(worker, RULE, known=correction) == []


def test_a_spoilt_workbook_is_refused_with_the_cell_named(worker: Engine) -> None:
    """A clerk's template with one bad cell is rejected as a whole: file, sheet's row, column, value, and the fix."""
    rows = [dict(_payment(payment=f"FK-{n}", amount=amount)) for n, amount in enumerate(("100", "一千二", "300"), 1)]
    workbook = template_xlsx(worker.pack.kinds["payment"], "zh", {"payment": rows})
    before = worker.ledger.size
    taken = take(worker, file_report(workbook, "H_2024-03.xlsx", reporter="H"), at="2024-04-02T09:00:00")
    (one,) = taken.refused[0]
    assert (one.code, one.file, one.line, one.field, one.seen) == (
        "intake.shape.money",
        "H_2024-03.xlsx",
        3,
        "金额",
        "一千二",
    )
    assert "3" in one.mend.zh
    assert (taken.entries, worker.ledger.size) == ({}, before)
    rows[1]["amount"] = "1200"
    workbook = template_xlsx(worker.pack.kinds["payment"], "zh", {"payment": rows})
    kept(worker, file_report(workbook, "H_2024-03.xlsx", reporter="H"), at="2024-04-02T10:00:00")


def test_a_correction_does_not_make_a_statement_late(worker: Engine) -> None:
    """A statement that came in time and is corrected after the day due was not late."""
    due = {"entity": "H", "statement_kind": "monthly", "period_end": "2024-03-31", "due_on": "2024-04-15"}
    kept(worker, report("report_due", due), at="2024-03-02T09:00:00")
    said = {"entity": "H", "statement": "S1", "kind": "monthly", "scope": "stand_alone", "period_end": "2024-03-31"}
    first = said | {"lines": [{"item": "revenue", "amount_cny": 10}]}
    second = said | {"act": "correct", "lines": [{"item": "revenue", "amount_cny": 11}]}
    kept(worker, report("statement", first, reporter="H"), at="2024-04-10T09:00:00")
    kept(worker, report("statement", second, reporter="H"), at="2024-05-10T09:00:00")
    assert open_findings(worker, "reporting/statement_late") == []
    third = second | {"lines": [{"item": "revenue", "amount_cny": 12}]}
    kept(worker, report("statement", third, reporter="H"), at="2024-06-10T09:00:00")
    assert open_findings(worker, "reporting/statement_late") == []


def test_a_correction_does_not_make_a_late_statement_be_in_time(worker: Engine) -> None:
    """A late statement remains late when it is corrected, by the day of the first one."""
    due = {"entity": "H", "statement_kind": "monthly", "period_end": "2024-03-31", "due_on": "2024-04-15"}
    kept(worker, report("report_due", due), at="2024-03-02T09:00:00")
    said = {"entity": "H", "statement": "S1", "kind": "monthly", "scope": "stand_alone", "period_end": "2024-03-31"}
    kept(worker, report("statement", said, reporter="H"), at="2024-04-17T09:00:00")
    kept(worker, report("statement", said | {"auditor": "B", "act": "correct"}, reporter="H"), at="2024-05-10T09:00:00")
    (late,) = open_findings(worker, "reporting/statement_late")
    assert (late.evidence["received_on"], late.evidence["days_late"]) == ("2024-04-17", 2)
