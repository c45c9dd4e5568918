"""What waits for a second officer: letters that one drafts and another releases, on pages and by calls."""

import pytest

from comptroller.desk import casework, letters, settling
from comptroller.desk.errors import Gone
from comptroller.desk.letters import Said
from comptroller.model.refusal import Refused
from tests.casedesks import open_case_desk, the_case
from tests.desk.test_letters import needs_font
from tests.desk.visits import visit_for
from tests.desks import form_key, sign_in


@pytest.fixture(scope="module")
def writing(tmp_path_factory):
    """A desk with one case, in which letters wait."""
    opened = open_case_desk(tmp_path_factory.mktemp("settling"))
    yield opened
    opened.stop()


def seen_by(desk, login):
    """Give a visit and the case as that user sees it."""
    visit = visit_for(desk, login)
    return visit, casework.see(visit, the_case(desk))


def sent(desk):
    """Give the letters that the ledger knows, with their officers."""
    return desk.duck.rows('SELECT letter, "by", approved_by FROM letter ORDER BY fact')


@needs_font
def test_a_letter_is_drafted_by_one_and_released_by_another(writing):
    """Until another officer of the line releases it there is no entry and no code; its author, another line and twice do not."""
    before = len(sent(writing))
    done = letters.send(*seen_by(writing, "internal1"), Said("rectify", "en", "G1", "2024-04-12", "Put it right."))
    assert done.waits
    assert len(sent(writing)) == before
    with pytest.raises(Refused):
        settling.settle(*seen_by(writing, "internal1"), done.waits, approves=True)
    for login in ("audit1", "over", "firm"):
        with pytest.raises(Gone):
            settling.settle(*seen_by(writing, login), done.waits, approves=True)
    waits = settling.waits_here(*seen_by(writing, "internal2"), done.waits)
    again = {**waits}
    assert settling.settle(*seen_by(writing, "internal2"), done.waits, approves=True).entry
    assert sent(writing)[before:] == [(waits["fact"]["letter"], "internal1", "internal2")]
    with pytest.raises(Gone):
        settling.settle(*seen_by(writing, "internal2"), done.waits, approves=True)
    twice = letters.release(*seen_by(writing, "internal2"), again)
    assert twice.refusals, "two officers who release it at once send it once: its number is drawn with the draft"
    assert len(sent(writing)) == before + 1


@needs_font
def test_a_letter_waits_and_is_released_on_the_pages(writing):
    """It stands on the page of letters with its draft, and one click of another officer sends it, or takes it away."""
    one, two = sign_in(writing, "internal1"), sign_in(writing, "internal2")
    path, before = f"/cases/{the_case(writing)}/letters", len(sent(writing))
    form = {"form_key": form_key(one), "kind": "closure", "language": "en", "addressee": "G1", "text": "Done."}
    for _ in range(2):
        assert one.post(path, data=form).status_code == 303
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
    """By calls as well: 201 for a letter that one officer sends, 202 for one that waits, and its release."""
    one, two = sign_in(writing, "internal1"), sign_in(writing, "internal2")
    path, head = f"/api/v1/cases/{the_case(writing)}", {"x-form-key": form_key(one)}
    alone = one.post(f"{path}/letters", json={"kind": "prompt", "language": "en", "addressee": "G1"}, headers=head)
    assert (alone.status_code, bool(alone.json()["entry"])) == (201, True)
    waits = one.post(f"{path}/letters", json={"kind": "transfer", "language": "en"}, headers=head)
    assert waits.status_code == 202
    held = two.get(f"{path}/letters").json()
    assert [w["number"] for w in held["waiting"]] == [waits.json()["waits"]]
    assert {"kind": "prompt", "two_officers": False} in held["kinds"]
    released = two.post(
        f"{path}/waiting/{waits.json()['waits']}", json={"approve": True}, headers={"x-form-key": form_key(two)}
    )
    assert released.status_code == 201
    assert one.post(f"{path}/letters", json={"kind": "frame"}, headers=head).status_code == 422
    firm = sign_in(writing, "firm").get(f"{path}/letters").json()
    assert firm["kinds"] == firm["waiting"] == []
