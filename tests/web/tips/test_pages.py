"""The line's page of tip-offs: a request that no browser of the line sends is rejected, and nothing of it is stored."""

from tests.consoles import form_key


def test_a_key_or_an_answer_that_is_none_is_refused(browser):
    """A key without its lock, a mailbox that is not there, and a visitor of another line."""
    line = browser("discipline")
    said = {"form_key": form_key(line)}
    assert line.post("/tips/key", data=said | {"public_key": "short", "kept_key": "{}"}).status_code == 403
    assert line.post("/tips/key", data=said | {"public_key": "K" * 120, "kept_key": "clear"}).status_code == 403
    assert line.get("/tips/0123456789").status_code == 404
    assert line.post("/tips/0123456789", data=said | {"sealed": "{}"}).status_code == 404
    other = browser("supervisor")
    assert other.post("/tips/key", data={"form_key": form_key(other)}).status_code == 403
    assert line.get("/tips").status_code == 200
