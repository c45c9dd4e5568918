"""The authority check states from lists and delegations who may approve what, and later acts are compared with
its answer.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from comptroller.cases.authority import PowerAnswer, Question, as_fact, may, powers
from comptroller.engine import Engine
from tests.cases.event_facts import city
from tests.worlds import kept, open_findings, report

_ON = dt.date(2024, 3, 10)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory):
    """Yield a node with lines for loans set by G, and a delegation in a firm."""
    worker = city(tmp_path_factory.mktemp("asked"), "cn-cases")
    line = {"entity": "G", "list": "collective_decision", "item": "loan", "valid_from": "2024-01-01"}
    kept(
        worker,
        report("list_line", {**line, "body": "management", "limit_cny": 100}),
        at="2024-03-02T09:00:00",
    )
    board = {**line, "entity": "G1", "body": "board", "limit_cny": 1000, "valid_from": "2024-02-01"}
    kept(worker, report("list_line", board), at="2024-03-02T09:01:00")
    given = {
        "entity": "G1",
        "delegation": "D1",
        "delegate": "U7",
        "item": "lease",
        "limit_cny": 50,
        "issuer_body": "board",
    }
    kept(worker, report("delegation", {**given, "valid_from": "2024-01-01"}), at="2024-03-02T09:02:00")
    for number, more in _DELEGATIONS.items():
        row = {
            "entity": "G1",
            "delegation": number,
            "item": "lease",
            "issuer_body": "board",
            "valid_from": "2024-01-01",
        }
        kept(worker, report("delegation", {**row, **more}), at="2024-03-02T09:03:00")
    share = {**line, "item": "stake_sale", "body": "board", "share_pct": 30}
    kept(worker, report("list_line", share), at="2024-03-02T09:04:00")
    yield worker
    worker.close()


_DELEGATIONS = {
    "D2": {"delegate": "U10", "limit_cny": 80, "counterparty": "X"},
    "D3": {"delegate": "U11", "limit_cny": 80, "valid_until": "2024-03-10"},
    "D4": {"delegate": "U12", "limit_cny": 80, "revoked_on": "2024-03-10"},
    "D5": {"delegate": "U13", "limit_cny": 80, "redelegable": True},
    "D6": {"delegate": "U14", "limit_cny": 90, "parent_delegation": "D5"},
    "D7": {"delegate": "U15", "limit_cny": 90, "parent_delegation": "D1"},
    "D8": {"delegate": "U16", "item": "loan", "limit_cny": 5000},
    "D9": {"delegate": "U17", "item": "loan", "limit_cny": 5000, "issuer_body": "management"},
    "D10": {"delegate": "U18", "limit_cny": 80, "contract_kind": "works"},
}
"""Delegations to persons: for one counterparty, expired, revoked, passed on, by the board, by another body, for
one contract.
"""


@pytest.mark.parametrize(
    ("person", "item", "amount", "more", "answer"),
    [
        ("U10", "lease", 80, {"counterparty": "X"}, "allowed"),
        ("U10", "lease", 80, {"counterparty": "Y"}, "ask"),
        ("U10", "lease", 80, {}, "ask"),
        ("U10", "lease", None, {"counterparty": "X"}, "ask"),
        ("U11", "lease", 80, {"on": dt.date(2024, 3, 9)}, "allowed"),
        ("U11", "lease", 80, {}, "unknown"),
        ("U12", "lease", 80, {"on": dt.date(2024, 3, 9)}, "allowed"),
        ("U12", "lease", 80, {}, "unknown"),
        ("U14", "lease", 80, {}, "allowed"),
        ("U14", "lease", 81, {}, "ask"),
        ("U15", "lease", 10, {}, "ask"),
        ("U16", "loan", 5000, {}, "allowed"),
        ("U16", "loan", 5001, {}, "ask"),
        ("U17", "loan", 5000, {}, "ask"),
        ("U17", "loan", 999, {}, "allowed"),
        ("U18", "lease", 10, {}, "ask"),
    ],
)
def test_a_delegation_is_as_good_as_what_it_rests_on(
    node: Engine, person: str, item: str, amount: int | None, more: dict[str, Any], answer: str
) -> None:
    """Counterparty, last day, revocation, the delegation it was passed on from, and who gave it: each may end it."""
    assert _ask(node, "officer", item, amount, person=person, **more).answer == answer


def _ask(node: Engine, post: str, item: str, amount: int | None, **more: Any) -> PowerAnswer:
    figure = None if amount is None else Decimal(amount)
    return may(
        node.duck, node.pack.case_policy.authority, Question("G1", post, item, more.pop("on", _ON), figure, **more)
    )


def test_who_reaches_the_line_decides(node: Engine) -> None:
    """The body of the highest line that the amount reaches decides, the limit itself included; other posts must
    ask it.
    """
    assert _ask(node, "board", "loan", 1000).answer == "allowed"
    assert (_ask(node, "management", "loan", 1000).answer, _ask(node, "management", "loan", 1000).whom) == (
        "ask",
        "board",
    )
    assert _ask(node, "management", "loan", 999).answer == "allowed"
    assert _ask(node, "board", "loan", 999).whom == "management"
    assert _ask(node, "officer", "loan", 99).answer == "unknown", "no line says who decides below it"
    assert _ask(node, "management", "loan", 99).answer == "allowed"
    assert "collective_decision loan >= 1000" in _ask(node, "board", "loan", 1000).because


def test_what_is_not_known_is_not_allowed(node: Engine) -> None:
    """Without an amount, without a line, and before a line's day nothing is allowed by silence."""
    assert _ask(node, "board", "loan", None).answer == "unknown"
    assert _ask(node, "board", "balloon", 5).answer == "unknown"
    assert _ask(node, "board", "stake_sale", 5).because == "share_pct"
    assert _ask(node, "board", "loan", 5000, on=dt.date(2023, 12, 31)).answer == "unknown"


def test_what_is_reserved_stays_with_its_body(node: Engine) -> None:
    """A matter that stays with the owner is forbidden to any other, from the day of the list on."""
    day = dt.date(2024, 7, 1)
    assert (_ask(node, "board", "merger", 1, on=day).answer, _ask(node, "board", "merger", 1, on=day).whom) == (
        "forbidden",
        "owner",
    )
    assert _ask(node, "owner", "merger", 1, on=day).answer == "allowed"


def test_a_delegation_carries_as_far_as_it_goes(node: Engine) -> None:
    """A person acts by a delegation within its amount and its days; beyond it, its issuer must be asked."""
    assert _ask(node, "officer", "lease", 50, person="U7").answer == "allowed"
    assert _ask(node, "officer", "lease", 51, person="U7").whom == "board"
    assert _ask(node, "officer", "lease", 50, person="U8").answer == "unknown"
    barred = _ask(node, "officer", "senior_appointment", 1, person="U7", on=dt.date(2024, 7, 1))
    assert barred.answer == "unknown"
    assert _ask(node, "officer", "merger", 1, person="U7", on=dt.date(2024, 7, 1)).answer == "forbidden"


def test_the_matrix_names_gaps(node: Engine) -> None:
    """Each item's lines are shown in order; an item without a body that decides is a gap."""
    matrix = powers(node.duck, node.pack.case_policy.authority, "G1", dt.date(2024, 7, 1))
    assert [line["body"] for line in matrix["items"]["loan"]] == ["board", "management"]
    assert "loan" not in matrix["gaps"]
    assert matrix["overlaps"] == []
    assert matrix["below"]["loan"] == 100


def test_who_acts_against_advice_is_found(node: Engine) -> None:
    """A body that was advised to ask another, and then approved the matter itself, is found."""
    question = Question("G1", "management", "loan", _ON, Decimal(1000), matter="M9")
    row = as_fact("Q1", question, may(node.duck, node.pack.case_policy.authority, question))
    kept(node, report("advice", row), at="2024-03-10T09:00:00")
    decided = {"entity": "G1", "decision": "D9", "matter": "M9", "body": "management", "outcome": "approved"}
    kept(node, report("decision", {**decided, "decided_at": "2024-03-11T10:00:00"}), at="2024-03-11T11:00:00")
    (findings,) = open_findings(node, "acted_against_advice")
    assert (findings.subject, findings.evidence["whom"]) == (["G1", "Q1"], "board")
