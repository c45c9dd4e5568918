"""A question read: its printed form, its tables, and every column that it may read."""

import pytest

from comptroller.model.refusal import Refused
from comptroller.store.question import read_question

TABLES = {"payment", "entity"}


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT amount FROM payment", {"amount", "payment"}),
        ("SELECT count(*) FROM payment", {"payment"}),
        ("SELECT p.amount FROM payment AS p JOIN entity AS e USING (code) ORDER BY p.day", {"amount", "code", "day"}),
        ("SELECT x.a FROM (SELECT amount AS a FROM payment) AS x", {"amount", "a"}),
    ],
)
def test_the_columns_that_are_named_are_handed_over(sql, columns):
    """Names of columns, keys of joins and orders count, in lower case; a name too many is no harm."""
    question = read_question(sql, TABLES)
    assert all(columns <= named for named in question.tables.values())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM payment",
        "FROM payment",
        "TABLE payment",
        "SELECT p.* FROM payment AS p",
        "SELECT p FROM payment AS p",
        "SELECT payment FROM payment",
        "SELECT list(p) FROM payment p",
        "SELECT count(DISTINCT p) FROM payment AS p",
        "SELECT COLUMNS('a.*') FROM payment",
        "SELECT a.amount FROM payment AS a NATURAL JOIN entity AS b",
        "SELECT x.a FROM (PIVOT payment ON kind IN ('a') USING sum(amount)) AS x",
        "SELECT #1 FROM payment",
        "SELECT amount FROM payment WHERE EXISTS (SELECT * FROM entity)",
    ],
)
def test_where_all_columns_may_be_read_all_are_handed_over(sql):
    """Stars, rows as values, columns by pattern or place, and joins and pivots over all columns."""
    assert set(read_question(sql, TABLES).tables.values()) == {None}


def test_what_runs_is_the_printed_form_and_names_no_table_of_its_own():
    """Comments are removed, names include their tables, and a WITH of the question is no table to load."""
    question = read_question("WITH q AS (SELECT a FROM Payment /* c */) SELECT a FROM q -- d", TABLES)
    assert question.sql == "WITH q AS (SELECT a FROM Payment) SELECT a FROM q"
    assert set(question.tables) == {"payment"}


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM hidden", "query.table"),
        ("SELECT * FROM main.payment", "query.table"),
        ("SELECT getenv('x')", "query.function"),
        ("DELETE FROM payment", "query.select"),
        ("SELECT 1 +", "query.sql"),
        ("SELECT '" + "x" * 200_000 + "'", "query.long"),
        ("SELECT " + "1 + " * 5_000 + "1", "query.long"),
        ("SELECT a FROM entity", "query.as_of"),
    ],
)
def test_what_may_not_be_asked_is_refused_by_name(sql, code):
    """Each refusal shows the place, what was seen, what was expected, and how to correct it."""
    with pytest.raises(Refused) as refused:
        read_question(sql, TABLES, {"entity"})
    assert [rejected.code for rejected in refused.value.refusals] == [code]
    assert all(rejected.mend.zh and rejected.mend.en and rejected.field == "sql" for rejected in refused.value.refusals)
