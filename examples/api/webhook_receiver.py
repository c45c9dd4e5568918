"""Receive webhooks, and accept only messages that are signed, recent and new.

    COMPTROLLER_HOOK_SECRET=whsec_... python examples/api/webhook_receiver.py 8430

The secret is shown once, when an administrator adds the address on the console under Administration, Webhooks.
The server repeats a message until the answer is 2xx, so a message that was received before is answered 204 and not used.
"""

import base64
import binascii
import hmac
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_SECONDS = 300
MOST_BYTES = 1 << 20
MOST_DIGITS = 12
MOST_REMEMBERED = 100_000


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether the message was signed with the secret within the last five minutes (Standard Webhooks)."""
    stamp = headers.get("webhook-timestamp") or ""
    if not _is_number(stamp) or abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    except binascii.Error:
        return False
    signed = f"{headers.get('webhook-id') or ''}.{stamp}.".encode() + body
    expected = f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}".encode()
    given = (headers.get("webhook-signature") or "").encode().split()
    return any(hmac.compare_digest(expected, candidate) for candidate in given)


def _is_number(text: str) -> bool:
    return len(text) <= MOST_DIGITS and text.isascii() and text.isdigit()


def server(port: int, secret: str, use: Callable[[dict[str, Any]], None]) -> ThreadingHTTPServer:
    """Return a server that calls `use` with each new message; it listens on this machine only."""
    received: dict[str, None] = {}
    one_at_a_time = threading.Lock()

    class Receiver(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("content-length") or ""
            if not _is_number(length) or int(length) > MOST_BYTES:
                self.answer(413)
                return
            body = self.rfile.read(int(length))
            if not is_signed(secret, self.headers, body, time.time()):
                self.answer(401)
                return
            name = self.headers["webhook-id"]
            with one_at_a_time:
                if name not in received:
                    use(json.loads(body))
                    received[name] = None
                    if len(received) > MOST_REMEMBERED:
                        del received[next(iter(received))]
            self.answer(204)

        def answer(self, status: int) -> None:
            """Send a status without a body."""
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)


if __name__ == "__main__":
    if not os.environ.get("COMPTROLLER_HOOK_SECRET"):
        sys.exit("set COMPTROLLER_HOOK_SECRET to the secret that the console showed")
    server(int(sys.argv[1]), os.environ["COMPTROLLER_HOOK_SECRET"], print).serve_forever()
