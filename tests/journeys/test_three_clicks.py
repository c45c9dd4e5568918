"""One red square, three clicks: there are the clause, the minutes, the payment and the person; the enterprise
is asked.
"""

import pytest

from tests.case_consoles import open_case_desk
from tests.journeys.walking import walk_on
from tests.worlds import report

pytestmark = pytest.mark.browser


def deal():
    """Yield a contract with its matter, its minutes and its payment, signed by a person without authority."""
    firm, matter = {"entity": "G1"}, {"entity": "G1", "matter": "M9"}
    yield "post", firm | {"person": "P-HEAD", "post": "legal_representative", "valid_from": "2020-01-01"}
    yield "matter", matter | {"title": "设备采购", "item": "investment", "amount": 5000, "raised_on": "2024-02-26"}
    board = {"body": "board", "kind": "decision", "outcome": "approved", "decided_at": "2024-03-01T14:30:00"}
    yield "decision", matter | {"decision": "D9", "amount": 5000} | board
    signed = {
        "counterparty": "乙公司",
        "kind": "goods",
        "amount": 5000,
        "signed_on": "2024-03-04",
        "signer": "P-NOBODY",
    }
    yield "contract", matter | {"contract": "HT-9"} | signed
    paid = {"payee": "乙公司", "payee_kind": "entity", "amount": 2400, "paid_at": "2024-03-05T10:30:00"}
    yield "payment", matter | {"contract": "HT-9", "payment": "P9"} | paid


def test_three_clicks_from_the_red_square_to_the_enterprise(tmp_path):
    """Overview, square, finding: there are clause, minutes, payment and the person; the third click asks the
    enterprise.
    """
    server = open_case_desk(tmp_path)
    try:
        for kind, fact in deal():
            outcome = server.writer.take(report(kind, fact, reporter="G1")).result(60)
            assert outcome.entry, outcome.refusals
        with walk_on(server, "zh") as walk:
            walk.sign_in("internal1")
            walk.open("/")
            assert walk.page.locator("a.square").count() == 1, "one red square"
            walk.page.click("a.square")
            walk.page.click("#findings a:has-text('无权签署合同')")
            told = walk.text() + " ".join(walk.page.locator("svg text").all_text_contents())
            for said in ("中华人民共和国公司法", "第 13 条", "P-NOBODY", "董事会", "2,400.00 元", "乙公司"):
                assert said in told, said
            walk.page.click("a.button:has-text('调阅材料')")
            form = walk.page.locator("#act-material_request")
            form.wait_for(state="visible")
            assert form.is_visible(), "the third click shows the form"
            form.locator("[name=material]").fill("董事会会议记录与授权委托书")
            form.locator("button").click()
            assert "已办理" in walk.page.locator("[role=status]").first.inner_text()
            assert walk.errors == []
    finally:
        server.stop()
