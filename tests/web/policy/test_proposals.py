"""Proposals: replayed beside the live books, adopted by another user, recorded in the ledger, and seen within scope."""

import threading

import pytest

from comptroller.access.grants import ADOPT
from comptroller.model.refusal import BrokenPack, Refused
from comptroller.web.policy import proposals
from comptroller.web.policy.versions import differences, versions
from comptroller.web.shell.errors import PermissionDenied
from tests.consoles import open_desk
from tests.web.visits import visit_for
from tests.worlds import OWNER

PATH = "base/params/duplicate_days.yml"


@pytest.fixture(scope="module")
def changing(tmp_path_factory):
    """Yield a console of its own; its policy changes."""
    server = open_desk(tmp_path_factory.mktemp("policy"))
    yield server
    server.stop()


def wait(server, name):
    while server.jobs.open_about(name):
        threading.Event().wait(0.02)
    return proposals.proposal_of(server, name)


def text_with(server, value):
    """Return the parameter of duplicate payments with a changed number of days, so that the planted ones are none."""
    text = server.pack.files[PATH].decode()
    old = f"value: {server.pack.params['duplicate_days'].values[0].value:g}"
    assert old in text
    return text.replace(old, f"value: {value}")


def acts(server, did):
    return server.duck.rows("SELECT login, about, detail FROM desk_act WHERE did = ? ORDER BY fact", [did])


def test_a_change_is_replayed_then_adopted_by_somebody_else(changing):
    """The replay predicts what the adoption does; the author may not adopt; each step is an entry."""
    author, adopter = visit_for(changing, "author"), visit_for(changing, "adopter")
    open_before = changing.duck.rows("SELECT count(*) FROM finding_now WHERE state = 'raised'")[0][0]
    name = proposals.propose(author, PATH, text_with(changing, 0), "too many doubles")
    proposal = proposals.proposal_of(changing, name)
    with pytest.raises(Refused, match="replay"):
        proposals.adopt(adopter, proposal)
    proposals.replay(author, proposal)
    proposal = wait(changing, name)
    assert proposal.state == proposals.REPLAYED, changing.jobs.newest()
    fewer = sum(proposal.outcome["counts"]["vanish"].values())
    assert (fewer, proposal.outcome["counts"]["appear"]) == (5, {})
    assert changing.duck.rows("SELECT count(*) FROM finding_now WHERE state = 'raised'")[0][0] == open_before
    with pytest.raises(PermissionDenied):
        proposals.adopt(author, proposal)
    proposals.adopt(adopter, proposal)
    assert wait(changing, name).adopter == "adopter", changing.jobs.newest()
    assert changing.duck.rows("SELECT count(*) FROM finding_now WHERE state = 'raised'")[0][0] == open_before - fewer
    with pytest.raises(Refused, match="adopted"):
        proposals.replay(author, proposals.proposal_of(changing, name))
    changing.writer.do(lambda worker: worker.ledger.size).result(30)
    assert [[row[0] for row in acts(changing, did)] for did in ("propose", "replay", "adopt")] == [
        ["author"],
        ["author"],
        ["adopter"],
    ]
    assert "+" in acts(changing, "propose")[0][2]
    newest, first = versions(changing)
    assert newest.changed == (PATH,)
    assert "value: 0" in differences(changing, newest, first)[0][1]


def test_an_adoption_withdrawn_while_it_waits_is_not_done(changing):
    """The job checks the proposal and the adopter's right again when the engine runs it."""
    author, adopter = visit_for(changing, "author"), visit_for(changing, "adopter")
    name = proposals.propose(author, PATH, text_with(changing, 5), "to be withdrawn")
    proposals.replay(author, proposals.proposal_of(changing, name))
    proposal, policy, free = wait(changing, name), changing.pack.digest, threading.Event()
    changing.writer.do(lambda _worker: free.wait(60))
    proposals.adopt(adopter, proposal)
    proposals.withdraw(author, proposals.proposal_of(changing, name))
    free.set()
    assert wait(changing, name).state == proposals.WITHDRAWN
    assert changing.pack.digest == policy
    assert "withdrawn" in changing.jobs.newest()[0].said
    with pytest.raises(Refused, match="ended"):
        proposals.withdraw(author, proposals.proposal_of(changing, name))


def test_author_and_adopter_are_two_persons(changing):
    """A second sign-in name of the author adopts nothing of the author's."""
    user = {"granted_by": OWNER, "login": "author2", "name": " Author 某", "valid_from": "2024-01-01"}
    changing.outcome_of(changing.report("desk_user", [user]))
    grant = {"granted_by": OWNER, "grant": "G-2", "login": "author2", "role": "adopter", "entity": OWNER, "reason": "r"}
    changing.outcome_of(changing.report("access_grant", [grant | {"valid_from": "2024-01-01"}]))
    name = proposals.propose(visit_for(changing, "author"), PATH, text_with(changing, 6), "own")
    with pytest.raises(PermissionDenied):
        proposals.adopt(visit_for(changing, "author2"), proposals.proposal_of(changing, name))
    assert proposals.may_change(visit_for(changing, "author2"), ADOPT)
    proposals.withdraw(visit_for(changing, "author"), proposals.proposal_of(changing, name))


def test_who_may_change_policy_may_do_so_for_everything(changing):
    """A supervisor proposes nothing; an invalid text is rejected and not stored."""
    with pytest.raises(PermissionDenied):
        proposals.propose(visit_for(changing, "supervisor"), PATH, text_with(changing, 3), "why")
    with pytest.raises(BrokenPack):
        proposals.propose(visit_for(changing, "author"), PATH, "# Nothing.\ntitle: 1\n", "why")
    with pytest.raises(Refused):
        proposals.propose(visit_for(changing, "author"), PATH, text_with(changing, 3), "  ")
    assert all(proposal.why != "why" for proposal in proposals.proposals(changing))


def test_a_proposal_upon_another_text_is_stale(changing):
    """A proposal based on an outdated text is rejected, never applied to the new text."""
    name = proposals.propose(visit_for(changing, "author"), PATH, text_with(changing, 9), "later")
    proposal = proposals.proposal_of(changing, name)
    stale = proposals.Proposal(
        proposal.proposal,
        proposal.login,
        proposal.at,
        proposal.path,
        proposal.text,
        proposal.why,
        proposal.state,
        {"before": "another"},
    )
    with pytest.raises(Refused, match="stale"):
        proposals.candidate_of(changing.pack, stale)
    with pytest.raises(PermissionDenied):
        proposals.withdraw(visit_for(changing, "adopter"), proposal)
    proposals.withdraw(visit_for(changing, "author"), proposal)
    assert proposals.proposal_of(changing, name).state == proposals.WITHDRAWN


def test_what_a_replay_finds_is_seen_within_reach(server):
    """Findings about entities outside the scope are not shown."""
    rows = [{"rule": "base/rules/payments/duplicate", "entity": e, "finding": e} for e in ("A", "A1", "B")]
    packs = [server.pack, server.pack]
    assert [row["entity"] for row in proposals.visible_rows(visit_for(server, "group"), packs, rows)] == ["A", "A1"]
    assert len(proposals.visible_rows(visit_for(server, "supervisor"), packs, rows)) == 3
    assert proposals.visible_rows(visit_for(server, "administrator"), packs, rows) == []
