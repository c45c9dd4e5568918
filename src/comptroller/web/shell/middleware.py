"""Checks before every page and call: headers, sizes, slow bodies, rates, and requests from other sites.

- A body is counted while it comes; one that is too large or too slow is rejected before any code reads it.
- A stream may be longer, and last as long as data comes; at most some lines of it wait in memory.
- A request that changes data comes from a page of this desk (its origin), or bears a token.
- Few pages are made at once, in the order of their requests: readers wait for one another, not for the engine.
- A forwarded address counts only from a proxy that the settings name.
- No address is stored: requests are counted under a hash, and its salt lives for one minute.
- Rejections of the middleware have the usual form: JSON for programs, a page for people.
- No answer lets a browser run scripts or load styles that are not the desk's own files.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from comptroller.model.refusal import Refusal, refusal
from comptroller.web.runtime.connections import network_of
from comptroller.web.runtime.settings import Settings
from comptroller.web.shell.clients import FORWARDED, client_of
from comptroller.web.shell.errors import BodyRejected, body_of
from comptroller.web.shell.lanes import PUBLIC, WORKED, lane_of, slots_of

Message = MutableMapping[str, Any]
Page = Callable[[Request, int, list[Refusal]], Any]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
)
STREAM, HEALTH = "/api/v1/stream", "/healthz"
_READ = ("GET", "HEAD")
_SAFE = ("GET", "HEAD", "OPTIONS")
_SIGN_INS = ("/sign-in", "/account/", "/take-up")
"""Prefixes of addresses that check secrets."""
_MOST_CLIENTS = 20_000


class Middleware:
    """The outermost layer of the desk's server."""

    def __init__(self, app: Any, settings: Settings, page: Page | None = None) -> None:
        """Wrap `app`; `page` renders the middleware's own refusals for people, without it they are JSON."""
        self._app, self._settings, self._page = app, settings, page
        self._asked: OrderedDict[bytes, int] = OrderedDict()
        self._minute, self._salt = 0, b""
        self._slots = {name: asyncio.Semaphore(most) for name, most in slots_of(settings.most_readers).items()}

    async def __call__(self, scope: Message, receive: Callable[[], Any], send: Callable[[Message], Any]) -> None:
        """Pass a request on, or answer it with a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        scope = {**scope, "client": self._client(scope)}
        out = _dressed(send, is_secure=self._settings.is_secure)
        wrong = self._wrong(scope, headers)
        if wrong is not None:
            await self._answer(scope, receive, out, *wrong)
            return
        body = _Body(receive, self._settings, self._most_bytes(scope["path"]), is_stream=scope["path"] == STREAM)
        lane = lane_of(scope["path"])
        slot = _Slot(self._slots.get(lane) if scope["method"] in _READ and scope["path"] != HEALTH else None)
        try:
            await slot.take()
            await self._app(scope, body.receive, _watched(out, body, slot))
        except BodyRejected as fault:
            if not body.is_answered:
                await self._answer(scope, receive, out, fault.status_code, fault.refusal)
        finally:
            slot.give()

    def _client(self, scope: Message) -> tuple[str, int]:
        """Return the client of a request; a forwarded address counts only from a named proxy."""
        peer, port = scope.get("client") or ("-", 0)
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == FORWARDED.encode()]
        client = client_of(peer, forwarded, self._settings.proxies)
        return client, port if client == peer else 0

    async def _answer(self, scope: Message, receive: Any, out: Any, status: int, why: Refusal) -> None:
        """Send a refusal: JSON to programs, a page to people."""
        if self._page is None or scope["path"].startswith("/api/"):
            response: Any = JSONResponse(body_of([why]), status)
        else:
            request = Request({**scope, "app": self._app})
            response = await run_in_threadpool(self._page, request, status, [why])
        await response(scope, receive, out)

    def _wrong(self, scope: Message, headers: dict[str, str]) -> tuple[int, Refusal] | None:
        """Return the refusal of a request that is too frequent, too large, or made by another site; None for others."""
        method, path = scope["method"], scope["path"]
        client = network_of(scope["client"][0])
        is_sign_in = path.startswith("/oidc/") or (method == "POST" and path.startswith(_SIGN_INS))
        most = self._settings.most_sign_ins_a_minute if is_sign_in else self._settings.most_requests_a_minute
        lane = lane_of(path)
        if lane not in WORKED and self._is_too_often(f"{client}{'+' if is_sign_in else ' ' + lane}", most):
            return 429, refusal("desk.rate", ("", None, path), client, most=most)
        length = headers.get("content-length", "0")
        most_bytes = self._most_bytes(path)
        if not (length.isascii() and length.isdigit()) or int(length[:20]) > most_bytes:
            return 413, too_large(length[:20], most_bytes)
        if method not in _SAFE and "authorization" not in headers and not is_own(headers):
            origin = headers.get("origin", "-")
            return 403, refusal("desk.origin", ("", None, "Origin"), origin)
        return None

    def _most_bytes(self, path: str) -> int:
        """Return how many bytes the body of a request to an address may hold."""
        if path == STREAM:
            return self._settings.most_stream_bytes
        return self._settings.most_public_bytes if path.startswith(PUBLIC) else self._settings.most_body_bytes

    def _is_too_often(self, client: str, most: int) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute or not self._salt:
            self._minute, self._salt = minute, secrets.token_bytes(32)
            self._asked.clear()
        who = blake2b(client.encode(), key=self._salt, digest_size=16).digest()
        count = self._asked.pop(who, 0) + 1
        self._asked[who] = count
        while len(self._asked) > _MOST_CLIENTS:
            self._asked.popitem(last=False)
        return count > most


def is_own(headers: dict[str, str]) -> bool:
    """Return whether a request comes from a page of its own host; browsers always send the origin of a form."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host", "")


def too_large(seen: object, most: int) -> Refusal:
    """Return the refusal of a body that is too large."""
    return refusal("desk.body.size", ("", None, "body"), seen, most=most)


def too_slow(count: int, seconds: float) -> Refusal:
    """Return the refusal of a body that does not come."""
    return refusal("desk.body.slow", ("", None, "body"), f"{count} bytes", seconds=f"{seconds:g}")


class _Body:
    """A body while it arrives: counted, with a time limit."""

    def __init__(self, receive: Callable[[], Any], settings: Settings, most: int, *, is_stream: bool) -> None:
        self._receive, self._is_stream, self._seconds = receive, is_stream, settings.most_body_seconds
        self._most = most
        self._count, self._is_whole, self._until = 0, False, time.monotonic() + self._seconds
        self.is_answered = False

    async def receive(self) -> Message:
        if self._is_whole or self.is_answered:
            rest: Message = await self._receive()
            return rest
        try:
            message: Message = await asyncio.wait_for(self._receive(), max(0.001, self._until - time.monotonic()))
        except TimeoutError as error:
            raise BodyRejected(408, too_slow(self._count, self._seconds)) from error
        self._count += len(message.get("body", b""))
        if self._is_stream:
            self._until = time.monotonic() + self._seconds
        self._is_whole = not message.get("more_body", False)
        if self._count > self._most:
            raise BodyRejected(413, too_large(self._count, self._most))
        return message


class _Slot:
    """A reader's turn. It is released before the page is sent, so that a slow browser delays no other reader."""

    def __init__(self, readers: asyncio.Semaphore | None) -> None:
        self._readers, self._is_held = readers, False

    async def take(self) -> None:
        if self._readers is not None:
            await self._readers.acquire()
            self._is_held = True

    def give(self) -> None:
        if self._readers is not None and self._is_held:
            self._is_held = False
            self._readers.release()


def _watched(send: Callable[[Message], Any], body: _Body, slot: _Slot) -> Callable[[Message], Any]:
    async def out(message: Message) -> None:
        body.is_answered = True
        slot.give()
        await send(message)

    return out


def _dressed(send: Callable[[Message], Any], *, is_secure: bool) -> Callable[[Message], Any]:
    """Return a `send` that adds the desk's headers to every answer."""
    more = [(name.encode(), value.encode()) for name, value in HEADERS]
    if is_secure:
        more.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def out(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message.get("headers", [])}
            message["headers"] = [*message.get("headers", []), *(pair for pair in more if pair[0] not in there)]
            if b"cache-control" not in there:
                message["headers"].append((b"cache-control", b"no-store"))
        await send(message)

    return out
