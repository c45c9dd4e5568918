"""Changing policy in the browser: the form retains the typed text, and each role may do only its own part."""

from tests.consoles import form_key, open_desk, sign_in
from tests.web.policy.test_proposals import PATH, wait


def test_a_change_from_the_form_to_its_adoption(tmp_path):
    """The author proposes and replays; the adopter sees the difference, finding by finding, and adopts."""
    server = open_desk(tmp_path)
    author, adopter = sign_in(server, "author"), sign_in(server, "adopter")
    fields = {"path": PATH, "text": server.pack.files[PATH].decode().replace("value: 30", "value: 0"), "why": "trial"}
    sent = author.post("/policy/propose", data={**fields, "form_key": form_key(author)})
    assert sent.status_code == 303, sent.text
    place, name = sent.headers["location"], sent.headers["location"].rsplit("/", 1)[1]
    assert author.post(f"{place}/replay", data={"form_key": form_key(author)}).status_code == 303
    wait(server, name)
    page = adopter.get(place).text
    assert "5 fewer" in page
    assert page.count('href="/findings/') == 5
    assert author.post(f"{place}/adopt", data={"form_key": form_key(author)}).status_code == 403
    assert adopter.post(f"{place}/adopt", data={}).status_code == 403, "a form without the session's key"
    assert adopter.post(f"{place}/adopt", data={"form_key": form_key(adopter)}).status_code == 303
    assert wait(server, name).state == "adopted"
    assert PATH in adopter.get("/policy/versions/" + str(server.duck.rows("SELECT max(entry) FROM adopted")[0][0])).text
    server.stop()


def test_what_is_wrong_is_said_and_nothing_is_lost(browser):
    """An invalid text returns with its refusal; so does an invalid line."""
    console = browser("author")
    bad = {"path": PATH, "text": "# Here.\nMARKED: 1\n", "why": "my reason", "form_key": form_key(console)}
    page = console.post("/policy/propose", data=bad)
    assert page.status_code == 422
    assert "MARKED" in page.text
    assert "my reason" in page.text
    line = {"from": "2026-01-01", "value": "20", "source": "internal_control"}
    page = console.get("/policy/propose", params={"path": PATH, **line}).text
    assert "from: 2026-01-01, value: 20" in page
    assert console.get("/policy/propose", params={"path": PATH, "from": "soon"}).status_code == 404
    assert console.get("/policy/propose", params={"path": "../node.json"}).status_code == 404
    assert browser("supervisor").get("/policy/propose", params={"path": PATH}).status_code == 403
