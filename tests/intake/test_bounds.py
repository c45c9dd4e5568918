"""The law of bounds: a value at its end is accepted, one beyond is rejected by place with the bound, also in lists."""

import pytest

from comptroller.engine import Engine
from comptroller.model.refusal import BrokenPack
from comptroller.packs import read_pack
from tests.engine.test_engine import decide, pay
from tests.packs_small.small import AT, changed, said, small_node


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return a small node that all cases share."""
    return small_node(tmp_path_factory.mktemp("bounds") / "n")


@pytest.mark.parametrize(
    ("field", "end", "beyond", "bound"),
    [
        ("lines", 10**9, 10**9 + 1, "from -1,000,000,000 to 1,000,000,000"),
        ("rate", 1e15, 1.1e15, "from -1,000,000,000,000,000 to 1,000,000,000,000,000"),
        ("rate", -1e15, -1e30, "from -1,000,000,000,000,000 to 1,000,000,000,000,000"),
        ("paid_at", "1900-01-01T00:00:00", "1899-12-31T23:59:59", "from 1900-01-01 to 2199-12-31"),
        ("paid_at", "2199-12-31T23:59:59.999999", "2200-01-01T00:00:00", "from 1900-01-01 to 2199-12-31"),
    ],
)
def test_a_value_beyond_its_bound_is_rejected(
    node: Engine, field: str, end: object, beyond: object, bound: str
) -> None:
    """The end itself is within."""
    number = f"N{field}{str(end)[:4]}"
    taken = node.take([said("payment", pay(number, **{field: end})), said("payment", pay("x", **{field: beyond}))], AT)
    assert list(taken.entries) == [0]
    (refusal,) = taken.refused[1]
    assert (refusal.code, refusal.line, refusal.field, refusal.expected.en) == ("intake.shape.bound", 1, field, bound)


def test_a_kind_may_set_its_own(node: Engine) -> None:
    """The small pack's days of payment go to the ends of the calendar."""
    assert node.take([said("payment", pay("first", paid_on="0001-01-01"))], AT).refused == {}


def test_a_value_in_a_list_is_bounded(node: Engine) -> None:
    """The place names the list and the field."""
    assert (
        node.take([said("decision", decide("D9", decided_on="2500-01-01"))], AT).refused[0][0].code
        == "intake.shape.bound"
    )


@pytest.mark.parametrize("bounds", ["least: 5, most: 2", "least: 2024-01-01", "most: true"])
def test_bounds_fit_their_field(bounds: str) -> None:
    """A kind with bounds that run backwards, or are of another type, is rejected."""
    files = changed("kinds/payment.yml", "lines: {type: integer,", f"lines: {{type: integer, {bounds},")
    with pytest.raises(BrokenPack):
        read_pack(files, "small")
