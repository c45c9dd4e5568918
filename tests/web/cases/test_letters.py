"""Letters of a case: typeset from the policy's templates, recorded with hash and code, and seen by their addressees."""

from hashlib import sha256

import pytest
import typst

from comptroller.model.refusal import Refused
from comptroller.web.cases import actions, letters, view
from comptroller.web.cases.letters import FONTS, LetterDraft
from comptroller.web.public.proofs import prove
from comptroller.web.shell.errors import NotFound, PermissionDenied
from tests.case_consoles import open_case_desk, release, the_case
from tests.consoles import form_key, sign_in
from tests.web.visits import visit_for
from tests.worlds import OWNER, report

EVIL = '#panic("it ran") $x$ *bold*\n#import "@preview/nothing:0.1.0"'
HAS_FONT = bool(set(FONTS) & set(typst.Fonts().families()))
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no font with Chinese characters is here: make web fetches one")


@pytest.fixture(scope="module")
def writing(tmp_path_factory):
    """Yield a console with one case and sent letters."""
    opened = release(open_case_desk(tmp_path_factory.mktemp("letters")))
    yield opened
    opened.stop()


def seen_by(server, login):
    """Return a visit and the case as a user sees it."""
    visit = visit_for(server, login)
    return visit, view.see(visit, the_case(server))


@needs_font
@pytest.mark.parametrize("kind", ["prompt", "interview", "rectify", "transfer", "closure"])
def test_each_kind_is_set_and_nothing_in_it_runs(writing, kind):
    """Every kind has a template; typed content is text; the same letter at one moment is the same file."""
    visit, case = seen_by(writing, "internal1")
    assert kind in letters.kinds_of(visit)
    draft = LetterDraft(kind, "zh" if kind == "prompt" else "en", "G1", "2024-04-01", EVIL)
    file = letters.set_letter(visit, case, draft, number="1", code="L" + "0" * 20)
    assert file.startswith(b"%PDF")
    if kind == "prompt":
        assert file == letters.set_letter(visit, case, draft, number="1", code="L" + "0" * 20)


def test_a_kind_without_a_template_is_refused(writing):
    """A kind without a template is named in the refusal."""
    visit, case = seen_by(writing, "internal1")
    with pytest.raises(Refused) as fault:
        letters.set_letter(visit, case, LetterDraft(letters.FRAME, "en", "", "", ""), number="1")
    assert fault.value.refusals[0].code == "desk.letter.kind"


@pytest.mark.parametrize("login", ["over", "leader", "firm"])
def test_only_a_line_of_the_case_writes(writing, login):
    """An overseer, a leader without a line and the entity's side send nothing."""
    visit, case = seen_by(writing, login)
    with pytest.raises(PermissionDenied):
        letters.send(visit, case, LetterDraft("prompt", "en", "G1", "", "text"))


@needs_font
def test_a_sent_letter_is_an_entry_with_a_code(writing):
    """The fact has hash and code, the public page proves it, and its addressee reads it, but not another's letter."""
    browser = sign_in(writing, "internal1")
    case_id = the_case(writing)
    form = {
        "form_key": form_key(browser),
        "kind": "prompt",
        "language": "zh",
        "due_on": "2024-04-12",
        "text": "请整改。",
    }
    assert browser.post(f"/cases/{case_id}/letters/draft", data=form | {"addressee": "G1"}).content.startswith(b"%PDF")
    assert writing.duck.rows("SELECT count(*) FROM letter") == [(0,)], "a draft is kept nowhere"
    for to in ("G1", "OWNER"):
        answer = browser.post(f"/cases/{case_id}/letters", data=form | {"addressee": to})
        assert answer.status_code == 303, answer.text
    visit, case = seen_by(writing, "internal1")
    first, second = letters.letters_of(visit, case)
    file = browser.get(f"/cases/{case_id}/letters/{first['letter']}.pdf").content
    assert sha256(file).hexdigest() == first["hash"]
    proof = prove(writing, first["check_code"])
    assert (proof.is_letter, proof.is_sound, proof.hash, proof.receipt.number) == (
        True,
        True,
        first["hash"],
        first["entry"],
    )
    visit, case = seen_by(writing, "firm")
    assert [row["letter"] for row in letters.letters_of(visit, case)] == [first["letter"]]
    assert letters.file_of(visit, case, first["letter"]) == file
    with pytest.raises(NotFound):
        letters.file_of(visit, case, second["letter"])
    assert first["letter"] in browser.get(f"/cases/{case_id}/letters").text
    clocks = writing.duck.rows("SELECT CAST(due_on AS VARCHAR) FROM case_clock WHERE clock = 'letter_answer'")
    assert ("2024-04-12",) in clocks, "the letter's own day starts the clock of its answer"


@needs_font
def test_a_line_that_keeps_its_steps_keeps_its_letters(writing):
    """Informed lines open a case of a confidential leading line, and neither list nor open its letters."""
    actions.perform(*seen_by(writing, "internal1"), "hand_over", {"to_line": "discipline", "reason": "theirs"})
    actions.perform(*seen_by(writing, "discipline1"), "receive", {})
    visit, _ = seen_by(writing, "discipline1")
    row = {
        "letter": "KEPT1",
        "case_id": the_case(writing),
        "office": OWNER,
        "by_line": "discipline",
        "kind": "transfer",
    }
    row |= {"addressee": OWNER, "sent_on": "2024-03-12", "hash": "ab", "by": "discipline1", "approved_by": "V2"}
    assert writing.writer.take(report(letters.KIND, row)).result(60).entry
    assert "KEPT1" in [letter["letter"] for letter in letters.letters_of(visit, seen_by(writing, "discipline1")[1])]
    for login in ("audit1", "internal1", "over"):
        browser, path = sign_in(writing, login), f"/cases/{the_case(writing)}"
        for page in (path, f"{path}/letters"):
            answer = browser.get(page)
            assert (answer.status_code, "KEPT1" in answer.text) == (200, False), (login, page)
        assert browser.get(f"{path}/letters/KEPT1.pdf").status_code == 404
