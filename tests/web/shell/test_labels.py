"""Facts as people read them: titles and choices of the kind, and the unit of an amount."""

from dataclasses import replace

from comptroller.model.text import Text
from comptroller.web.shell.labels import (
    cell,
    evidence,
    fields_of,
    label,
    lacking,
    lawful_said,
    seen_rows,
    subject_said,
    worded,
)
from tests.web.visits import visit_for


def test_fields_have_their_titles_and_units(server):
    """What a pack calls a field is what a person reads; codes of choices are named."""
    visit = visit_for(server, "supervisor", "zh")
    row = {"entity": "A", "form": "sole_state", "sme": False, "staff": 1200}
    said = {field.name: value for _, value, field in fields_of(visit, "entity", row)}
    assert said.pop("entity").startswith("A 公司"), "an entity within reach is named"
    assert said == {"form": "国有独资", "sme": "否", "staff": "1,200"}
    rule = visit.pack.rules["base/rules/payments/duplicate"]
    assert label(visit, rule, "payee") == visit.in_language(visit.pack.kinds["payment"].field("payee").title)
    assert evidence(visit, rule, "limit_cny", 20_000) == "2.00 万元"
    assert evidence(visit, rule, "share_pct", 51) == "51.00%"
    assert cell(visit, None, None) == "–"


def test_codes_and_columns_have_words(server):
    """Codes in lists and in the policy's words are shown by their labels; others as reported."""
    visit = visit_for(server, "supervisor", "zh")
    rule = visit.pack.rules["base/rules/payments/duplicate"]
    assert (worded(visit, "board"), worded(visit, "X-1"), worded(visit, rule.name)) == ("董事会", "X-1", "重复付款")
    assert label(visit, rule, "earlier_payment") == "在先付款"
    assert evidence(visit, rule, "tie", "A>board>X-1") == "A 公司 MARKAKRAM>董事会>X-1"
    assert subject_said(visit, "A", '["A", "B", null, "board"]') == "B 公司 MARKBKRAM · – · 董事会"
    assert lacking(visit, rule, "clock") == "时钟"
    assert lacking(visit, rule, "contract") == "合同编号"
    assert lacking(visit, rule, "contract.amount_cny") == "合同 · 折人民币金额"


def test_rows_beyond_the_reach_are_counted_and_not_shown(server):
    """Evidence is filtered row by row."""
    facts = server.duck.rows("SELECT entity, fact FROM payment ORDER BY fact")
    rows = [
        {"table": "payment", "entry": fact >> 20, "place": fact & (2**20 - 1), "row": {"entity": e}}
        for e, fact in facts
    ]
    seen, hidden = seen_rows(visit_for(server, "group", "en"), rows)
    assert {row["row"]["entity"] for row in seen} == {"G1", "A", "A1"}
    within = sum(row["row"]["entity"] in {"G1", "A", "A1"} for row in rows)
    assert within >= 6
    assert len(rows) - within >= 4, "tests beside this one may report more payments"
    assert (len(seen), hidden) == (within, len(rows) - within)


def test_what_would_be_lawful_is_said_in_names_and_units(server):
    """An amount comes with the unit that suits it, an entity with its name; what is not known is a dash, and what is no number stays."""
    visit = visit_for(server, "supervisor", "zh")
    rule = visit.pack.rules["base/rules/payments/duplicate"]
    said = Text(
        zh="集团（{group}）在{since}前批准{due_cny}元，{body}另议{none}。", en="{group}: CNY {due_cny} by {since}"
    )
    told = {"group": "A", "due_cny": 20000000, "since": "2025-02-13", "body": "board", "none": None}
    rule = replace(rule, lawful=said)
    assert lawful_said(visit, rule, told) == "集团（A 公司 MARKAKRAM）在2025-02-13前批准2,000.00 万元，董事会另议–。"
    assert lawful_said(visit_for(server, "supervisor"), rule, told) == "A 公司 MARKAKRAM: CNY 20.00 m by 2025-02-13"


def test_titles_of_amounts_leave_their_unit_to_the_amount(server):
    """No title names yuan beside a value in ten thousands or in hundred millions."""
    visit = visit_for(server, "supervisor", "zh")
    titles = [
        label(visit, None, f.name) for kind in visit.pack.tables.values() for f in kind.fields if f.type == "money"
    ]
    assert titles
    assert not [one for one in titles if one.endswith("（元）")]
