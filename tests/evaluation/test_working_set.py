"""What a change makes due: its own dockets, those that a reference touches, and no others that matter."""

from dataclasses import replace

import pytest

from comptroller.packs import read_pack
from tests.laws.worlds import World, pack
from tests.packs_small.small import small_files

PAID = {"entity": "A", "payment": "P1", "amount": "2000", "matter": "M1", "payee": "S", "paid_on": "2024-03-01"}


def judged(world, monkeypatch):
    """Note the rules that run from here on."""
    ran = []
    run = type(world.evaluation)._run

    def note(self, rule, *more):
        ran.append(rule.name.rsplit("/", 1)[-1])
        return run(self, rule, *more)

    monkeypatch.setattr(type(world.evaluation), "_run", note)
    return ran


@pytest.mark.parametrize(
    ("fact", "rules"),
    [
        (("payment", {**PAID, "payment": "P2"}), {"undecided", "twice", "above_parent"}),
        (
            ("decision", {"entity": "A", "decision": "D", "matter": "M1", "outcome": "approved"}),
            {"undecided", "outvoted"},
        ),
        (("list_line", {"entity": "A", "list": "free_items", "item": "S", "valid_from": "2024-01-01"}), {"undecided"}),
        (("stake", {"entity": "X", "holder": "Y", "valid_from": "2024-01-01"}), set()),
    ],
)
def test_a_change_judges_what_it_touches(fact, rules, monkeypatch):
    """Rules that read what changed, or that a reference leads to, are judged; others are left alone."""
    world = World.new(pack("small"))
    world.say([("payment", PAID)])
    ran = judged(world, monkeypatch)
    world.say([fact])
    assert set(ran) - {"silent"} == rules


def test_a_rule_on_the_lines_of_a_list_alone_follows_its_fact():
    """A rule that reads a nested list, and not the fact that it belongs to, sees its lines come and go."""
    files = small_files()
    yml = files["small/rules/say/outvoted.yml"].decode()
    yml = yml.replace("judges: decision\n", "judges: decision_votes\n").replace("when: \"outcome = 'approved'\"\n", "")
    yml = yml.replace("docket: [entity, decision]", "docket: [entity, decision, person]").replace(
        "reads: [decision, decision_votes]", "reads: [decision_votes]"
    )
    head, _, _ = yml.partition("examples:")
    example = "given: {decision: [{entity: A, decision: D, matter: M, votes: [{person: U, vote: V}]}]}"
    head += f"examples:\n  - {{name: {{zh: 有, en: a}}, shows: found, {example.replace('V', chr(34) + 'no' + chr(34))}, gives: {{found: [[A, D, U]]}}}}\n"
    head += f"  - {{name: {{zh: 无, en: b}}, shows: clear, {example.replace('V', chr(34) + 'yes' + chr(34))}, gives: {{clear: [[A, D, U]]}}}}\n"
    sql = "-- Votes against.\nSELECT v.entity, v.decision, v.person, DATE '2024-01-01' AS since, [v.fact] AS entries FROM judged AS v WHERE v.vote = 'no'\n"
    made = read_pack(
        {**files, "small/rules/say/outvoted.yml": head.encode(), "small/rules/say/outvoted.sql": sql.encode()}, "small"
    )
    alone = replace(made, rules={name: rule for name, rule in made.rules.items() if name.endswith("outvoted")})
    world = World.new(pack("small"))
    world.evaluation._set(alone)
    decided = {"entity": "A", "decision": "D1", "matter": "M1"}
    world.say([("decision", {**decided, "votes": '[{"person": "U", "vote": "no"}]'})])
    assert len(world.evaluation.findings.standing("small/rules/say/outvoted")) == 1
    world.evaluation._set(alone)
    world.say([("decision", {**decided, "outcome": "rejected", "act": "correct"})])
    assert world.evaluation.findings.standing("small/rules/say/outvoted") == []
