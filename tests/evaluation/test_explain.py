"""An explanation names clause, figures of the day, rows with their entries, and what would have been lawful."""

from comptroller.evaluation import history
from comptroller.evaluation.explain import explain
from comptroller.packs import read_pack
from tests.laws.worlds import World, pack
from tests.packs_small.small import small_files

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S", "paid_on": "2024-05-01"}


def test_a_finding_is_explained_from_what_was_frozen():
    """Figures are those in force on the finding's day, marked where unverified; rows are those of its evidence."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    (finding,) = history.findings(world.duck)
    explanation = explain(world.duck, pack("small"), finding.finding[:8])
    assert explanation is not None
    fields = explanation.as_json()
    assert [(p["value"], p["verified"]) for p in fields["parameters"]] == [(500.5, False)]
    assert [(r["table"], r["row"]["amount"], r["entry"] * 1048576 + r["place"]) for r in fields["rows"]] == [
        ("payment", 2000, finding.entries[0])
    ]
    assert fields["rule"]["same_text_as_judged"] is True
    assert fields["lawful"]["en"] == "An approval on or before 2024-05-01."


def test_only_what_was_in_force_on_the_finding_s_day_is_cited():
    """A law that had ended by then, and one that had not begun, are not cited; figures are those of the day as well."""
    files = small_files()
    law = files["small/sources/small_law.yml"]
    files["small/sources/old_law.yml"] = law.replace(b"from: 2020-01-01", b"from: 2000-01-01, until: 2024-04-01")
    files["small/sources/new_law.yml"] = law.replace(b"from: 2020-01-01", b"from: 2024-06-01")
    cites = b"cites: [{source: old_law}, {source: small_law}, {source: new_law}]"
    rule = "small/rules/pay/undecided.yml"
    files[rule] = files[rule].replace(b'cites: [{source: small_law, article: "1"}]', cites)
    own = read_pack(files, "small")
    world = World.new(own)
    world.say([("payment", PAID), ("payment", {**PAID, "payment": "P2", "paid_on": "2024-03-31"})])
    cited = {}
    for finding in history.findings(world.duck):
        explanation = explain(world.duck, own, finding.finding)
        assert explanation is not None
        values = [value["value"] for value in explanation.parameters]
        cited[finding.since.day] = ([s["source"].rsplit("/")[-1] for s in explanation.sources], values)
    assert cited == {1: (["small_law"], [500.5]), 31: (["old_law", "small_law"], [1000])}


def test_a_cleared_finding_shows_its_rows():
    """Rows that were retracted since are still shown, and the history shows what became of the finding."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    (finding,) = history.findings(world.duck)
    world.say([("payment", {"entity": "A", "payment": "P1", "act": "retract"})])
    explanation = explain(world.duck, pack("small"), finding.finding)
    assert explanation is not None
    assert [v.state for v in explanation.history] == ["raised", "cleared"]
    assert len(explanation.rows) == 1


def test_nothing_is_explained_by_half_a_name():
    """A beginning that several findings share, and a name of none, explain nothing."""
    world = World.new(pack("small"))
    world.say([("payment", PAID), ("payment", {**PAID, "payment": "P2", "matter": "M2"})])
    assert explain(world.duck, pack("small"), "F-") is None
    assert explain(world.duck, pack("small"), "F-none") is None
