"""The query page: one SELECT within scope; nothing changes, nothing outside is read, and every query ends."""

import datetime as dt
import json

import pytest

from comptroller.model.refusal import Refused
from comptroller.web.query.page import answer_of, chart_of
from comptroller.web.runtime.query_limits import Limits
from comptroller.web.runtime.query_pool import QueryPool
from tests.consoles import form_key, mark, sign_in
from tests.web.visits import visit_for

EVIL = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('node.json')",
    "SELECT getenv('HOME')",
    "SELECT * FROM all_payment",
    "SELECT * FROM main.payment",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM information_schema.tables",
    "SELECT 1; DELETE FROM all_payment",
    "DELETE FROM all_payment",
    "INSERT INTO all_entity SELECT * FROM all_entity",
    "COPY payment TO 'x.csv'",
    "ATTACH 'x.duckdb'",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "CALL pragma_version()",
    "SELECT * FROM query('SELECT * FROM all_payment')",
    "SELECT * FROM query_table('all_payment')",
]


@pytest.mark.parametrize("sql", EVIL)
def test_nothing_but_a_select_over_documented_tables_is_answered(server, sql):
    """SQL escapes: files, settings, the engine's internals and other statements are rejected by name."""
    with pytest.raises(Refused):
        answer_of(visit_for(server, "supervisor"), sql)


def test_answers_are_within_reach(server):
    """The same query returns each user their own answer."""
    answers = json.dumps(
        answer_of(visit_for(server, "group"), "SELECT * FROM payment p JOIN entity e USING (entity)"), default=str
    )
    assert mark("A") in answers
    assert mark("B") not in answers
    assert answer_of(visit_for(server, "administrator"), "SELECT count(*) AS n FROM payment") == (["n"], [(0,)])


def test_a_question_that_takes_too_long_is_ended(server):
    """A user who asks for too much is informed, and the server continues."""
    server.settings, seconds = type(server.settings)(ask_seconds=0.2), server.settings
    many = ", ".join(f"payment AS p{n}" for n in range(11))
    sql = f"SELECT sum(hash(concat(p0.payment, p5.payment, p10.payment)) % 7) AS n FROM {many}"
    visit = visit_for(server, "supervisor")
    try:
        with pytest.raises(Refused) as refused:
            answer_of(visit, sql)
        assert refused.value.refusals[0].code == "query.slow"
    finally:
        server.settings = seconds
    assert answer_of(visit_for(server, "supervisor"), "SELECT 1 AS one") == (["one"], [(1,)])


def test_who_finds_no_place_is_told_to_come_again(server):
    """Where too many ask, pages and calls answer 503 and name the time to ask again; no question is noted."""
    server.questions, kept = QueryPool(Limits(of_one_person=0)), server.questions
    browser = sign_in(server, "supervisor")
    try:
        answer = browser.post("/ask", data={"form_key": form_key(browser), "sql": "SELECT 1 AS one"})
        assert (answer.status_code, answer.headers["retry-after"], "query.person" in answer.text) == (503, "10", True)
    finally:
        server.questions = kept


def test_a_table_without_a_history_is_not_asked_as_of_a_day(server):
    """A question about a day is never answered by what is now; one about facts is answered as of that day."""
    visit = visit_for(server, "supervisor")
    visit.valid = dt.date(2024, 3, 4)
    with pytest.raises(Refused) as refused:
        answer_of(visit, "SELECT * FROM heard")
    assert refused.value.refusals[0].code == "query.as_of"
    now = answer_of(visit_for(server, "supervisor"), "SELECT count(*) AS n FROM payment")[1]
    assert answer_of(visit, "SELECT count(*) AS n FROM payment")[1] < now


def test_what_is_asked_is_noted_saved_and_exported(server):
    """The page shows the answer; the ledger records the query; a leader may not query at all."""
    browser = sign_in(server, "supervisor")
    key = form_key(browser)
    sql = "SELECT entity, count(*) AS many FROM payment GROUP BY 1 ORDER BY 1"
    page = browser.post("/ask", data={"form_key": key, "sql": sql}).text
    assert "5 rows" in page
    assert browser.post("/ask", data={"form_key": key, "sql": sql, "as": "xlsx"}).content.startswith(b"PK")
    assert "entity,many" in browser.post("/ask", data={"form_key": key, "sql": sql, "as": "csv"}).text
    browser.post("/ask", data={"form_key": key, "sql": sql, "as": "save", "name": "mine"})
    assert ">mine</a>" in browser.get("/ask").text
    author = sign_in(server, "author")
    assert author.post("/ask", data={"form_key": form_key(author), "sql": sql, "as": "csv"}).status_code == 403
    assert sign_in(server, "leader").get("/ask").status_code == 403
    assert "query.select" not in page
    server.outcome_of(server.note("supervisor", "x"))
    assert server.duck.rows("SELECT count(*) > 0 FROM desk_act WHERE did = 'ask' AND detail = ?", [sql]) == [(True,)]


def test_a_chart_holds_no_markup():
    """The content of a cell cannot leave the chart's text."""
    assert "<" not in chart_of((["a", "n"], [("</script><script>alert(1)</script>", 1), ("b", 2)]))
    assert chart_of((["a"], [(1,), (2,)])) == ""
    assert chart_of(None) == ""
