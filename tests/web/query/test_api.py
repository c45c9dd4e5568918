"""The call that queries: within scope, page by page from one answer, refusals in the one form, and recorded."""

from tests.consoles import mark, open_desk, sign_in

SQL = "SELECT payment, payee FROM payment ORDER BY payment DESC"


def _ask(browser, **body):
    return browser.post("/api/v1/queries", json={"sql": SQL} | body)


def test_pages_are_of_one_answer(tmp_path):
    """New entries change no page; a cursor of another query, or of another user, is rejected."""
    server = open_desk(tmp_path)
    console = sign_in(server, "supervisor")
    all_rows = _ask(console).json()
    assert (all_rows["count"], all_rows["next"], all_rows["columns"]) == (10, None, ["payment", "payee"])
    first = _ask(console, limit=4).json()
    rows, after = first["rows"], first["next"]
    server.outcome_of(server.note("supervisor", "verify"))
    while after is not None:
        page = _ask(console, limit=4, after=after).json()
        rows += page["rows"]
        after = page["next"]
    assert rows == all_rows["rows"]
    for who, body in (("supervisor", {"sql": "SELECT 1"}), ("group", {}), ("supervisor", {"after": "x.1"})):
        answer = _ask(sign_in(server, who), **{"after": first["next"], **body})
        assert (answer.status_code, answer.json()["refused"][0]["code"]) == (422, "desk.cursor"), who
    acts = server.duck.rows("SELECT did, detail FROM desk_act WHERE login = 'supervisor' AND did = 'ask'")
    assert ("ask", SQL) in acts
    server.stop()


def test_a_question_is_answered_within_reach(browser):
    """The rows equal those of the page; a user without the right is rejected, and so is text that is not a SELECT."""
    assert mark("B") not in _ask(browser("group")).text
    assert mark("A") in _ask(browser("group")).text
    assert _ask(browser("leader")).status_code == 403
    for sql in ("DELETE FROM payment", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM main.payment", "SELEC"):
        answer = _ask(browser("supervisor"), sql=sql)
        assert (answer.status_code, bool(answer.json()["refused"][0]["mend"]["zh"])) == (422, True), sql
