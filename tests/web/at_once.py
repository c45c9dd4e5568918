"""Sending the same in eight threads at the same moment, and counting what came of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from comptroller.access.second_factor import code_of, step_of
from comptroller.web.runtime.secrets_at_rest import encrypt
from tests.consoles import NOW, form_key, sign_in

THREADS = 8
SECRET = b"12345678901234567890"


def at_once(send):
    """Send in all threads at the same moment; returns the answers."""
    gate = Barrier(THREADS)

    def one(_):
        gate.wait()
        return send()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def posting(browser, path, /, **form):
    """Return a function that posts a form of the browser's session, with cookies as they are now."""
    data, cookies = {"form_key": form_key(browser)} | form, dict(browser.cookies)

    def send():
        return browser.post(path, data=data, headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})

    return send


def acts(server, did):
    """Return how many acts of that name are in the ledger."""
    server.note("leader", "sign_out").result(60)
    return server.duck.rows("SELECT count(*) FROM desk_act WHERE did = ?", [did])[0][0]


def admin(own, path, /, **form):
    """Return a function that posts a form as the administrator."""
    return posting(sign_in(own, "administrator"), path, **form)


def entries_named(server, name, size):
    """Return how many entries after one came under that name."""
    return sum(one.fields["name"] == name for one in server.heads.between(size + 1, server.ledger.size))


def factor_of(own, login, *, is_on=True):
    """Add a second factor to a user, turned on or only offered."""
    own.accounts.factors.end(login)
    own.accounts.factors.offer(login, encrypt(SECRET, b"of the node", b"0" * 12))
    if is_on:
        assert own.accounts.factors.check(login, SECRET, code_of(SECRET, step_of(NOW) - 1), NOW)
