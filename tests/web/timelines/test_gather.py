"""Timelines: connections come from the kinds, and facts valid for a period are not followed."""

from comptroller.web.timelines.gather import holds_for_a_time, starts, timeline_of
from tests.web.visits import visit_for


def test_kinds_that_name_each_other_have_strips(server):
    """A matter, a contract and a payment have one; an entity, a post and a user have none."""
    known = starts(server.pack)
    assert {"matter", "contract", "payment", "transaction", "invoice"} <= set(known)
    assert not {"entity", "post", "body", "desk_user", "stake", "statement"} & set(known)
    assert holds_for_a_time(known["delegation"])
    assert not holds_for_a_time(known["payment"])


def test_a_strip_is_of_one_fact_and_its_findings(server):
    """A payment comes with the one for the same invoice, and with the finding about both; farther facts come later."""
    (code,) = server.duck.rows("SELECT payment FROM payment WHERE entity = 'A1' ORDER BY payment LIMIT 1")[0]
    strip = timeline_of(visit_for(server, "supervisor"), "payment", "A1", code)
    assert strip is not None
    assert [(step.row["payment"], step.distance) for step in strip.steps] == [(code, 0), (code.replace("4", "5", 1), 1)]
    assert strip.seed is strip.steps[0]
    assert (len(strip.findings), strip.hidden_count, strip.is_cut) == (1, 0, False)
    assert timeline_of(visit_for(server, "supervisor"), "entity", "A1", "A1") is None
    assert timeline_of(visit_for(server, "supervisor"), "payment", "A1", "none") is None
