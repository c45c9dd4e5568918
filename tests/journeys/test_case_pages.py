"""A case through the browser: found, contested, put right, judged again, closed, opened again, handed to discipline and back."""

from pathlib import Path

import pytest

from comptroller.web.runtime.server import Server
from tests.case_consoles import at, correct, open_case_desk, tender, the_case
from tests.journeys.walking import Walk, walk_on

pytestmark = pytest.mark.browser

WORDS = {
    "zh": {"kept": "已办理", "waits": "另一名经办人", "contested": "有异议", "triage": "待研判", "verifying": "待复核", "closed": "已关闭", "reopened": "重开 1 次", "passed": "自动关闭", "corrected": "事项已更正"},
    "en": {"kept": "Recorded in the ledger", "waits": "another officer", "contested": "Contested", "triage": "To be looked at", "verifying": "To be verified", "closed": "Closed", "reopened": "Reopened 1 time", "passed": "closed automatically", "corrected": "Facts were reported in the place of others"},
}  # fmt: skip


def test_a_case_from_its_finding_to_discipline_and_back(tmp_path: Path) -> None:
    """Each step is taken on a page by a user who may take it; the page and the ledger then agree.

    The state of the case is read in both languages; the acts are done in one of them.
    """
    server, words = open_case_desk(tmp_path), WORDS["zh"]
    try:
        with walk_on(server, "zh") as walk:
            case = the_case(server)
            _to_closed(server, walk, case, words)
            _opened_again(server, walk, case)
            _handed_on_and_back(server, walk, case, words)
            _closed_by_itself(server, walk, words)
            assert walk.faults == []
    finally:
        server.stop()


def _shows(walk: Walk, path: str, *names: str) -> None:
    """Check that a page shows those words, in the one language and in the other."""
    for language in ("en", "zh"):
        walk.speak(language)
        assert walk.open(path) == 200
        assert [name for name in names if WORDS[language][name] not in walk.text()] == []


def _to_closed(server: Server, walk: Walk, case: str, words: dict[str, str]) -> None:
    """Triage, the firm's side, rectification, judged again by a correction, verified and closed by two others."""
    walk.sign_in("internal1")
    assert walk.open("/day") == 200
    assert "G1" in walk.text()
    assert words["kept"] in walk.act(f"/cases/{case}", "escalate", reason="inner words")
    walk.sign_in("firm")
    assert walk.open(f"/inbox/{case}") == 404, "no line told the firm yet"
    walk.sign_in("internal1")
    assert words["kept"] in walk.act(f"/cases/{case}", "material_request", material="minutes")
    walk.sign_in("firm")
    assert walk.open("/inbox") == 200
    assert words["kept"] in walk.act(f"/inbox/{case}", "contest", reason="approved in time")
    assert words["kept"] in walk.act(
        f"/inbox/{case}", "supply", material="minutes", evidence_on="2024-03-01", reason="here"
    )
    assert "inner words" not in walk.text()
    at(server, "2024-03-13T12:00:00")
    walk.sign_in("internal1")
    _shows(walk, f"/cases/{case}", "contested")
    assert words["kept"] in walk.act(f"/cases/{case}", "require", reason="put it right")
    at(server, "2024-03-20T12:00:00")
    walk.sign_in("firm")
    said = walk.act(f"/inbox/{case}", "rectify", reason="approved on the 2nd", evidence_on="2024-03-20")
    assert words["kept"] in said
    walk.sign_in("internal2")
    assert "verify" not in walk.acts(f"/cases/{case}"), "the finding still stands"
    correct(server, "2024-03-02T10:00:00")
    _shows(walk, f"/cases/{case}", "verifying")
    assert words["kept"] in walk.act(f"/cases/{case}", "verify", reason="seen")
    assert "close" not in walk.acts(f"/cases/{case}"), "who verified does not close"
    walk.sign_in("internal1")
    walk.speak("en")
    assert WORDS["en"]["kept"] in walk.act(f"/cases/{case}", "close", reason="done")
    _shows(walk, f"/cases/{case}", "closed")
    assert server.duck.rows("SELECT state, ended_how, closed_by FROM case_now") == [("closed", "rejudged", "internal1")]


def _opened_again(server: Server, walk: Walk, case: str) -> None:
    """A later correction undoes it: the case is open again by itself."""
    at(server, "2024-04-02T12:00:00")
    correct(server, "2024-03-09T10:00:00")
    walk.sign_in("internal1")
    _shows(walk, f"/cases/{case}", "triage", "reopened")


def _handed_on_and_back(server: Server, walk: Walk, case: str, words: dict[str, str]) -> None:
    """Hand the case from internal to investor, on to discipline, which is confidential, and back to investor."""
    path = f"/cases/{case}"
    assert words["kept"] in walk.act(path, "hand_over", to_line="investor", reason="theirs")
    walk.sign_in("investor1")
    assert walk.open("/day") == 200
    assert words["kept"] in walk.act(path, "receive")
    assert words["kept"] in walk.act(path, "hand_over", to_line="discipline", reason="a person gained")
    walk.sign_in("discipline1")
    assert words["kept"] in walk.act(path, "receive")
    assert words["kept"] in walk.act(path, "escalate", reason="secret lead")
    walk.sign_in("audit1")
    assert walk.open(path) == 200
    assert "secret lead" not in walk.page.content()
    assert "discipline1" not in walk.page.content()
    walk.sign_in("over")
    assert walk.open(path) == 200, "the entity's side is left to who oversees the firm as well"
    assert "secret lead" not in walk.page.content()
    walk.sign_in("discipline1")
    assert words["kept"] in walk.act(path, "hand_over", to_line="investor", reason="nothing for us")
    walk.sign_in("investor1")
    assert words["kept"] in walk.act(path, "receive")
    assert "nothing for us" in walk.text()
    row = server.duck.rows("SELECT lead, state, reopened FROM case_now")
    assert row == [("investor", "escalated", 1)]
    walk.page.set_viewport_size({"width": 390, "height": 844})
    assert walk.open(path) == 200
    assert walk.overflow <= 0


def _closed_by_itself(server: Server, walk: Walk, words: dict[str, str]) -> None:
    """A minor finding is taken up; the firm's correction makes its rule pass, and the page names the entry that closed it."""
    tender(server, 3)
    ((case,),) = server.duck.rows("SELECT case_id FROM case_now WHERE rule LIKE '%bid_deposit_too_high'")
    path = f"/cases/{case}"
    walk.sign_in("audit1")
    assert words["kept"] in walk.act(path, "escalate", reason="give the surplus back")
    assert words["kept"] in walk.act(path, "material_request", material="receipts")
    entry = tender(server, 2, act="correct")
    _shows(walk, path, "closed", "passed", "corrected")
    assert walk.page.locator(f"a[href='/ledger/{entry}']").count() >= 1
    walk.sign_in("firm")
    assert walk.open(f"/inbox/{case}") == 200
    assert words["passed"] in walk.text()
