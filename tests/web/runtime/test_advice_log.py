"""Answers on their way into the ledger: many are one report, and none is lost with another."""

from concurrent.futures import Future

import pytest

from comptroller.model.refusal import refusal
from comptroller.web.runtime.advice_log import MOST_TOGETHER, AdviceLog
from comptroller.web.runtime.storage import DeskStore
from comptroller.web.runtime.writer import Outcome

WRONG = refusal("x", ("", None, ""), "x", ("", ""), ("", ""))


class Ledger:
    """Takes reports, but none with a bad fact in it."""

    def __init__(self):
        self.reports = []

    def say(self, _kind, facts):
        """Answer at once."""
        self.reports.append([fact["advice"] for fact in facts])
        done = Future()
        is_bad = any(fact.get("bad") for fact in facts)
        done.set_result(Outcome(None if is_bad else len(self.reports), (WRONG,) if is_bad else (), ()))
        return done


@pytest.fixture
def shelf(tmp_path):
    """Return a function that opens each caller's own connection to one store, as the desk's threads have."""
    return lambda: DeskStore(tmp_path / "desk.sqlite")


def test_answers_of_a_moment_are_one_report(shelf):
    """Each answer gets the entry of the report; a later answer is in another report."""
    ledger = Ledger()
    log = AdviceLog(ledger.say, 60, shelf)
    waiting = [log.put({"advice": n}) for n in range(3)]
    assert ledger.reports == []
    log.flush()
    assert ledger.reports == [[0, 1, 2]]
    assert [one.result(5).entry for one in waiting] == [1, 1, 1]
    for n in range(MOST_TOGETHER):
        log.put({"advice": n})
    assert len(ledger.reports[1]) == MOST_TOGETHER
    log.flush()
    assert len(ledger.reports) == 2


def test_they_go_by_themselves(shelf):
    """The timer reports without a further call."""
    ledger = Ledger()
    assert AdviceLog(ledger.say, 0.01, shelf).put({"advice": 1}).result(5).entry == 1


def test_a_bad_one_takes_no_other_with_it(caplog, shelf):
    """Answers rejected together are reported one by one; an answer rejected alone is logged."""
    ledger = Ledger()
    log = AdviceLog(ledger.say, 60, shelf)
    good, bad = log.put({"advice": "good"}), log.put({"advice": "bad", "bad": True})
    log.flush()
    assert ledger.reports == [["good", "bad"], ["good"], ["bad"]]
    assert good.result(5).entry == 2
    assert bad.result(5).refusals == (WRONG,)
    assert "advice bad was given and is not in the ledger" in caplog.text
    assert [number for number, _ in shelf().owed()] == ["bad"], "what the ledger would not take is not forgotten"


def test_an_answer_that_was_given_outlives_a_crash(shelf):
    """What was put is on the disk before it is answered, and reported once by the next desk, less what the ledger has already."""

    def dies(_kind, _facts):
        return Future()

    before = AdviceLog(dies, 60, shelf)
    before.put({"advice": "kept", "answer": "yes"})
    before.flush()  # it reached the ledger, and the process died before the outcome
    before.put({"advice": "lost", "answer": "yes"})
    ledger = Ledger()
    after = AdviceLog(ledger.say, 60, shelf)
    assert after.resume(lambda number: number == "kept") == 1
    assert ledger.reports == [["lost"]]
    assert shelf().owed() == []
    assert AdviceLog(ledger.say, 60, shelf).resume(lambda _: False) == 0
