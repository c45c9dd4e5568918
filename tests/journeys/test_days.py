"""A day of each role in the browser: the clerk, the jurist, the auditor, the leader and the administrator."""

import io
import re

import pytest
import xlsxwriter

from tests.consoles import open_desk
from tests.journeys.walking import walk_on
from tests.web.policy.test_proposals import PATH

pytestmark = pytest.mark.browser

HEADS = ("entity", "payment", "payee", "amount", "currency", "paid_on")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Yield the small world's console, with a user of every role."""
    opened = open_desk(tmp_path_factory.mktemp("days"))
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def walk(server):
    """A browser on it, in Chinese."""
    with walk_on(server, "zh") as found:
        yield found


def workbook(amount: str) -> dict[str, object]:
    """Return a workbook with two payments, as a browser sends it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("payment")
    for at, row in enumerate(
        (HEADS, ("A", "DAY-1", "乙", "12.50", "CNY", "2024-06-03"), ("A", "DAY-2", "乙", amount, "CNY", "2024-06-04"))
    ):
        page.write_row(at, 0, row)
    book.close()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "六月付款.xlsx", "mimeType": kind, "buffer": out.getvalue()}


def send(walk, amount: str) -> None:
    """Send the workbook from the page of reports, as the clerk does."""
    walk.open("/reporting/send")
    walk.page.select_option("[name=kind]", "payment")
    walk.page.set_input_files("[name=file]", workbook(amount))
    walk.page.click("form[data-upload] button")


def test_a_clerk_sends_a_sheet_mends_it_and_has_a_receipt(server, walk):
    """The whole sheet is rejected with the wrong cell; the marked sheet comes back; corrected, it is accepted
    with a receipt.
    """
    walk.sign_in("reporter")
    send(walk, "很多")
    walk.page.wait_for_url(re.compile("/reporting/refused/"))
    assert "整份未受理" in walk.text()
    assert "很多" in walk.text()
    with walk.page.expect_download() as coming:
        walk.page.click("text=下载标出错误单元格的表")
    assert coming.value.path().read_bytes().startswith(b"PK")
    assert server.duck.rows("SELECT count(*) FROM payment WHERE payment LIKE 'DAY-%'") == [(0,)]
    send(walk, "80")
    walk.page.wait_for_url(re.compile("/reporting/kept/"))
    assert "报送已受理" in walk.text()
    with walk.page.expect_download() as coming:
        walk.page.click("main a:has-text('回执')")
    assert b"checkpoint" in coming.value.path().read_bytes()
    assert server.duck.rows("SELECT count(*) FROM payment WHERE payment LIKE 'DAY-%'") == [(2,)]


def test_a_jurist_proposes_and_another_adopts(server, walk):
    """A value is changed in the form, replayed over what is known, and adopted by a second person alone."""
    walk.sign_in("author")
    walk.open(f"/policy/propose?path={PATH}")
    said = walk.page.input_value("[name=text]")
    walk.page.fill("[name=text]", said.replace("value: 30", "value: 0"))
    walk.page.fill("[name=why]", "试行")
    walk.page.click("text=提交提议")
    walk.page.wait_for_url(re.compile("/policy/proposals/"))
    place = walk.page.url.removeprefix(walk.page.evaluate("location.origin"))
    assert "采用之前先回放" in walk.text() or "采用需要" in walk.text() or "起草人不能采用" in walk.text()
    walk.page.click("text=按历史数据回放")
    walk.page.wait_for_selector("text=回放结果")
    assert walk.page.locator("button:has-text('采用')").count() == 0, "who wrote it does not adopt it"
    walk.sign_in("adopter")
    walk.open(place)
    walk.page.click("button:has-text('采用')")
    walk.page.wait_for_selector(".mark:has-text('已采用')")
    assert server.duck.rows("SELECT count(*) FROM adopted") == [(2,)]


def test_an_auditor_asks_exports_and_verifies(walk):
    """One SELECT within reach, its answer as a file, and the ledger verified from the browser."""
    walk.sign_in("auditor")
    walk.open("/ask")
    walk.page.fill("[name=sql]", "SELECT entity, count(*) AS many FROM payment GROUP BY entity ORDER BY entity")
    walk.page.click("button[value=page]")
    assert "共 5 行" in walk.text()
    with walk.page.expect_download() as coming:
        walk.page.click("button[value=csv]")
    assert coming.value.path().read_text(encoding="utf-8-sig").startswith("entity,many")
    walk.open("/ledger")
    walk.page.click("text=立即核验")
    assert "台账完好" in walk.text()


def test_a_leader_reads_only(walk):
    """No page offers a leader anything to send but the name of a view and the way out."""
    walk.sign_in("leader")
    links = [str(one.get_attribute("href")) for one in walk.page.locator("header nav a").all()]
    assert not {"/ask", "/admin", "/acts"} & set(links)
    for path in links:
        assert walk.open(path) == 200
        forms = walk.page.locator("main form[method=post]").all()
        assert {one.get_attribute("action") for one in forms} <= {"/findings/views", "/ledger/verify"}, path
        assert "导出" not in walk.text()


def test_an_administrator_is_watched_too(walk):
    """A grant has its last day and its reason, and its author is among the acts that an auditor sees."""
    walk.sign_in("administrator")
    walk.open("/admin")
    form = walk.page.locator("form[action='/admin/grants']")
    form.locator("[name=login]").select_option("group")
    form.locator("[name=role]").select_option("auditor")
    form.locator("[name=valid_until]").fill("2024-09-30")
    form.locator("[name=reason]").fill("专项审计")
    form.locator("button").click()
    assert "2024-09-30" in walk.text()
    walk.sign_in("auditor")
    walk.open("/acts?login=administrator")
    assert "授权" in walk.text()
    assert "专项审计" in walk.text()
