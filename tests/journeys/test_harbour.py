"""The harbour city, from two years of reports to its findings: what is planted is found, and nothing else."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comptroller import engine
from comptroller.cli import demo
from comptroller.engine import Engine
from comptroller.evaluation.explain import explain
from comptroller.intake.authorization import may_speak
from comptroller.ledger.verify import verify
from comptroller.model.finding import finding_id
from comptroller.node import LEDGER, load
from comptroller.store.duck import DuckDb
from tests.worlds import Harbour, open_findings


@pytest.fixture(scope="module")
def worker(harbour: Harbour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Yield an engine on a copy of the city's node."""
    folder = tmp_path_factory.mktemp("city") / "node"
    shutil.copytree(harbour.node, folder)
    opened = engine.open_node(folder)
    yield opened
    opened.close()


def test_every_report_is_kept(harbour: Harbour) -> None:
    """What the enterprises of the city send, in five kinds of file, is taken whole."""
    assert harbour.refused == []
    endings = Counter(step["file"].rsplit(".", 1)[1] for step in harbour.timeline if "file" in step)
    assert set(endings) == {"json", "ndjson", "csv", "xlsx", "zip"}


def test_the_key_is_met_exactly(harbour: Harbour, worker: Engine) -> None:
    """All planted faults are found, no lawful act is, and each unjudged subject states why."""
    compared = demo.compare(worker, harbour.key)
    assert (compared.missed, compared.false, compared.judged_otherwise) == ([], [], [])
    assert len(compared.as_planted) == len(harbour.key["found"])


def test_every_rule_in_force_finds_what_is_planted_for_it(harbour: Harbour, worker: Engine) -> None:
    """No rule goes without a plant: a rule that is added names itself here."""
    planted = {one["rule"] for one in harbour.key["found"]}
    assert sorted(set(worker.pack.rules) - planted) == []


def test_no_rule_falls_asleep(worker: Engine) -> None:
    """No rule of the city's pack fails on the city's facts, however large their figures."""
    assert worker.evaluation.suspended == {}


def test_the_ledger_is_sound(harbour: Harbour) -> None:
    """Every hash, the tree and every checkpoint of the city's ledger fit."""
    _, key = load(harbour.node, None)
    found = verify(harbour.node / LEDGER, key.verifier)
    assert found.problem is None
    assert found.entry_count == 1 + len(harbour.timeline)


@pytest.mark.chaos
def test_a_rebuild_gives_equal_tables(harbour: Harbour, tmp_path: Path) -> None:
    """Books that are thrown away and folded again from the ledger are equal, byte for byte, findings among them."""
    folder = tmp_path / "node"
    shutil.copytree(harbour.node, folder)
    before = _tables(folder)
    engine.rebuild(folder).close()
    after = _tables(folder)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()
    assert len(before) > 40


def _tables(folder: Path) -> dict[str, str]:
    """Return a hash of each table of a node's books."""
    duck = DuckDb(folder / "books.duckdb", readonly=True)
    names = [name for (name,) in duck.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1")]
    found = {name: _hash(duck.rows(f'SELECT * FROM "{name}" ORDER BY ALL')) for name in names}
    duck.close()
    return found


def _hash(rows: list[tuple[Any, ...]]) -> str:
    return sha256(repr(rows).encode()).hexdigest()


def test_a_finding_names_its_clause_its_rows_and_their_entries(harbour: Harbour, worker: Engine) -> None:
    """From any finding of the city one comes to the source, the dated parameter, the facts and the reports they came in."""
    for line in harbour.key["found"]:
        told = explain(worker.duck, worker.pack, finding_id(line["rule"], tuple(line["subject"])))
        assert told is not None
        assert told.is_same_text
        assert told.finding.entity == line["entity"]
        assert told.sources
        assert told.finding.entries
        assert told.rows or line["rule"].endswith("silent_level"), line
        assert {"zh", "en"} <= set(told.lawful)
        for row in told.rows:
            kind = worker.pack.kinds.get(row["table"])
            if kind is not None and kind.is_made:
                continue
            reporter = worker.ledger.entry(row["entry"]).fields["reporter"]
            about = row["row"].get("entity") or row["row"]["office"]
            assert may_speak(reporter, about, worker.books), (line, row)


def test_the_city_is_tighter_than_the_state(worker: Engine) -> None:
    """A city's overlay judges by its own line where it has one, and by the state's elsewhere."""
    found = open_findings(worker, "decisions/payment_without_matter")
    lines = {one.subject[0]: one.evidence["limit_cny"] for one in found}
    assert lines == {"HB0003": 2_000_000, "HB0007": 2_000_000, "CJ0006": 1_500_000}


def test_only_the_silent_are_found_silent(worker: Engine) -> None:
    """Silence is counted from the latest report about an entity to the clock: on the last day allowed it is none."""
    found = open_findings(worker, "reporting/silent_level")
    (today,) = worker.duck.rows("SELECT today FROM clock")[0]
    last_heard = (today - dt.timedelta(days=63)).isoformat()
    assert [(one.entity, one.evidence["last_on"]) for one in found] == [("CJ0029", last_heard), ("HB0031", last_heard)]


def test_a_day_that_passes_changes_no_finding(worker: Engine) -> None:
    """What the clock alone brings about is raised once: its evidence is the same on every further day."""
    sql = "SELECT count(*) FROM finding AS f JOIN finding AS g USING (finding, entries) WHERE g.version = f.version + 1 AND g.state = 'changed' AND g.today > f.today AND f.rule LIKE '%silent_level'"
    assert worker.duck.rows(sql) == [(0,)]


def test_silence_shows_what_was_heard_last(worker: Engine) -> None:
    """The evidence of silence is the last fact about the entity, of any kind: the explanation shows it."""
    told = explain(worker.duck, worker.pack, open_findings(worker, "reporting/silent_level")[0].finding)
    assert told is not None
    assert len(told.rows) == 1


def test_the_cases_stand_as_they_were_worked_on(worker: Engine) -> None:
    """Cases open as the facts arrive and are worked on; findings of rules on trial until 2026 open cases then."""
    sql = "SELECT state, count(*), count(*) FILTER (WHERE opened_on < DATE '2025-12-30') FROM case_now GROUP BY 1"
    counts = {state: (count, early) for state, count, early in worker.duck.rows(sql)}
    early = {state: count for state, (_, count) in counts.items() if count}
    assert early == {"dismissed": 29, "closed": 62, "escalated": 12, "rectifying": 5, "verifying": 4, "triage": 2}
    assert 100 < counts["triage"][0] < 200
    days = worker.duck.rows("SELECT count(DISTINCT opened_on) FROM case_now WHERE opened_on < DATE '2025-12-30'")
    assert days[0][0] > 15
    ended = dict(worker.duck.rows("SELECT ended_how, count(*) FROM case_now WHERE ended_how IS NOT NULL GROUP BY 1"))
    assert ended == {"dismissed": 29, "accepted": 55, "rejudged": 7}
    sql = "SELECT sum(loss_cny) > sum(recovered_cny), sum(recovered_cny) > 0, sum(reopened) FROM case_now"
    assert worker.duck.rows(sql) == [(True, True, 1)]


def test_a_case_went_to_discipline_and_back(worker: Engine) -> None:
    """Handed over by the investor line, received, handed back, received, and closed by the line that began."""
    sql = "SELECT e.by_line FROM case_step AS e JOIN case_now AS n USING (case_id) WHERE n.entity = 'CJ0009' AND n.rule LIKE '%price_paid_outside_terms' AND e.move IN ('hand_over', 'receive') ORDER BY e.done_on, e.fact"
    assert [line for (line,) in worker.duck.rows(sql)] == ["investor", "discipline", "discipline", "investor"]


def test_a_change_of_the_contract_cleared_what_had_been_raised(worker: Engine) -> None:
    """What was paid above a contract was found, and cleared when the contract's change was reported."""
    sql = "SELECT state FROM finding WHERE rule LIKE '%paid_above_contract' AND entity = 'CJ0013' ORDER BY version"
    assert [state for (state,) in worker.duck.rows(sql)] == ["raised", "cleared"]
