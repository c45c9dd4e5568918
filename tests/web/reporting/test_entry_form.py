"""The form of one fact: the typed values are reported, and a rejected form is not typed twice."""

import re

import pytest
from starlette.datastructures import FormData

from comptroller.web.reporting.entry_form import inner_of, parse_form
from tests.consoles import form_key, open_desk, sign_in


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    server = open_desk(tmp_path_factory.mktemp("forms"))
    yield server
    server.stop()


def test_rows_of_lists_are_typed(own):
    """A filled row is reported at any position; an empty one is not; carried fields are not in the form."""
    kind = own.pack.kinds["decision"]
    ((name, _, fields),) = inner_of(kind)
    assert name == "votes"
    first = fields[0].name
    form = FormData({"field_matter": " M1 ", f"list_{name}_2_{first}": "x", f"list_{name}_0_{first}": "", "other": "y"})
    assert parse_form(kind, form) == {"matter": "M1", name: [{first: "x"}]}
    assert parse_form(kind, FormData({})) == {}


def test_a_refused_form_comes_back_as_it_was(own):
    """The typed values are in their fields, each error beside its field, and adding rows loses nothing."""
    browser = sign_in(own, "reporter")
    fields = {"form_key": form_key(browser), "field_entity": "A", "field_payment": "KEPT-1", "field_amount": "abc"}
    answer = browser.post("/reporting/form/payment", data=fields)
    assert answer.status_code == 422
    assert 'value="KEPT-1"' in answer.text
    field = re.search(r"<label>Amount \*.*?</label>", answer.text, re.DOTALL).group(0)
    assert 'aria-invalid="true"' in field
    assert "a number" in field
    assert answer.text.count("aria-invalid") == 1
    more = browser.post(
        "/reporting/form/decision", data={"form_key": fields["form_key"], "field_matter": "M-7", "more": "votes"}
    )
    assert more.status_code == 200
    assert 'value="M-7"' in more.text
    assert "list_votes_4_" in more.text
    assert own.storage.rows("SELECT count(*) FROM refused") == [(1,)]
