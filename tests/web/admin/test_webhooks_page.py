"""Administration of webhooks: by administrators alone, in the ledger, and with secrets that are shown once."""

from comptroller.web.admin import webhooks
from tests.consoles import form_key, open_desk, sign_in


def test_subscriptions_are_administered_and_in_the_ledger(tmp_path):
    """Made with a secret that is shown once and stored encrypted, ended, each step recorded; other roles may
    not, and no file is an address.
    """
    server = open_desk(tmp_path, passphrase=b"words of the node")
    browser = sign_in(server, "administrator")
    key = {"form_key": form_key(browser)}
    for wrong in ("file:///etc/passwd", "https://u:p@a.example/", "ftp://a.example", "https://", "https://a b.example"):
        answer = browser.post("/admin/hooks", data=key | {"login": "group", "url": wrong})
        assert answer.status_code == 422, wrong
    page = browser.post("/admin/hooks", data=key | {"login": "group", "url": "https://a.example/in"})
    made = page.text.split("whsec_", 1)[1].split("<", 1)[0]
    one = webhooks.webhooks_of(server.storage)[0]
    assert (one.login, one.url) == ("group", "https://a.example/in")
    assert made not in one.secret
    assert made not in browser.get("/admin/hooks").text
    assert browser.post("/admin/hooks/end", data=key | {"hook": one.hook}).status_code == 303
    assert webhooks.webhooks_of(server.storage) == []
    server.writer.do(lambda worker: worker.ledger.size).result(60)
    acts = [did for (did,) in server.duck.rows("SELECT did FROM desk_act WHERE login = 'administrator' ORDER BY fact")]
    assert acts[-2:] == ["hook", "hook_end"]
    assert sign_in(server, "supervisor").get("/admin/hooks").status_code == 403
    server.stop()
