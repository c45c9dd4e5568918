"""The law of legs: any change of one leg of a circle is judged for all its legs, without adopting a policy."""

from pathlib import Path
from typing import Any

from comptroller.model.report import Report
from tests.laws.lives import BEGINS, Life, report

RULE = "cn-capital/rules/trade/goods_in_circles"


def ship(number: str, shipper: str, receiver: str, day: str, **more: Any) -> Report:
    """Return a shipment of coal, reported by the shipper unless another reporter is named."""
    row = {"entity": shipper, "shipment": number, "shipper": shipper, "receiver": receiver, "goods": "coal"}
    return report("shipment", row | {"quantity": 100, "shipped_on": f"2024-03-{day}"} | more)


def take(life: Life, *reports: Report) -> dict[tuple[Any, ...], tuple[str, int]]:
    """Submit reports; returns by subject the changes about goods in circles, and how many facts each rests on."""
    taken = life.node.take(list(reports), BEGINS)
    assert taken.refused == {}
    assert life._afresh() == {}, "judging afresh turns nothing, and the graph's tables are what they would be anew"
    verdicts = {t.verdict.subject: (t.state, len(t.verdict.entries)) for t in taken.turns if t.verdict.rule == RULE}
    return dict(sorted(verdicts.items()))


def test_a_leg_that_another_reported_is_found(tmp_path: Path) -> None:
    """The docket of a leg goes by who reported it, who may be the buyer."""
    life = Life(tmp_path, 0)
    take(life, ship("1", "A", "X", "01"), ship("2", "X", "B", "05", entity="B"))
    changes = take(life, ship("3", "B", "A", "09"))
    assert changes == {("A", "1"): ("raised", 3), ("B", "2"): ("raised", 3), ("B", "3"): ("raised", 3)}
    life.node.close()


def test_a_leg_alike_changes_the_evidence_of_all_legs(tmp_path: Path) -> None:
    """A second similar shipment represents the same leg, and is evidence of each other leg as well."""
    life = Life(tmp_path, 0)
    take(life, ship("1", "A", "B", "01"), ship("2", "B", "C", "05"), ship("3", "C", "A", "09"))
    changes = take(life, ship("4", "B", "C", "05"))
    assert changes == {
        ("A", "1"): ("changed", 4),
        ("B", "2"): ("changed", 4),
        ("B", "4"): ("raised", 4),
        ("C", "3"): ("changed", 4),
    }
    again = take(life, ship("2", "B", "C", "05", act="retract"))
    assert again[("A", "1")] == ("changed", 3)
    assert life.differences() == {}
    life.node.close()


def test_a_controller_that_becomes_a_public_body_parts_its_group(tmp_path: Path) -> None:
    """Firms are not one party because the state owns both: circles through the group go when its head turns public."""
    life = Life(tmp_path, 0)
    stakes = [{"holder": "E", "entity": one, "share_pct": 100, "valid_from": "2020-01-01"} for one in "AD"]
    take(life, report("stake", *stakes))
    assert list(take(life, ship("1", "A", "B", "01"), ship("2", "B", "D", "05"))) == [("A", "1"), ("B", "2")]
    head = {"act": "correct", "entity": "E", "name": "E", "parent": "OWNER"}
    cleared = take(life, report("entity", head | {"form": "public_body"}))
    assert {state for state, _ in cleared.values()} == {"cleared"}
    raised = take(life, report("entity", head))
    assert {state for state, _ in raised.values()} == {"raised"}
    assert life.differences() == {}
    life.node.close()
