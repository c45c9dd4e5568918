"""The call "may I?": answered at once from the lists within scope, and recorded in the ledger."""

import datetime as dt

import pytest

from comptroller.access.accounts import Token
from comptroller.books.facts.policy import lines_reaching
from comptroller.cli.serve import let_in
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.settings import Settings
from tests.cases.event_facts import city
from tests.consoles import visitor
from tests.web.visits import visit_for
from tests.worlds import OWNER, kept, moment, report

NOW = moment("2024-06-30T10:00:00")
BOARD = {"entity": "G1", "post": "board", "item": "loan", "amount_cny": "1000"}


@pytest.fixture(scope="module")
def post_check(tmp_path_factory):
    """Yield a function that asks as a user; for G1 a line for loans was set."""
    folder = tmp_path_factory.mktemp("checks")
    worker = city(folder, "cn-cases")
    line = {"entity": "G1", "list": "collective_decision", "item": "loan", "body": "board", "limit_cny": 1000}
    kept(worker, report("list_line", line | {"valid_from": "2024-01-01"}), at="2024-06-02T09:00:00")
    worker.close()
    server = Server(
        folder / "node" if (folder / "node").is_dir() else folder, lambda: NOW, _secrets(), Settings(advice_seconds=60)
    )
    server.start()
    for login, entity in (("whole", OWNER), ("elsewhere", "G2")):
        let_in(
            server,
            {"login": login, "name": login},
            [{"role": "leader", "entity": entity, "reason": "test"}],
            dt.date(2024, 1, 1),
        )
        until = NOW + dt.timedelta(days=1)
        server.accounts.make_token(Token(login, login, frozenset({"see"}), until), login, NOW)

    def ask(login, *, wait=True, **fields):
        head = {"authorization": f"Bearer {login}"}
        return visitor(server).post("/api/v1/checks", params={"wait": wait}, json=BOARD | fields, headers=head)

    ask.server = server
    yield ask
    server.stop()


def _secrets():
    numbers = iter(range(10_000))
    return lambda: f"{next(numbers):06d}-secret-for-tests"


def test_the_line_that_decides_is_told(post_check):
    """A permitted post may; another is shown who may; the answer is an entry under its number."""
    answer = post_check("whole").json()
    assert (answer["answer"], answer["lines"][0]["holder"]) == ("allowed", "G1")
    assert (answer["lines"][0]["entry"], answer["lines"][0]["cites"]) == (3, [])
    other = post_check("whole", post="management").json()
    assert (other["answer"], other["whom"]) == ("ask", "board")
    rows = post_check.server.duck.rows(
        "SELECT answer, whom, fact >> 20 FROM advice WHERE advice = ?", [other["advice"]]
    )
    assert rows == [("ask", "board", other["entry"])]


def test_without_waiting_it_is_kept_all_the_same(post_check):
    """The answer is stored when it returns, and its entry follows; then the stored copy is deleted."""
    answer = post_check("whole", wait=False).json()
    assert answer["entry"] is None
    assert [number for number, _ in post_check.server.storage.owed()] == [answer["advice"]]
    post_check.server.advices.flush()
    post_check.server.writer.do(lambda worker: worker.ledger.size).result(60)
    assert post_check.server.duck.rows("SELECT count(*) FROM advice WHERE advice = ?", [answer["advice"]]) == [(1,)]
    assert post_check.server.storage.owed() == []


def test_lines_of_one_entity_are_those_of_the_table_of_all(post_check):
    """A question reads the books' lines of its entity, line by line, with any entity above it."""
    visit = visit_for(post_check.server, "whole")
    entities = [row[0] for row in post_check.server.duck.rows("SELECT entity FROM entity ORDER BY entity")]
    assert len(entities) > 2
    for entity in entities:
        chain = visit.chain(entity)
        above = post_check.server.duck.rows(
            "SELECT ancestor FROM ancestor WHERE entity = ? ORDER BY distance", [entity]
        )
        assert chain == [row[0] for row in above]
        table = post_check.server.duck.rows("SELECT * FROM list_in_force WHERE entity = ? ORDER BY ALL", [entity])
        assert post_check.server.duck.rows(f"SELECT * FROM ({lines_reaching(chain)}) ORDER BY ALL") == table
        assert table
    assert visit.chain("NOBODY") == []


def test_what_is_out_of_reach_is_not_there(post_check):
    """A user who does not see the entity learns nothing of its lists; an amount is a number."""
    assert post_check("elsewhere").status_code == 404
    assert post_check("whole", entity="NOBODY").status_code == 404
    for wrong in ("-1", "NaN", "a lot", "1e400"):
        assert post_check("whole", amount_cny=wrong).status_code == 422, wrong


def test_nothing_is_answered_that_the_ledger_would_not_keep(post_check):
    """Any text is either rejected at once or accepted by intake as well."""
    odd = (
        "a b",
        " a",
        "a\n",
        "\x00",
        "\u200b",
        "  ",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "x" * 100,
        "'; drop",
        "（甲）公司",
        "甲",
    )
    taken = 0
    for field in ("post", "item", "person", "matter", "counterparty"):
        for text in odd:
            answer = post_check("whole", **{field: text})
            assert answer.status_code in (200, 422), answer.text
            if answer.status_code == 422:
                assert answer.json()["refused"][0]["code"] == "desk.value", (field, text, answer.text)
            taken += answer.status_code == 200
    assert taken > 20
