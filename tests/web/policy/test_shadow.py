"""Shadow runs: started and ended by actions, growing as facts arrive, seen within scope, and never a finding or
a case.
"""

import threading

import pytest

from comptroller.model.refusal import Refused
from comptroller.web.policy import proposals, shadow
from comptroller.web.shell.errors import PermissionDenied
from tests.consoles import ENTITIES, form_key, mark, open_desk, sign_in
from tests.web.policy.test_proposals import PATH, acts, text_with, wait
from tests.web.visits import visit_for
from tests.worlds import report

RULE = "base/rules/payments/duplicate"


@pytest.fixture(scope="module")
def changing(tmp_path_factory):
    """Yield a console of its own, with a replayed proposal: duplicates a day apart are none."""
    server = open_desk(tmp_path_factory.mktemp("shadow"), shadow_seconds=600.0)
    author = visit_for(server, "author")
    name = proposals.propose(author, PATH, text_with(server, 0), "too many doubles")
    proposals.replay(author, proposals.proposal_of(server, name))
    wait(server, name)
    yield server, name
    server.stop()


def pay(server, entity, number):
    """Report two payments a day apart that are duplicates under the adopted policy."""
    same = {"entity": entity, "payee": f"{mark(entity)}{number}", "amount": 700, "amount_cny": 700, "currency": "CNY"}
    days = ("2024-05-01", "2024-05-02")
    facts = [same | {"invoice": "9", "payment": f"S{number}{n}", "paid_on": day} for n, day in enumerate(days)]
    return server.outcome_of(server.writer.take(report("payment", *facts, reporter=entity)))


def looked(server, name):
    server.periodic.turn(name).result(120)
    return shadow.run_of(server, name)


def test_a_shadow_grows_as_facts_arrive_and_accuses_nobody(changing):
    """It shows findings that would vanish, per rule and as of an entry; live findings and cases are unchanged."""
    server, name = changing
    proposal = proposals.proposal_of(server, name)
    with pytest.raises(PermissionDenied):
        shadow.begin(visit_for(server, "supervisor"), proposal)
    shadow.begin(visit_for(server, "author"), proposal)
    first = looked(server, name)
    assert first.state == shadow.RUNS, first
    count = first.outcome["counts"]["vanish"][RULE]
    assert count >= 5
    assert first.outcome["since"]["vanish"] == {}
    live = server.duck.rows("SELECT count(*) FROM finding_now WHERE state = 'raised'")[0][0]
    turned = pay(server, "A", "1").turns
    assert [turn.state for turn in turned if turn.verdict.rule == RULE] == ["raised"]
    second = looked(server, name)
    assert second.outcome["entries"] == server.position()[0]
    assert second.outcome["counts"]["vanish"] == {RULE: count + 1}
    assert second.outcome["since"]["vanish"] == {RULE: 1}
    assert server.duck.rows("SELECT count(*) FROM finding_now WHERE state = 'raised'")[0][0] == live + 1
    with pytest.raises(Refused, match="one shadow run"):
        shadow.begin(visit_for(server, "adopter"), proposal)
    shadow.end(visit_for(server, "adopter"), proposal)
    assert shadow.run_of(server, name).state == shadow.ENDED
    server.writer.do(lambda worker: worker.ledger.size).result(30)
    assert acts(server, "shadow")[-1][:2] == ("author", name)
    ended = acts(server, "shadow_end")[-1]
    assert ended[0] == "adopter"
    assert f"vanish {count + 1} (1 since" in ended[2]


def test_a_shadow_is_seen_within_reach(changing):
    """A viewer of one group sees that group's part of a shadow, counts included; only a user with the right may
    start one.
    """
    server, name = changing
    author = sign_in(server, "author")
    place = f"/policy/proposals/{name}"
    key = {"form_key": form_key(author)}
    assert author.post(f"{place}/shadow", data=key).status_code == 303
    looked(server, name)
    pay(server, "B", "2")
    looked(server, name)
    page = author.get(place, params={"of": "shadow"}).text
    assert "Shadow run" in page
    assert "1 since" in page
    group = sign_in(server, "group")
    pages = group.get(place, params={"of": "shadow", "sort": "vanish"}).text
    assert {e for e, _ in ENTITIES if mark(e) in pages} <= {"G1", "A", "A1"}
    assert "1 since" not in pages
    assert f"{place}/shadow-end" not in pages
    refused = group.post(f"{place}/shadow-end", data={"form_key": form_key(group)})
    assert refused.status_code == 403
    assert author.post(f"{place}/shadow-end", data=key).status_code == 303
    assert "has ended" in author.get(place).text


def test_a_shadow_ends_when_policy_moves_and_begins_anew_after_a_restart(changing):
    """A run ends when its proposal is adopted; before that a restart loses only the count since its start."""
    server, name = changing
    proposal = proposals.proposal_of(server, name)
    shadow.begin(visit_for(server, "adopter"), proposal)
    count = looked(server, name).outcome["counts"]["vanish"][RULE]
    server.periodic.stop()
    pay(server, "A", "3")
    shadow.resume(server)
    again = looked(server, name)
    assert again.state == shadow.RUNS
    assert again.outcome["counts"]["vanish"] == {RULE: count + 1}
    assert again.outcome["since"]["vanish"] == {}
    proposals.adopt(visit_for(server, "adopter"), proposal)
    assert wait(server, name).state == proposals.ADOPTED
    assert looked(server, name).state == shadow.ENDED
    while server.periodic.about():
        threading.Event().wait(0.01)
    server.writer.do(lambda worker: worker.ledger.size).result(30)
    assert "by itself" in acts(server, "shadow_end")[-1][2]
