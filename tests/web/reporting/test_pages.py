"""Reporting: a form made from the kind, and a file accepted whole or rejected with its errors highlighted."""

import re

import pytest

from tests.consoles import form_key, open_desk, sign_in


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    server = open_desk(tmp_path_factory.mktemp("reporting"))
    yield server
    server.stop()


def test_a_fact_is_typed_into_the_form_of_its_kind(own):
    """The form has every field of the kind; the typed fact is recorded, and the receipt is there."""
    browser = sign_in(own, "reporter")
    page = browser.get("/reporting/form/payment").text
    for field in own.pack.kinds["payment"].fields:
        assert f'name="field_{field.name}"' in page
    fields = {"entity": "A", "payment": "TYPED", "amount": "5.50", "currency": "CNY", "paid_on": "2024-06-01"}
    answer = browser.post(
        "/reporting/form/payment", data={f"field_{k}": v for k, v in fields.items()} | {"form_key": form_key(browser)}
    )
    receipt_page = answer.headers["location"]
    assert receipt_page.startswith("/reporting/kept/")
    assert "receipt.json" in browser.get(receipt_page).text
    assert own.duck.rows("SELECT count(*) FROM payment WHERE payment = 'TYPED'") == [(1,)]


def test_a_wrong_file_comes_back_with_its_errors_marked(own):
    """Nothing of it is recorded; the list names line, field and fix, and the sender can download the sheet."""
    browser = sign_in(own, "reporter")
    file = {"file": ("../../p.csv", b"entity,payment,amount\nA,P,abc\n")}
    answer = browser.post("/reporting/send", data={"kind": "payment", "form_key": form_key(browser)}, files=file)
    place = answer.headers["location"]
    page = browser.get(place).text
    assert "intake.shape.money" in page
    assert "<h1>p.csv</h1>" in page
    assert browser.get(f"{place}.xlsx").content.startswith(b"PK")
    listed = sign_in(own, "supervisor")
    assert listed.get(place).status_code == 200
    assert ">abc<" not in listed.get(place).text
    assert listed.get(f"{place}.xlsx").status_code == 404


def test_templates_are_those_of_the_kind(own):
    """The console's own kinds have none, nor have kinds that the engine makes or officers report in the console."""
    browser = sign_in(own, "reporter")
    assert browser.get("/reporting/templates/payment.xlsx").content.startswith(b"PK")
    assert b"payee" in browser.get("/reporting/templates/payment.csv").content
    for path in (
        "templates/access_grant.csv",
        "templates/payment.exe",
        "form/access_grant",
        "form/none",
        "form/case_finding",
        "form/case_step",
    ):
        assert browser.get(f"/reporting/{path}").status_code == 404
    assert re.search("Send a report", browser.get("/reporting").text)
