"""A clock runs out once: the tick that sees it writes it, later ticks look at nothing, and more time undoes it."""

from pathlib import Path

from comptroller import engine
from comptroller.engine import Engine
from tests.cases.event_facts import city, pay, step, take_steps, the_case
from tests.worlds import moment, open_findings


def _tick(node: Engine, day: str) -> int:
    """Tick to that day; returns how many versions of clocks the tick wrote."""
    before = node.duck.rows("SELECT count(*) FROM all_case_clock")[0][0]
    node.tick(moment(f"{day}T09:00:00"), moment(f"{day}T09:00:00"))
    return int(node.duck.rows("SELECT count(*) FROM all_case_clock")[0][0] - before)


def _ran_out(node: Engine) -> list[str]:
    return [clock for (clock,) in node.duck.rows("SELECT clock FROM case_clock WHERE ran_out ORDER BY clock")]


def test_running_out_is_written_once_and_undone_by_more_time(tmp_path: Path) -> None:
    """The last day itself is in time; the day after it is written, once; an extension clears it until that is past too."""
    node = city(tmp_path, "cn-cases")
    pay(node, at="2024-03-11T09:00:00")
    case_id = the_case(node)
    assert (_tick(node, "2024-03-18"), _ran_out(node)) == (0, [])
    assert (_tick(node, "2024-03-19"), _ran_out(node)) == (1, ["triage"])
    assert (_tick(node, "2024-03-20"), _ran_out(node)) == (0, ["triage"])
    take_steps(node, step(case_id, "escalate", "internal", "U1", "2024-03-20"))
    assert _ran_out(node) == [], "it has ended, late"
    assert [row.subject[1] for row in open_findings(node, "clock_overdue")] == ["triage"]
    assert _tick(node, "2024-05-30") == 3
    assert _ran_out(node) == ["flash_report", "full_report", "verification"]
    more = {"clock": "verification", "extend_by": 30, "order_number": "N1", "approved_by": "U9"}
    take_steps(node, step(case_id, "extend", "internal", "U1", "2024-05-30", **more))
    late = {row.subject[1] for row in open_findings(node, "clock_overdue")}
    assert (_ran_out(node), late) == (["flash_report", "full_report"], {"triage", "flash_report", "full_report"})
    take_steps(node, step(case_id, "stop", "internal", "U1", "2024-06-03", clock="full_report", approved_by="U9"))
    assert _ran_out(node) == ["flash_report"]
    assert _tick(node, "2024-12-30") == 1
    assert _ran_out(node) == ["flash_report", "verification"]
    assert node.evaluation.judge_all(node.books.entries) == []
    tables = ("case_clock", "case_now", "case_event")
    before = {t: node.duck.rows(f"SELECT * FROM all_{t} ORDER BY ALL") for t in tables}
    node.close()
    again = engine.rebuild(tmp_path / "node")
    assert {t: again.duck.rows(f"SELECT * FROM all_{t} ORDER BY ALL") for t in tables} == before
    again.close()
