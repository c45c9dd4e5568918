"""Timelines in the browser: a deal from its matter to its money, four flows, a ring, and nothing outside the scope."""

import html
import re

import pytest

from tests.consoles import sign_in
from tests.web.trading import DEAL, trading_desk

PATH = f"/strips/contract/A/{DEAL}"


@pytest.fixture(scope="module")
def trade(tmp_path_factory):
    """Yield the console of the trade world, and a function that signs a user in."""
    server = trading_desk(tmp_path_factory.mktemp("trade"))
    clients = {}

    def of(login, language="en"):
        return clients.setdefault((login, language), sign_in(server, login, language))

    yield server, of
    server.stop()


def ring_path(server):
    return "/strips/rings/payment/" + server.duck.rows("SELECT min(cycle) FROM trade_cycle")[0][0]


def test_a_deal_is_shown_with_all_its_steps_and_what_is_found(trade):
    """Matter, decision, contract, goods, money and invoice are on one line; the body that is missing has its ring."""
    page = trade[1]("supervisor").get(PATH).text
    for code in ("M1", "D1", DEAL, "S1", "S2", "P1", "F1"):
        assert f">{code}<" in page, code
    assert 'class="absent"' in page
    assert "Party committee" in page
    assert 'class="off"' in page, "days that are not worked are shaded"
    assert "Listed matter decided without prior study" in page
    assert page.count("not the contract&#39;s party") == 1
    for path in ("/strips/matter/A/M1", "/strips/payment/A/P1", "/strips/invoice/A/F1"):
        assert f"/strips/contract/A/{DEAL}" in trade[1]("supervisor").get(path).text, path
    assert "缺此环节" in trade[1]("supervisor", "zh").get(PATH).text


def test_from_the_overview_to_the_person_without_authority(trade):
    """A supervisor's path: a red square of the heat table, the finding, its timeline with clause, minutes,
    payment and signer.
    """
    console = trade[1]("supervisor", "zh")
    squares = re.findall(r'<a class="square" href="([^"]*domain=contracts[^"]*under=G1[^"]*)"', console.get("/").text)
    listed = console.get(html.unescape(squares[0])).text
    name = re.search(r'href="(/findings/F-[^"]+)">无权签署合同', listed)[1]
    finding = console.get(name).text
    assert "中华人民共和国公司法" in finding
    assert "P-NOBODY" in finding
    assert "合规情形" in finding
    strip = console.get(re.search(rf'href="(/strips/contract/A/{DEAL})"', finding)[1]).text
    for text in ("董事会", "决定 · 同意", "P1", "P-NOBODY", "无权签署合同", "授权"):
        assert text in strip, text
    assert strip.count("缺此环节") == 2, "no study by the party committee, no power of attorney"


def test_a_ring_shows_its_legs_and_hides_those_beyond(trade):
    """The owner's supervisor sees three legs; a group sees its own, and how many are hidden."""
    server, of = trade
    path = ring_path(server)
    page, part = of("supervisor").get(path).text, of("group").get(path).text
    assert page.count('class="arc"') == 3
    assert (part.count('class="arc"'), part.count('class="arc beyond"')) == (2, 1)
    assert "1 records you cannot see" in part
    assert path in of("supervisor").get(PATH).text
    assert path in of("supervisor").get("/strips?kind=rings").text


def test_what_is_beyond_the_reach_is_not_there(trade):
    """Another group's timeline answers like one that does not exist; so does a kind without timelines."""
    other = trade[1]("other")
    for path in (PATH, "/strips/contract/A/none", "/strips/entity/A/A", "/strips/contract/none/none"):
        assert other.get(path).status_code == 404, path
    assert trade[1]("supervisor").get("/strips/contract/A/none").status_code == 404
    assert "P3" in other.get("/strips?kind=payment").text
    assert "P1" not in other.get("/strips?kind=payment").text
    assert other.get("/strips/rings/payment/none").status_code == 404


def test_a_grant_of_one_domain_hides_the_rest_of_a_strip(trade):
    """A user who may read payments alone is shown how many steps are hidden, and nothing else of them."""
    page = trade[1]("finance").get("/strips/payment/A/P1")
    assert page.status_code == 200
    assert "D1" in page.text, "decisions are read by a rule of that domain"
    assert "煤炭采购" not in page.text, "matters are read by none"
    assert "0 records are outside" not in page.text


def test_each_shelf_is_listed_searched_and_leads_to_its_strips(trade):
    """Each kind has its table; findings are counted beside what they name."""
    console = trade[1]("supervisor")
    for kind in ("matter", "contract", "payment", "shipment", "invoice", "decision"):
        page = console.get(f"/strips?kind={kind}")
        assert page.status_code == 200, kind
        assert f'href="/strips/{kind}/A/' in page.text, kind
    assert '<b class="hit">' in console.get("/strips?kind=contract").text
    assert DEAL not in console.get("/strips?kind=contract&text=absent").text
    assert DEAL in console.get("/strips?kind=contract&under=G1&entity=A&text=ht-1").text
    assert DEAL not in console.get("/strips?kind=contract&under=G2").text


def test_a_finding_leads_to_its_strips(trade):
    """A finding links to the timelines of its facts, and to the ring."""
    server, of = trade
    name = server.duck.rows("SELECT finding FROM finding_now WHERE rule LIKE '%payments_in_circles' AND entity = 'A'")[
        0
    ][0]
    page = of("supervisor").get(f"/findings/{name}").text
    assert 'href="/strips/payment/A/P1"' in page
    assert ring_path(server) in page
