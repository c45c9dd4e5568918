"""Queries that pages share: groups, capital, and overdue reports, within the viewer's scope."""

from comptroller.web.overview.queries import capital, groups_of, late, recent_days
from tests.consoles import open_desk
from tests.web.visits import visit_for
from tests.worlds import report


def test_groups_are_the_first_level_below_what_one_sees(server):
    """The owner's view compares groups, a group's view the entities below its head."""
    assert set(groups_of(visit_for(server, "supervisor")).tops) == {"G1", "G2"}
    assert groups_of(visit_for(server, "group")).tops == ["A"]
    assert groups_of(visit_for(server, "administrator")).tops == []


def test_capital_counts_each_chain_once_and_lateness_is_by_the_clock(tmp_path):
    """A statement below another of the same scope is not counted again; a due and missing report is late."""
    server = open_desk(tmp_path)
    lines = [{"item": "net_assets", "amount_cny": 100}]
    same = {"kind": "monthly", "scope": "consolidated", "period_end": "2024-04-30", "lines": lines}
    says = [same | {"entity": e, "statement": f"S{e}"} for e in ("G1", "A", "G2")]
    due = [
        {"entity": e, "statement_kind": "monthly", "period_end": "2024-04-30", "due_on": "2024-05-15"}
        for e in ("A", "B")
    ]
    for sent in (report("statement", *says), report("report_due", *due)):
        outcome = server.writer.take(sent).result(60)
        assert outcome.entry, outcome.refusals
    visit = visit_for(server, "supervisor")
    assert [(c["item"], c["many"], c["whole"]) for c in capital(visit)] == [("net_assets", 2, 200)]
    assert [row["entity"] for row in late(visit, 5).first] == ["B"]
    assert late(visit).count == 1
    assert late(visit_for(server, "group")).count == 0
    assert str(recent_days(visit, 30)) == "2024-05-31"
    server.stop()
