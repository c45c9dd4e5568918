"""XSS: a script put into every text field of every form, and of every kind that is reported, is shown as text wherever it is shown."""

from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from comptroller.access.grants import KINDS
from tests.consoles import open_desk, sign_in
from tests.worlds import report

EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>"\' onmouseover="alert(3)'
RAW = ("<script>alert", "<img src=x", '" onmouseover="alert', "' onmouseover=\"alert")
PLAIN = {
    "entity": "A",
    "money": 1,
    "number": 1,
    "integer": 1,
    "share": 0.5,
    "flag": True,
    "instant": "2024-06-03T10:00:00",
}
FORMS = {
    "supervisor": (
        "/findings",
        "/entities",
        "/entities/A",
        "/why",
        "/ledger",
        "/ask",
        "/strips",
        "/account",
        "/capital?item=net_assets",
    ),
    "author": ("/policy/propose?path=base/params/duplicate_days.yml", "/policy"),
    "reporter": (
        "/reporting",
        "/reporting/send",
        "/reporting/form/payment",
        "/reporting/form/relation",
        "/reporting/form/entity",
    ),
    "administrator": ("/admin", "/admin/hooks", "/acts"),
}
LEFT_OUT = ("/sign-out", "/account/password", "/account/sessions/end", "/admin/sessions/end")
"""Forms that would only end a session."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """Yield a console over a world with a script in every text of every kind, and the accepted kinds."""
    server = open_desk(tmp_path_factory.mktemp("scripts"))
    rows = {
        name: {one.name: _value(one) for one in kind.fields if one.known or one.required}
        for name, kind in server.pack.kinds.items()
        if name not in KINDS and not kind.is_made
    }
    taken = []
    for _ in range(4):
        asked = {name: server.writer.take(report(name, row, reporter="A", name=EVIL)) for name, row in rows.items()}
        outcomes = {name: one.result(120) for name, one in asked.items()}
        taken += [name for name, one in outcomes.items() if one.entry]
        refused = {name: [r.field for r in one.refusals if r.field in rows[name]] for name, one in outcomes.items()}
        rows = {
            name: rows[name] | {field: "X1" for field in fields if rows[name][field] == EVIL}
            for name, fields in refused.items()
            if fields and not outcomes[name].entry
        }
    yield server, taken
    server.stop()


def _value(one):
    if one.type in ("text", "code", "person"):
        return EVIL
    if one.type == "choice":
        return next(iter(one.choices))
    if one.type == "day":
        return "2024-06-20" if one.name.endswith(("until", "to", "due", "end")) else "2024-06-03"
    return PLAIN[one.type]


class _Forms(HTMLParser):
    """The forms of a page: method, address, and the names of fields, with the values of hidden ones."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.found.append((said.get("method", "get"), said.get("action") or "", {}))
        elif self.found and said.get("name") and tag in ("input", "textarea", "select"):
            is_kept = said.get("name") == "form_key"
            self.found[-1][2][said["name"]] = said.get("value") or "" if is_kept else EVIL


def _harmless(answer, where):
    for raw in RAW:
        assert raw not in answer.text, (where, raw)
    return "&lt;script&gt;" in answer.text


def test_every_kind_shows_its_texts_as_text(evil):
    """Entries, findings, entities, strips, forms and templates, after each kind with a text in it was reported."""
    server, taken = evil
    assert len(taken) >= 8, taken
    browser = sign_in(server, "discipline")
    findings = [row[0] for row in server.duck.rows("SELECT finding FROM finding_now WHERE entity = 'A'")]
    paths = [
        "/",
        "/wall",
        "/entities",
        "/entities/A",
        "/entities/A/holdings",
        "/reporting?show=kept",
        "/findings?state=all",
    ]
    paths += [f"/findings/{one}" for one in findings] + [f"/strips/{kind}/A/{quote(EVIL, safe='')}" for kind in taken]
    paths += [f"/ledger/{n}" for n in range(server.ledger.size - len(taken), server.ledger.size + 1)]
    assert sum(_harmless(browser.get(path), path) for path in paths) > len(taken)


@pytest.mark.parametrize("login", list(FORMS))
def test_every_field_of_every_form_comes_back_as_text(evil, login):
    """Typed text comes back only as text: in the answer, on the page that rejects it, and on the page of the form."""
    server, _ = evil
    browser, count = sign_in(server, login), 0
    for path in FORMS[login]:
        page = _Forms()
        page.feed(browser.get(path).text)
        for method, action, fields in page.found:
            where = action or path
            if where.startswith(LEFT_OUT) or not fields:
                continue
            if method.lower() == "post":
                answer = browser.post(where, data=fields, headers={"referer": f"http://testserver{path}"})
            else:
                answer = browser.get(where.partition("?")[0], params=fields)
            assert answer.status_code < 500, (where, answer.status_code)
            _harmless(answer, where)
            count += 1
        _harmless(browser.get(path), path)
    assert count >= 2, "the forms are there"
