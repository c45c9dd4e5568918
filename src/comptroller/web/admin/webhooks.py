"""Webhooks: signed news of each batch, sent to addresses of an administrator, and repeated until accepted.

- A waiting message names findings and entries; its body is made at each attempt, from what its user may see then.
- Nothing is sent when the user may no longer see any of it, because a grant ended or a line took a case over.
- Identifier, time and body are signed by HMAC-SHA256 in the form of Standard Webhooks (`webhook-id`,
  `webhook-timestamp`,
  `webhook-signature: v1,...`), so that its libraries verify it.
- A message that was not accepted waits on the disk and is tried again, less often each time, for about a day.
"""

import base64
import datetime as dt
import hmac
import json
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from comptroller.access import AccessScope, viewer_of
from comptroller.access.grants import SEE
from comptroller.model.finding import plain
from comptroller.model.refusal import Refused
from comptroller.store.sqlite import Value
from comptroller.web.api.events import MOST_FINDINGS, news_about
from comptroller.web.runtime.outbound_http import Unreachable, post
from comptroller.web.runtime.secrets_at_rest import decrypt
from comptroller.web.runtime.server import Server
from comptroller.web.runtime.storage import DeskStore
from comptroller.web.runtime.writer import Batch
from comptroller.web.shell.visit import Visit

_log = logging.getLogger(__name__)
WAITS = tuple(dt.timedelta(seconds=one) for one in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
"""Time from each failure to the next attempt."""
_TAKEN, _GONE = range(200, 300), 410
_EVERY_SECONDS, _MOST_WAITING = 5.0, 1_000


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription: its address, user, secret reference, and the number of messages dropped since the last
    success.
    """

    hook: str
    login: str
    url: str
    secret: str
    failures: int = 0


def webhooks_of(shelf: DeskStore) -> list[Webhook]:
    """Return the subscriptions."""
    return [Webhook(*row) for row in shelf.rows("SELECT hook, login, url, secret, failures FROM hook ORDER BY hook")]


def keep(shelf: DeskStore, hook: Webhook) -> None:
    """Store a subscription."""
    values: list[Value] = [hook.hook, hook.login, hook.url, hook.secret, hook.failures]
    shelf.put("INSERT OR REPLACE INTO hook (hook, login, url, secret, failures) VALUES (?, ?, ?, ?, ?)", values)


def renew(shelf: DeskStore, renewed: Callable[[str], str]) -> None:
    """Write each subscription's secret anew as `renewed` returns it, if the text differs."""
    for hook in webhooks_of(shelf):
        if (text := renewed(hook.secret)) != hook.secret:
            shelf.put("UPDATE hook SET secret = ? WHERE hook = ? AND secret = ?", [text, hook.hook, hook.secret])


def subscribe(shelf: DeskStore, hook: Webhook) -> bool:
    """Store a new subscription; return False when the user has one to that address."""
    values: list[Value] = [hook.hook, hook.login, hook.url, hook.secret, hook.failures, hook.login, hook.url]
    sql = (
        "INSERT INTO hook (hook, login, url, secret, failures) SELECT ?, ?, ?, ?, ? "
        "WHERE NOT EXISTS (SELECT 1 FROM hook WHERE login = ? AND url = ?)"
    )
    return shelf.put(sql, values) > 0


def end(shelf: DeskStore, hook: str) -> bool:
    """End a subscription and drop its waiting messages; return whether there was one."""
    shelf.put("DELETE FROM hook_message WHERE hook = ?", [hook])
    return shelf.put("DELETE FROM hook WHERE hook = ?", [hook]) > 0


def sign(secret: bytes, identifier: str, at: dt.datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove sender, identifier and time of a body.

    A secret that begins with `whsec_` is base64 after this prefix, as in Standard Webhooks.
    """
    key = base64.b64decode(secret[6:]) if secret.startswith(b"whsec_") else secret
    stamp = str(int(at.timestamp()))
    mac = hmac.new(key, f"{identifier}.{stamp}.".encode() + body, sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


class Webhooks:
    """The sending side, on a separate thread; batches wait in memory, messages on the disk."""

    def __init__(self, server: Server) -> None:
        """Take the server; `start` begins to send."""
        self._desk = server
        self._batches: queue.Queue[Batch | None] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._desk.broadcast.subscribe(self._take)
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sending; messages on the disk are sent after the next start."""
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None

    def _take(self, batch: Batch) -> None:
        try:
            self._batches.put_nowait(batch)
        except queue.Full:
            _log.warning("a batch was not told to webhooks: %d wait", _MOST_WAITING)

    def _run(self) -> None:
        while True:
            try:
                batch = self._batches.get(timeout=_EVERY_SECONDS)
                if batch is None:
                    return
                self._guarded(partial(self.turn, batch))
            except queue.Empty:
                pass
            self._guarded(self.send_due)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - the next batch is published all the same
            _log.exception("webhooks met a fault")

    def turn(self, batch: Batch) -> int:
        """Store a message about a batch for each subscription that may see some of it; return the number of
        waiting messages.
        """
        shelf = self._desk.storage
        about = {
            "at": batch.at,
            "findings": [turn.verdict.finding for turn in batch.turns][:MOST_FINDINGS],
            "reports": [(entry, report.reporter, report.name, report.kind) for entry, report in batch.kept],
        }
        for hook in webhooks_of(shelf):
            if self._news(hook.login, about):
                self._write(hook.hook, about)
        return int(shelf.rows("SELECT count(*) FROM hook_message")[0][0])

    def _news(self, login: str, about: dict[str, Any]) -> dict[str, Any]:
        """Return what a user may now see of a message's subject; {} for nothing."""
        visit = self._visit(login)
        if visit is None or not visit.may(SEE):
            return {}
        news = news_about(visit, about["at"], about["findings"], about["reports"])
        return news if news["turns"] or news["reports"] else {}

    def _write(self, hook: str, about: dict[str, Any]) -> None:
        body = json.dumps(plain(about), ensure_ascii=False)
        values: list[Value] = [f"msg_{self._desk.chance()[:24]}", hook, body, 0, self._desk.clock().isoformat()]
        self._desk.storage.put(
            "INSERT INTO hook_message (message, hook, body, tries, due) VALUES (?, ?, ?, ?, ?)", values
        )

    def _visit(self, login: str) -> Visit | None:
        server = self._desk
        viewer = viewer_of(server.duck, server.owner, login, server.local_now().date())
        if viewer is None or not viewer.is_admitted:
            return None
        return Visit(server, AccessScope(viewer, server.pack, server.owner, server.below), "zh", "", "/")

    def send_due(self) -> int:
        """Send the due messages, the oldest first; return how many were accepted."""
        shelf, now, taken = self._desk.storage, self._desk.clock(), 0
        hooks = {subscription.hook: subscription for subscription in webhooks_of(shelf)}
        due = shelf.rows(
            "SELECT message, hook, body, tries FROM hook_message WHERE due <= ? ORDER BY due, message LIMIT 200",
            [now.isoformat()],
        )
        silent: set[str] = set()
        for message, hook, body, tries in due:
            if hook in silent or hook not in hooks:
                continue  # no request for each message after one failed: the others stay in the queue
            made = self._made(hooks[hook], body)
            if made is None:
                shelf.put("DELETE FROM hook_message WHERE message = ?", [message])
                continue
            status = self._send(hooks[hook], message, made, now)
            if status in _TAKEN:
                taken += 1
                shelf.put("DELETE FROM hook_message WHERE message = ?", [message])
                shelf.put("UPDATE hook SET failures = 0 WHERE hook = ?", [hook])
            elif status == _GONE:
                end(shelf, hook)
                silent.add(hook)
                self._desk.note(hooks[hook].login, "hook_end", hooks[hook].url, "410")
            else:
                silent.add(hook)
                self._again(hooks[hook], message, tries, now)
        return taken

    def _made(self, hook: Webhook, stored: str) -> bytes | None:
        """Return the body of a message as its user may see it now; None when nothing of it is visible any more."""
        about = json.loads(stored)
        news = self._news(hook.login, about) if "findings" in about else {}
        if not news:
            return None
        return json.dumps(plain({"type": "news", "timestamp": about["at"], "data": news}), ensure_ascii=False).encode()

    def _send(self, hook: Webhook, message: str, body: bytes, now: dt.datetime) -> int:
        """Return the status of the answer; 0 without an answer, or when sending is not allowed."""
        try:
            secret = decrypt(hook.secret, self._desk.settings.passphrase)
            return post(hook.url, sign(secret, message, now, body), body, self._desk.settings.hook_networks)
        except (Unreachable, Refused) as fault:
            _log.info("a webhook was not taken: %s", fault)
            return 0

    def _again(self, hook: Webhook, message: str, tries: int, now: dt.datetime) -> None:
        shelf = self._desk.storage
        if tries < len(WAITS):
            values: list[Value] = [tries + 1, (now + WAITS[tries]).isoformat(), message]
            shelf.put("UPDATE hook_message SET tries = ?, due = ? WHERE message = ?", values)
            return
        shelf.put("DELETE FROM hook_message WHERE message = ?", [message])
        shelf.put("UPDATE hook SET failures = failures + 1 WHERE hook = ?", [hook.hook])
        self._desk.note(hook.login, "hook_failed", hook.url, message)
