"""History: corrected rows stay visible, with the entry that ended them."""

from comptroller.web.entities.history import history_of
from tests.consoles import open_desk
from tests.web.visits import visit_for
from tests.worlds import OWNER


def test_what_was_corrected_stays(tmp_path):
    """A corrected stake is listed twice, the first row with its end.

    As known before, it has no end; holders outside the scope stay hidden.
    """
    server = open_desk(tmp_path)
    stake = {"entity": "A", "holder": "G1", "share_pct": 60, "valid_from": "2024-02-01"}
    rows = [
        server.outcome_of(server.report("stake", [row])) for row in (stake, stake | {"share_pct": 80, "act": "correct"})
    ]
    server.outcome_of(
        server.report(
            "entity", [{"entity": "A", "parent": "G1", "name": "A neu", "valid_from": "2020-01-01", "act": "correct"}]
        )
    )
    first, second = (row.entry for row in rows)
    visit = visit_for(server, "supervisor")
    stakes = [row for row in history_of(visit, "A") if row.table == "stake"]
    assert [(row.entry, row.ended) for row in stakes] == [(second, None), (first, second)]
    assert "60.00%" in stakes[1].words
    assert [row.entry for row in history_of(visit, "G1") if row.table == "stake"] == [second, first]
    own = [row for row in history_of(visit, "A") if row.table == "entity"]
    assert own[0].words.endswith("A neu")
    assert own[0].words.count("·") == 0
    visit.known = first
    assert [(row.entry, row.ended) for row in history_of(visit, "A") if row.table == "stake"] == [(first, None)]
    assert history_of(visit_for(server, "administrator"), "A") == []
    assert OWNER not in {row.words for row in history_of(visit, "A")}
    server.stop()
