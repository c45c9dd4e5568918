"""Approval by a second officer: letters that one drafts and another releases, on pages and by calls."""

import datetime as dt

import pytest

from comptroller.cli.serve import let_in
from comptroller.model.refusal import Refused
from comptroller.web.cases import actions, approvals, letters, view
from comptroller.web.cases.letters import LetterDraft
from comptroller.web.shell.errors import NotFound
from tests.case_consoles import open_case_desk, the_case
from tests.consoles import PASSWORD, form_key, sign_in
from tests.web.cases.test_letters import needs_font
from tests.web.visits import visit_for
from tests.worlds import OWNER


@pytest.fixture(scope="module")
def writing(tmp_path_factory):
    """Yield a console with one case and waiting letters."""
    opened = open_case_desk(tmp_path_factory.mktemp("settling"))
    yield opened
    opened.stop()


def seen_by(server, login):
    """Return a visit and the case as a user sees it."""
    visit = visit_for(server, login)
    return visit, view.see(visit, the_case(server))


def sent(server):
    """Return the letters of the ledger, with their officers."""
    return server.duck.rows('SELECT letter, "by", approved_by FROM letter ORDER BY fact')


@needs_font
def test_a_letter_is_drafted_by_one_and_released_by_another(writing):
    """Until another officer of the line releases it, there is no entry and no code.

    Its author, another line and a second release are rejected.
    """
    before = len(sent(writing))
    done = letters.send(
        *seen_by(writing, "internal1"), LetterDraft("rectify", "en", "G1", "2024-04-12", "Put it right.")
    )
    assert done.waits
    assert len(sent(writing)) == before
    with pytest.raises(Refused):
        approvals.settle(*seen_by(writing, "internal1"), done.waits, approves=True)
    for login in ("audit1", "over", "firm"):
        with pytest.raises(NotFound):
            approvals.settle(*seen_by(writing, login), done.waits, approves=True)
    waits = approvals.waits_here(*seen_by(writing, "internal2"), done.waits)
    again = {**waits}
    assert approvals.settle(*seen_by(writing, "internal2"), done.waits, approves=True).entry
    assert sent(writing)[before:] == [(waits["fact"]["letter"], "internal1", "internal2")]
    with pytest.raises(NotFound):
        approvals.settle(*seen_by(writing, "internal2"), done.waits, approves=True)
    twice = letters.release(*seen_by(writing, "internal2"), again)
    assert twice.refusals, "two officers who release it at once send it once: its number is drawn with the draft"
    assert len(sent(writing)) == before + 1


def test_what_waits_is_read_within_the_reach(writing):
    """An officer of the same line for another group sees neither the action nor that there is one, on no page
    and by no call.
    """
    grant = {"role": "supervisor", "entity": "OTHER", "supervision_line": "internal", "reason": "test"}
    let_in(writing, {"login": "elsewhere", "name": "elsewhere"}, [grant], dt.date(2024, 1, 1))
    writing.accounts.set_password("elsewhere", PASSWORD)
    inquiry = {"person": "P-SECRET", "degree": "direct", "inquired_on": "2024-03-01"}
    number = actions.perform(*seen_by(writing, "internal1"), "responsibility", inquiry).waits
    assert [record["number"] for record in actions.waiting(visit_for(writing, "internal2"))] == [number]
    assert actions.waiting(visit_for(writing, "elsewhere")) == []
    browser = sign_in(writing, "elsewhere")
    for path in ("/day", "/api/v1/day", "/cases", "/inbox", "/api/v1/cases"):
        text = browser.get(path).text
        assert "P-SECRET" not in text, path
        assert the_case(writing) not in text, path
    for path in (f"/cases/{the_case(writing)}", f"/api/v1/cases/{the_case(writing)}"):
        assert browser.get(path).status_code == 404
    assert approvals.settle(*seen_by(writing, "internal2"), number, approves=False).entry is None


def test_two_officers_are_two_persons(writing):
    """Another sign-in name of the same person does not approve what the first proposed."""
    grant = {"role": "supervisor", "entity": OWNER, "supervision_line": "internal", "reason": "test"}
    user = {"granted_by": OWNER, "login": "again", "name": "internal1 某", "valid_from": "2024-01-01"}
    writing.outcome_of(writing.report("desk_user", [user]))
    more = {"granted_by": OWNER, "grant": "G-AGAIN", "login": "again", "valid_from": "2024-01-01"}
    writing.outcome_of(writing.report("access_grant", [grant | more]))
    number = actions.perform(
        *seen_by(writing, "internal1"), "suppression", {"valid_until": "2024-06-01", "reason": "r"}
    ).waits
    with pytest.raises(Refused):
        approvals.settle(*seen_by(writing, "again"), number, approves=True)
    approvals.settle(*seen_by(writing, "internal2"), number, approves=False)


@needs_font
def test_a_letter_waits_and_is_released_on_the_pages(writing):
    """It is on the page of letters with its draft, and one click of another officer sends or withdraws it."""
    console, two = sign_in(writing, "internal1"), sign_in(writing, "internal2")
    path, before = f"/cases/{the_case(writing)}/letters", len(sent(writing))
    form = {"form_key": form_key(console), "kind": "closure", "language": "en", "addressee": "G1", "text": "Done."}
    for _ in range(2):
        assert console.post(path, data=form).status_code == 303
    assert len(sent(writing)) == before
    first, second = (w["number"] for w in letters.waiting_in(*seen_by(writing, "internal2")))
    page = two.get(path).text
    assert f"waiting/{first}.pdf" in page
    assert two.get(f"{path}/waiting/{first}.pdf").content.startswith(b"%PDF")
    assert sign_in(writing, "audit1").get(f"{path}/waiting/{first}.pdf").status_code == 404
    settle = {"form_key": form_key(two)}
    base = f"/cases/{the_case(writing)}/waiting"
    assert two.post(f"{base}/{first}", data=settle | {"does": "approve"}).status_code == 303
    assert two.post(f"{base}/{second}", data=settle | {"does": "drop"}).status_code == 303
    assert [row[1:] for row in sent(writing)[before:]] == [("internal1", "internal2")]
    assert letters.waiting_in(*seen_by(writing, "internal2")) == []


@needs_font
def test_calls_draft_and_release(writing):
    """Calls return 201 for a letter that one officer sends, 202 for one that waits, and release it."""
    console, two = sign_in(writing, "internal1"), sign_in(writing, "internal2")
    path, head = f"/api/v1/cases/{the_case(writing)}", {"x-form-key": form_key(console)}
    alone = console.post(f"{path}/letters", json={"kind": "prompt", "language": "en", "addressee": "G1"}, headers=head)
    assert (alone.status_code, bool(alone.json()["entry"])) == (201, True)
    waits = console.post(f"{path}/letters", json={"kind": "transfer", "language": "en"}, headers=head)
    assert waits.status_code == 202
    waiting = two.get(f"{path}/letters").json()
    assert [w["number"] for w in waiting["waiting"]] == [waits.json()["waits"]]
    assert {"kind": "prompt", "two_officers": False} in waiting["kinds"]
    released = two.post(
        f"{path}/waiting/{waits.json()['waits']}", json={"approve": True}, headers={"x-form-key": form_key(two)}
    )
    assert released.status_code == 201
    assert console.post(f"{path}/letters", json={"kind": "frame"}, headers=head).status_code == 422
    firm = sign_in(writing, "firm").get(f"{path}/letters").json()
    assert firm["kinds"] == firm["waiting"] == []
