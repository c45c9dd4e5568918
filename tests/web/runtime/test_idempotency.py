"""A key is taken before the work: the same again gets the same answer, and work that was cut short is looked for first."""

import pytest

from comptroller.model.finding import plain
from comptroller.web.reporting.submit import Sent, recorded_answer, send_report
from comptroller.web.runtime.idempotency import KeyTaken, answer_once
from tests.consoles import facts_of
from tests.web.visits import visit_for
from tests.worlds import report


def never(_size):
    raise AssertionError("nothing was cut short")


def test_the_same_again_gets_the_same_answer_and_other_words_none(server):
    """The work is done once; a different request under the same key is rejected."""
    done = []

    def work():
        done.append(1)
        return {"entry": len(done)}

    for _ in range(3):
        assert answer_once(server, ("group", "k1", "d"), work, never) == {"entry": 1}
    with pytest.raises(KeyTaken):
        answer_once(server, ("group", "k1", "other"), work, never)
    assert answer_once(server, ("leader", "k1", "other"), work, never) == {"entry": 2}, "a key is its user's own"


def test_an_answer_that_is_not_final_gives_the_key_back(server):
    """A rejected request may be corrected and sent under the same key."""
    answers = iter([{"entry": None}, {"entry": 7}])
    final = {"is_final": lambda one: one["entry"] is not None}
    assert answer_once(server, ("group", "k2", "d"), lambda: next(answers), never, **final) == {"entry": None}
    assert answer_once(server, ("group", "k2", "mended"), lambda: next(answers), never, **final) == {"entry": 7}


def test_a_report_whose_answer_was_lost_is_found_in_the_ledger(server):
    """The entry is there, the answer is not: the retry gets the entry and its receipt, and nothing is taken twice."""
    visit, said = visit_for(server, "reporter"), Sent("lost.json", "json", "A", "")
    payload = report(
        "payment", *[row | {"payment": f"LOST-{n}"} for n, row in enumerate(facts_of("A"))], reporter="A"
    ).payload

    def cut():
        send_report(visit, payload, said)
        raise TimeoutError

    place, size = ("reporter", "k3", "d"), server.ledger.size
    with pytest.raises(TimeoutError):
        answer_once(server, place, cut, never)
    again = answer_once(server, place, cut, lambda before: recorded_answer(visit, payload, said, before))
    assert again == plain({"entry": again["entry"], "receipt": again["receipt"]})
    assert sum(one.fields["name"] == "lost.json" for one in server.heads.between(size + 1, server.ledger.size)) == 1
    assert answer_once(server, place, cut, never) == again
