"""The bench runs from end to end at a tiny size, so that it can be trusted when it is needed."""

import json
from pathlib import Path

from bench.__main__ import MEASURES, NODES
from bench.figures import Figure, Missing, at_least, figure, machine, write_figures
from bench.size import Size

TINY = Size(
    held=3_000,
    rounds=1,
    batches=(400,),
    schedule_s=1,
    afresh=2_000,
    replayed=400,
    rivals=(2_000,),
    ledger_rounds=1,
    ledger_share=0.01,
    pack="five",
)


def test_every_measure_runs(tmp_path: Path) -> None:
    """Each measure returns figures with a workload in words, and the rivals found what Comptroller found."""
    assert MEASURES.keys() == NODES.keys()
    found = [one for measure in MEASURES.values() for one in measure(TINY, tmp_path)]
    figures = [one for one in found if isinstance(one, Figure)]
    missing = {one.name: one.why for one in found if isinstance(one, Missing)}
    assert set(missing) <= {"five_postgres_2000"}, missing
    assert {"sustained_400", "memory", "latency_p99", "growth", "rule_slowest", "rebuild_reports"} <= {
        f.name for f in figures
    }
    assert [one.name for one in figures if not (one.low <= one.high and one.median > 0 and one.workload)] == []
    out = tmp_path / "results.json"
    write_figures(out, figures, missing, machine(tmp_path, 20))
    said = json.loads(out.read_text(encoding="utf-8"))
    assert {"cores", "python", "duckdb", "raw_syncs_a_second"} <= said["machine"].keys()
    assert {"name", "target", "median", "min", "max", "unit", "workload", "met"} == set(said["figures"][0])


def test_a_figure_says_whether_its_target_is_met() -> None:
    """The median is what counts, and at the target it is met."""
    assert figure("a", [1, 2, 30], "/s", "", at_least(2)).met is True
    assert figure("a", [1, 2, 30], "/s", "", at_least(3)).met is False
    assert figure("a", [1, 2, 30], "/s", "").met is None
