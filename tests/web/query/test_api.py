"""The call that asks: within reach, page by page from one answer, refused in the one form, and noted."""

from tests.consoles import mark, open_desk, sign_in

SQL = "SELECT payment, payee FROM payment ORDER BY payment DESC"


def _ask(browser, **said):
    return browser.post("/api/v1/queries", json={"sql": SQL} | said)


def test_pages_are_of_one_answer(tmp_path):
    """What comes meanwhile changes no page; a cursor of another question, or of another's, is refused."""
    server = open_desk(tmp_path)
    one = sign_in(server, "supervisor")
    whole = _ask(one).json()
    assert (whole["count"], whole["next"], whole["columns"]) == (10, None, ["payment", "payee"])
    first = _ask(one, limit=4).json()
    found, after = first["rows"], first["next"]
    server.outcome_of(server.note("supervisor", "verify"))
    while after is not None:
        page = _ask(one, limit=4, after=after).json()
        found += page["rows"]
        after = page["next"]
    assert found == whole["rows"]
    for who, said in (("supervisor", {"sql": "SELECT 1"}), ("group", {}), ("supervisor", {"after": "x.1"})):
        answer = _ask(sign_in(server, who), **{"after": first["next"], **said})
        assert (answer.status_code, answer.json()["refused"][0]["code"]) == (422, "desk.cursor"), who
    acts = server.duck.rows("SELECT did, detail FROM desk_act WHERE login = 'supervisor' AND did = 'ask'")
    assert ("ask", SQL) in acts
    server.stop()


def test_a_question_is_answered_within_reach(browser):
    """The same rows as on the page; who may not ask is told so, and what is no SELECT is refused."""
    assert mark("B") not in _ask(browser("group")).text
    assert mark("A") in _ask(browser("group")).text
    assert _ask(browser("leader")).status_code == 403
    for sql in ("DELETE FROM payment", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM main.payment", "SELEC"):
        answer = _ask(browser("supervisor"), sql=sql)
        assert (answer.status_code, bool(answer.json()["refused"][0]["mend"]["zh"])) == (422, True), sql
