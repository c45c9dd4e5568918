"""The laws of lists that only tighten."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from comptroller.intake.list_inheritance import check_lists, listing_reports

FROM = dt.date(2024, 1, 1)


@dataclass
class Above:
    """What is in force above an entity, for one list."""

    way: str
    lines: list[dict[str, Any]]

    def tightens(self, name: str) -> str:
        """Return how the list may differ."""
        return self.way if name == "limits" else ""

    def lines_above(self, _entity: str, _name: str) -> list[dict[str, Any]]:
        """Return the lines above."""
        return self.lines


def _line(item: str, limit: int | None, until: dt.date | None = None) -> dict[str, Any]:
    value = None if limit is None else Decimal(limit)
    return {"holder": "H", "item": item, "limit_cny": value, "valid_from": FROM, "valid_until": until}


def _refused(
    way: str, own: tuple[str, int | None], *above: dict[str, Any], name: str = "limits", act: str = "state"
) -> bool:
    value = None if own[1] is None else Decimal(own[1])
    row = {"report": 0, "line": 1, "act": act, "entity": "E", "list": name, "item": own[0], "limit_cny": value}
    rows = pa.Table.from_pylist([{**row, "valid_from": FROM, "valid_until": None}])
    found = list(check_lists({"list_line": rows}, Above(way, list(above))))  # type: ignore[arg-type]  # a part of it
    assert all(one.code == "intake.list.looser" and "H" in one.expected.en for _, one in found)
    return bool(found)


@pytest.mark.parametrize(("way", "limit", "refused"), [
    ("lower_limit", 90, False), ("lower_limit", 100, False), ("lower_limit", 101, True), ("lower_limit", None, True),
    ("higher_limit", 100, False), ("higher_limit", 110, False), ("higher_limit", 99, True), ("free", 999, False),
])  # fmt: skip
def test_a_limit_may_differ_one_way_only(way: str, limit: int | None, *, refused: bool) -> None:
    """Equal is as strict; stricter is accepted; looser, or without any limit, is rejected with the line above."""
    assert _refused(way, ("x", limit), _line("x", 100)) is refused


def test_a_list_of_items_may_only_leave_out() -> None:
    """An item that is above is accepted, another one is rejected; where no list is above, all items are accepted."""
    assert not _refused("only_items", ("x", None), _line("x", None), _line("y", None))
    assert _refused("only_items", ("z", None), _line("x", None), _line("y", None))
    assert not _refused("only_items", ("z", None))


def test_what_is_not_in_force_together_does_not_bind() -> None:
    """A line above that ended before does not bind, nor does a list that no pack names, nor a retraction."""
    assert not _refused("lower_limit", ("x", 500), _line("x", 100, until=FROM))
    assert not _refused("lower_limit", ("x", 500), _line("x", 100), name="others")
    assert not _refused("lower_limit", ("x", 500), _line("x", 100), act="retract")


def test_reports_of_lists_are_known_by_their_number() -> None:
    """Each report with lines of lists is named, so that they are processed one by one."""
    assert listing_reports({"list_line": pa.table({"report": [3, 1, 3]})}) == {1, 3}
    assert listing_reports({}) == set()
