"""Facts as people read them: titles and choices of the kind, and the unit of an amount."""

from comptroller.desk.facts import cell, evidence, fields_of, label, seen_rows
from tests.desk.visits import visit_for


def test_fields_have_their_titles_and_units(desk):
    """What a pack calls a field is what a person reads; codes of choices are named."""
    visit = visit_for(desk, "supervisor", "zh")
    row = {"entity": "A", "form": "sole_state", "sme": False, "staff": 1200}
    said = {field.name: value for _, value, field in fields_of(visit, "entity", row)}
    assert said == {"entity": "A", "form": "国有独资", "sme": "否", "staff": "1,200"}
    rule = visit.pack.rules["base/rules/payments/duplicate"]
    assert label(visit, rule, "payee") == visit.said(visit.pack.kinds["payment"].field("payee").title)
    assert evidence(visit, rule, "limit_cny", 20_000) == "2.00 万元"
    assert evidence(visit, rule, "share_pct", 51) == "51.00%"
    assert cell(visit, None, None) == "–"


def test_rows_beyond_the_reach_are_counted_and_not_shown(desk):
    """Evidence is filtered row by row."""
    facts = desk.duck.rows("SELECT entity, fact FROM payment ORDER BY fact")
    rows = [
        {"table": "payment", "entry": fact >> 20, "place": fact & (2**20 - 1), "row": {"entity": e}}
        for e, fact in facts
    ]
    seen, hidden = seen_rows(visit_for(desk, "group", "en"), rows)
    assert {row["row"]["entity"] for row in seen} == {"G1", "A", "A1"}
    assert (len(seen), hidden) == (6, 4)
