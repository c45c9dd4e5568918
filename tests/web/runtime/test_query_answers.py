"""Answers that are read page by page: the same rows on each page, few of each person, for some minutes."""

from comptroller.web.runtime.query_answers import Answers

ROWS = [[n, f"行 {n}\n"] for n in range(25)]


def test_pages_are_of_one_answer():
    """Any part of an answer is read as it was stored, to its end and not further."""
    answers = Answers(lambda: 0.0)
    answers.keep("k", "a", ["n", "text"], ROWS)
    for first in (0, 10, 20, 25, 99):
        assert answers.rows("k", first, 10) == (["n", "text"], ROWS[first : first + 10], 25)
    assert answers.rows("other", 0, 10) is None


def test_few_are_kept_of_one_person_and_none_for_long():
    """The oldest answer of a person is removed, others' stay, and after ten minutes an answer is gone."""
    now = [0.0]
    answers = Answers(lambda: now[0])
    answers.keep("other", "b", ["n"], [[1]])
    for n in range(5):
        answers.keep(n, "a", ["n"], [[n]])
    assert [n for n in range(5) if answers.rows(n, 0, 1)] == [2, 3, 4]
    assert answers.rows("other", 0, 1)
    now[0] = 601.0
    assert answers.rows("other", 0, 1) is None
    answers.clear()
    assert answers.rows(4, 0, 1) is None
