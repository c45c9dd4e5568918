"""The guard: each layer is seen at work, and each test fails when the layer is taken out."""

import asyncio

from comptroller.web.runtime.settings import Settings
from comptroller.web.shell.middleware import HEADERS, STREAM, Middleware, is_own
from tests.consoles import PASSWORD, form_key, open_desk, sign_in, visitor


def test_every_answer_bears_the_headers(browser):
    """Pages, calls, files and errors alike; scripts and styles come from the desk alone."""
    for path in ("/", "/sign-in", "/static/desk.css", "/api/v1/me", "/nowhere", "/api/v1/nowhere"):
        answer = browser("supervisor").get(path)
        assert {name: answer.headers[name] for name, _ in HEADERS} == dict(HEADERS), path
    assert "unsafe" not in dict(HEADERS)["content-security-policy"]
    for path in ("/", "/api/v1/me", "/sign-in"):
        assert browser("supervisor").get(path).headers["cache-control"] == "no-store"


def test_over_https_alone_cookies_and_browsers_stay_there(tmp_path):
    """With https the session uses nothing else, and the browser must ask for nothing else."""
    server = open_desk(tmp_path, is_secure=True)
    answer = visitor(server).post("/sign-in", data={"login": "leader", "password": PASSWORD})
    assert "; Secure" in answer.headers["set-cookie"]
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    server.stop()


def test_pages_hold_no_script_and_no_style_of_their_own(browser):
    """What the policy forbids is not there either: no inline script, style, or handler."""
    for path in ("/", "/findings", "/why", "/ledger", "/wall"):
        page = browser("supervisor").get(path).text
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_a_form_without_the_sessions_key_changes_nothing(server):
    """CSRF: a form that another page wrote does not know the key."""
    browser = sign_in(server, "supervisor")
    for key in ("", "wrong", "0" * 40):
        answer = browser.post("/findings/views", data={"name": "forged", "said": "state=all", "form_key": key})
        assert answer.status_code == 403
    assert [name for name, _ in server.storage.saved("supervisor", "findings")] == []
    answer = browser.post("/findings/views", data={"name": "mine", "said": "state=all", "form_key": form_key(browser)})
    assert answer.status_code == 303


def test_a_request_that_another_site_makes_is_refused(server):
    """CSRF: a request must come from a page of this desk, even with the right key, and for sign-in too."""
    browser = sign_in(server, "supervisor")
    data = {"name": "x", "said": "", "form_key": form_key(browser)}
    for head in ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert browser.post("/findings/views", data=data, headers=head).status_code == 403
        login = {"login": "leader", "password": PASSWORD}
        assert visitor(server).post("/sign-in", data=login, headers=head).status_code == 403
    assert is_own({"origin": "http://desk.example", "host": "desk.example"})
    assert not is_own({"host": "desk.example"})


def test_an_oversize_body_is_refused_before_it_is_read():
    """A body that is too large, declared or counted, is rejected by name."""
    small = Middleware(_swallow, Settings(most_body_bytes=100))
    assert _status(small, [b"x" * 60, b"x" * 60]) == 413
    assert _status(small, [b"x" * 60], length="101") == 413
    assert _status(small, [b"x" * 60], length="sixty") == 413
    assert _status(small, [b"x" * 60, b"x" * 40]) == 200


def test_a_slow_body_is_not_waited_for():
    """A client that sends single bytes delays no other."""
    quick = Middleware(_swallow, Settings(most_body_seconds=0.05))
    assert _status(quick, [b"x"] * 20, pause=0.02) == 408
    assert _status(quick, [b"x"] * 2) == 200


def test_a_stream_may_be_long_and_not_idle():
    """More than another body may hold, for longer, as long as something comes; not beyond its own size."""
    long = Settings(most_body_bytes=10, most_stream_bytes=100, most_body_seconds=0.2)
    assert _status(Middleware(_swallow, long), [b"x" * 15] * 6, pause=0.05, path=STREAM) == 200
    assert _status(Middleware(_swallow, long), [b"x" * 15] * 7, path=STREAM) == 413
    assert _status(Middleware(_swallow, long), [b"x"] * 2, pause=0.5, path=STREAM) == 408


def test_whoever_asks_too_often_waits():
    """A rate for all requests, and a lower one for signing in."""
    slow = Middleware(_swallow, Settings(most_requests_a_minute=3))
    assert [_status(slow, [b""]) for _ in range(5)] == [200, 200, 200, 429, 429]
    strict = Middleware(_swallow, Settings(most_sign_ins_a_minute=1))
    assert [_status(strict, [b""], path="/sign-in") for _ in range(2)] == [200, 429]
    assert _status(strict, [b""]) == 200, "who tries names at the door may still be answered elsewhere"


async def _swallow(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def _status(guard, chunks, length=None, pause=0.0, path="/x"):
    """Send chunks through the middleware as a server does; return the status."""
    waiting, sent = list(chunks), []
    headers = [(b"authorization", b"Bearer x")] + ([(b"content-length", length.encode())] if length else [])
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "client": ("c", 1)}

    async def receive():
        await asyncio.sleep(pause)
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    return sent[0]["status"]


def test_few_pages_are_made_at_once_and_a_slow_browser_keeps_nobody_waiting():
    """A reader's turn ends when the page is made, even while it is sent; a report needs no turn."""

    async def story():
        made, sent, at_once, most = asyncio.Event(), asyncio.Event(), 0, 0

        async def app(scope, _receive, send):
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            if scope["path"] == "/held":
                await made.wait()
            await asyncio.sleep(0)
            at_once -= 1
            await send({"type": "http.response.start", "status": 200, "headers": []})

        async def slow(message):
            if message["type"] == "http.response.start":
                await sent.wait()

        async def quick(_message):
            await asyncio.sleep(0)

        guard = Middleware(app, Settings(most_readers=1))

        def asks(path, send, method="GET"):
            head = [(b"authorization", b"Bearer x")]
            scope = {"type": "http", "method": method, "path": path, "headers": head, "client": ("-", 0)}
            return asyncio.ensure_future(guard(scope, None, send))

        slowly = asks("/slow", slow)
        for _ in range(5):
            await asyncio.sleep(0)
        await asyncio.wait_for(asks("/next", quick), 5)
        held = asks("/held", quick)
        waits = [asks(f"/{n}", quick) for n in range(5)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert not any(one.done() for one in waits)
        await asyncio.wait_for(asks("/report", quick, "POST"), 5)
        made.set()
        await asyncio.wait_for(asyncio.gather(held, *waits), 5)
        assert most == 2  # a page, and the report beside it
        sent.set()
        await slowly

    asyncio.run(story())
