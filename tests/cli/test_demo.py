"""The demonstration's own arithmetic: what happens together, and how findings are held against a key."""

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

import comptroller
from comptroller.cli import app, demo
from comptroller.model.refusal import Refused
from tests.worlds import fresh_node, kept, report

RULE = "base/rules/invoice/arithmetic"


def test_what_is_said_at_one_instant_is_one_batch() -> None:
    """Reports of one instant are taken together; a tick of the clock is a batch of its own."""
    steps = [
        {"at": "2024-01-03T09:00:00+08:00", "file": "a"},
        {"at": "2024-01-03T09:00:00+08:00", "file": "b"},
        {"at": "2024-01-03T09:00:00+08:00", "tick": "2024-01-03T09:00:00+08:00"},
    ]
    found = list(demo.batches(steps))
    assert [len(some) for _, some in found] == [2, 1]
    assert found[0][0] == dt.datetime(2024, 1, 3, 1, tzinfo=dt.UTC)


def test_findings_are_held_against_the_key(tmp_path: Path) -> None:
    """A planted finding is met or missed, an unplanted one is false, and an unjudged one states why."""
    worker = fresh_node(tmp_path, "base")
    kept(worker, report("entity", {"entity": "A", "name": "甲"}), at="2024-02-01T09:00:00")
    wrong = {"entity": "A", "side": "input", "invoice": "1", "net": 1, "tax": 1, "gross": 3, "issued_on": "2024-01-09"}
    bare = {"entity": "A", "side": "input", "invoice": "2", "net": 1, "gross": 1, "issued_on": "2024-01-09"}
    kept(worker, report("invoice", wrong, bare), at="2024-02-02T09:00:00")

    def line(number: str, **more: str) -> dict[str, object]:
        return {"rule": RULE, "subject": ["A", "input", number, "1"], "entity": "A", **more}

    met = demo.compare(worker, {"found": [line("1")], "lawful": [], "not_judged": [line("2", missing="tax")]})
    other = demo.compare(worker, {"found": [line("9")], "lawful": [], "not_judged": [line("1", missing="tax")]})
    worker.close()
    assert met.is_met
    assert len(met.as_planted) == 1
    assert [one["subject"][2] for one in other.missed] == ["9"]
    assert [one["subject"][2] for one in other.false] == ["1"]
    assert [one["saw"] for one in other.judged_otherwise] == ["judged"]


@pytest.mark.parametrize("left", ["node"])
def test_an_earlier_demonstration_is_not_overwritten(tmp_path: Path, left: str) -> None:
    """A folder with a node is left alone, as wrong use, without --fresh."""
    (tmp_path / left).mkdir()
    assert CliRunner().invoke(app, ["demo", str(tmp_path)]).exit_code == 2


def test_a_world_that_is_nowhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither the package nor the source holds the world, the refusal names the place; the source's one is found."""
    assert demo.world_maker().is_file()
    monkeypatch.setattr(comptroller, "__file__", str(tmp_path / "site" / "src" / "comptroller" / "__init__.py"))
    with pytest.raises(Refused, match=r"demo\.world"):
        demo.world_maker()
