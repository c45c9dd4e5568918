"""Connections of the server: half-open ones are closed and never delay an honest request."""

import asyncio
import resource
import socket
import threading
import time
import urllib.request

import pytest
import uvicorn

from comptroller.web.runtime.connections import ConnectionLimits, protocol_of, raise_handles

QUICK = ConnectionLimits(most=400, most_a_client=300, header_seconds=1.5, idle_seconds=1, send_seconds=1.0)


async def answering(scope, receive, send):
    """Answer: at once, slowly at `/slow`, much at `/much`; at `/unread` without a look at the body."""
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(4)
    if scope["path"] not in ("/unread", "/slow"):
        await receive()
    body = b"x" * (40 << 20) if scope["path"] == "/much" else b"ok"
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


class Served:
    """A server on loopback, with its register."""

    def __init__(self, limits):
        """Start it on a free port."""
        protocol, self.register = protocol_of(limits)
        self.held = []
        settings = uvicorn.Config(
            answering,
            "127.0.0.1",
            0,
            http=protocol,
            lifespan="off",
            log_level="critical",
            timeout_keep_alive=limits.idle_seconds,
            backlog=limits.backlog,
            h11_max_incomplete_event_size=limits.most_header_bytes,
        )
        self.server = uvicorn.Server(settings)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def opened(self, first=b"GET / HTTP/1.1\r\nHost: a\r\n"):
        """Return a connection that sent the beginning of a request."""
        one = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        self.held.append(one)
        one.sendall(first)
        return one

    def asked(self, path="/"):
        """Return how many seconds an honest request takes."""
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            assert answer.status == 200
        return time.monotonic() - began

    def stop(self):
        """Stop the server, and close what was opened to it."""
        for one in self.held:
            one.close()
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture
def served():
    """A server with short times."""
    one = Served(QUICK)
    yield one
    one.stop()


def ends(one, seconds):
    """Return what a connection was sent until the server closed it, and after how many seconds."""
    one.settimeout(seconds)
    began, told = time.monotonic(), b""
    try:
        while data := one.recv(65536):
            told += data
    except ConnectionError:
        return told, time.monotonic() - began
    return told, time.monotonic() - began


def trickles(one):
    """Return for how many seconds a connection takes single bytes."""
    began = time.monotonic()
    while time.monotonic() - began < 8:
        try:
            one.sendall(b"a")
        except ConnectionError:
            break
        time.sleep(0.1)
    return time.monotonic() - began


def answered(one):
    """Return whether a whole answer came."""
    told = b""
    while not told.endswith(b"ok") and (data := one.recv(1000)):
        told += data
    return told.endswith(b"ok")


def test_fifteen_hundred_half_open_connections_keep_nobody_waiting():
    """While 1,500 connections send no whole headers, an honest request is answered within a second; all are closed in time."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raise_handles(4096) >= 4096
    one = Served(ConnectionLimits(header_seconds=3.0))
    try:
        for n in range(1500):
            one.opened()
            if n % 300 == 299:
                assert one.asked() < 1
        assert one.asked() < 1
        assert one.register.count <= one.register.limits.most_a_client
        time.sleep(4)
        assert one.register.count == 0
        assert one.asked() < 1
    finally:
        one.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_headers_that_come_byte_by_byte_are_ended(served):
    """Single bytes do not restart the time limit; the answer states the reason, and the connection is closed."""
    one = served.opened(b"GET / HTTP/1.1\r\n")
    assert trickles(one) < 4


def test_what_was_asked_for_the_wait_is_told(served):
    """A connection that sent a part of its headers gets 408; one that sent nothing is closed without a word."""
    assert ends(served.opened(), 5)[0].startswith(b"HTTP/1.1 408")
    assert ends(served.opened(b""), 5)[0] == b""


def test_a_connection_between_requests_is_ended_too(served):
    """After an answer a client may ask again; single bytes after it, or nothing, end the connection."""
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    one = served.opened(whole)
    assert answered(one)
    one.sendall(whole)
    assert answered(one)
    one.sendall(b"G")
    assert ends(one, 6)[1] < 5
    quiet = served.opened(whole)
    assert answered(quiet)
    assert ends(quiet, 6)[1] < 4


def test_a_body_that_nobody_reads_ends(served):
    """Bytes of a body after the answer do not hold the connection open."""
    one = served.opened(b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
    assert trickles(one) < 6


def test_an_answer_that_is_not_taken_is_ended(served):
    """A client that reads nothing loses its connection, and the memory of its answer is free."""
    served.opened(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
    until = time.monotonic() + 6
    while served.register.count and time.monotonic() < until:
        time.sleep(0.1)
    assert served.register.count == 0


def test_a_request_at_work_is_never_pushed_out(served):
    """A slow answer outlives header time and a flood of half-open connections of its own client."""
    found = []
    slow = threading.Thread(target=lambda: found.append(served.asked("/slow")))
    slow.start()
    time.sleep(0.3)
    for _ in range(700):
        served.opened()
    slow.join(10)
    assert found
    assert found[0] >= 4


def test_bodies_that_do_not_come_give_way(served):
    """Open uploads do not use up the connections of their client: the longest is closed for a new request."""
    for _ in range(350):
        served.opened(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na")
    assert served.asked() < 1
    assert served.register.count <= QUICK.most_a_client


def test_headers_are_bounded_in_size(served):
    """More than 16 kB of headers are rejected, in one line or in many."""
    one = served.opened(b"GET / HTTP/1.1\r\nHost: a\r\nx: " + b"a" * 20_000)
    assert ends(one, 5)[0].startswith(b"HTTP/1.1 400")
    many = b"".join(b"x%d: y\r\n" % n for n in range(3000))
    assert ends(served.opened(b"GET / HTTP/1.1\r\nHost: a\r\n" + many), 5)[0].startswith(b"HTTP/1.1 400")


def test_all_busy_is_told_and_a_proxy_is_many_clients():
    """Where every connection is at work a new one gets 503; the limit of one client does not bind a network that is named."""
    limits = ConnectionLimits(most=64, most_a_client=4, header_seconds=2, idle_seconds=1)
    one = Served(limits)
    other = Served(ConnectionLimits(most=64, most_a_client=4, header_seconds=2, many_from=("127.0.0.0/8",)))
    ask = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"
    try:
        for server in (one, other, one, other, one, other, one, other):
            server.opened(ask)
        time.sleep(0.3)
        assert ends(one.opened(b""), 5)[0].startswith(b"HTTP/1.1 503")
        assert other.asked() < 1
    finally:
        one.stop()
        other.stop()


def test_limits_fit_the_file_handles():
    """Few handles allow few connections: backlog, connections and a reserve always fit the handles."""
    for handles in (512, 1024, 4096, 1 << 20):
        found = ConnectionLimits().within(handles)
        assert found.most + found.backlog + 256 <= max(handles, 528)
        assert found.most_a_client <= found.most
    assert ConnectionLimits().within(1 << 20) == ConnectionLimits()
