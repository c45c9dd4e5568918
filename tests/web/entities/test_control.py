"""Control as of a day: it uses what was known that day, and names no owner outside the scope."""

import datetime as dt

from comptroller.web.entities.control import above, bases
from tests.consoles import open_desk
from tests.web.visits import visit_for
from tests.worlds import OWNER

DAY = dt.date(2024, 6, 30)


def test_control_of_another_day_is_that_of_the_day(tmp_path):
    """Before a stake begins there is no control; later it is shown with the current basis and chain."""
    server = open_desk(tmp_path)
    stakes = [
        {"entity": "A", "holder": "G1", "share_pct": 60, "valid_from": "2024-05-01"},
        {"entity": "G1", "holder": OWNER, "share_pct": 100, "valid_from": "2020-01-01"},
        {"entity": "A", "holder": "B", "share_pct": 40, "valid_from": "2020-01-01"},
    ]
    server.outcome_of(server.report("stake", stakes))
    now = visit_for(server, "supervisor")
    then = visit_for(server, "supervisor")
    then.known = server.ledger.size
    words = ("owner", "basis", "path")
    control = [[tuple(row[w] for w in words) for row in above(item, "A", DAY)[0]] for item in (now, then)]
    assert control[0] == control[1]
    assert {row[0] for row in control[0]} == {"G1", OWNER}
    shares = [{row["owner"]: float(row["share_pct"]) for row in above(item, "A", DAY)[1]} for item in (now, then)]
    assert shares[0] == shares[1] != {}
    assert bases(now, "G1", ["A"], DAY) == bases(then, "G1", ["A"], DAY) == {"A": "direct"}
    before = visit_for(server, "supervisor")
    before.valid = dt.date(2024, 4, 1)
    assert above(before, "A", before.valid)[0] == []
    assert bases(before, "G1", ["A"], before.valid) == {}
    group = visit_for(server, "group")
    group.known = server.ledger.size
    assert {row["owner"] for row in above(group, "A", DAY)[0]} == {"G1"}
    assert bases(group, "G1", [], DAY) == {}
    server.stop()
