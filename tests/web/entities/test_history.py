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
    said = [
        server.outcome_of(server.report("stake", [one])) for one in (stake, stake | {"share_pct": 80, "act": "correct"})
    ]
    server.outcome_of(
        server.report(
            "entity", [{"entity": "A", "parent": "G1", "name": "A neu", "valid_from": "2020-01-01", "act": "correct"}]
        )
    )
    first, second = (one.entry for one in said)
    visit = visit_for(server, "supervisor")
    stakes = [one for one in history_of(visit, "A") if one.table == "stake"]
    assert [(one.entry, one.ended) for one in stakes] == [(second, None), (first, second)]
    assert "60.00%" in stakes[1].words
    assert [one.entry for one in history_of(visit, "G1") if one.table == "stake"] == [second, first]
    own = [one for one in history_of(visit, "A") if one.table == "entity"]
    assert own[0].words.endswith("A neu")
    assert own[0].words.count("·") == 0
    visit.known = first
    assert [(one.entry, one.ended) for one in history_of(visit, "A") if one.table == "stake"] == [(first, None)]
    assert history_of(visit_for(server, "administrator"), "A") == []
    assert OWNER not in {one.words for one in history_of(visit, "A")}
    server.stop()
