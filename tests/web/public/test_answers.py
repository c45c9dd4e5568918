"""Public answers about an enterprise: yes, no or not known, with the chain of entities and never a person."""

import datetime as dt

import pytest

from comptroller.web.public.answers import NO, UNKNOWN, WITHIN, YES, PublicAnswer, answer, line_for, name_digest
from tests.consoles import mark
from tests.web.public.conftest import SIGNER

DAY = dt.date(2024, 6, 30)
NAME = f"A 公司 {mark('A')}"


def test_control_is_told_with_its_day_and_chain(open_world):
    """An enterprise is found by code or by its name as people type it; control begins where the chain became whole."""
    for said in ("A", "a", NAME, f"  A公司{mark('A').lower()} "):
        told = answer(open_world, said, "", DAY)
        assert (told.controlled, told.since) == (YES, dt.date(2022, 5, 1)), said
        assert told.chain[-1] == NAME
        assert len(told.chain) == 3
    assert answer(open_world, "A", "", dt.date(2022, 4, 30)).controlled == NO, "the day before"
    assert answer(open_world, "A", "", dt.date(2022, 5, 1)).controlled == YES, "the day itself"
    assert answer(open_world, "C", "", DAY).controlled == NO, "a fifth is no control"


def test_a_firm_that_is_not_the_state_s_is_told_no_fees(open_world):
    """The fees of the list above it are shown for an enterprise that the state controls, and for no other."""
    assert [fee.zh for fee in answer(open_world, "A", "", DAY).fees or ()] == ["dividend"]
    assert answer(open_world, "C", "", DAY).fees is None


@pytest.mark.parametrize(
    ("entity", "person", "on", "signs"),
    [
        ("A", SIGNER, DAY, YES),
        ("A", f" {SIGNER[0]} {SIGNER[1]}", DAY, YES),
        ("A", "p-king", DAY, YES),
        ("A", "李代", DAY, WITHIN),
        ("A", "李代", dt.date(2025, 1, 1), NO),
        ("A", "赵某", DAY, NO),
        ("A", SIGNER, dt.date(2024, 1, 31), UNKNOWN),
        ("C", "赵某", DAY, UNKNOWN),
        ("G1", "赵某", DAY, UNKNOWN),
    ],
)
def test_a_signer_is_told_on_his_day(open_world, entity, person, on, signs):
    """A "no" needs the names of all signers; when one is missing, the answer is "not known"."""
    assert answer(open_world, entity, person, on).signs == signs


def test_what_is_not_published_is_answered_like_what_is_not_there(open_world):
    """An entity with an empty nearest list, one below it, and an unknown one get the same answer."""
    for said in ("G2", "nobody at all", "", "*"):
        assert answer(open_world, said, SIGNER, DAY) == PublicAnswer(), said
    below = open_world.duck.rows("SELECT entity FROM main.entity WHERE parent = 'G2'")
    assert below
    assert all(answer(open_world, code, SIGNER, DAY) == PublicAnswer() for (code,) in below)


def test_no_answer_names_a_person(open_world):
    """No answer contains a person's key, name or digest."""
    told = repr(answer(open_world, "A", SIGNER, DAY))
    for said in (SIGNER, "p-king", "p-delegate", name_digest("A", SIGNER)):
        assert said not in told


def test_lines_take_what_policy_says_from_its_day_on(open_world):
    """The list names the line that receives reports; before its day the page is closed."""
    assert line_for(open_world, "tip", DAY) == "discipline"
    assert line_for(open_world, "false_enterprise", DAY) == "investor"
    assert line_for(open_world, "tip", dt.date(2019, 1, 1)) == ""
