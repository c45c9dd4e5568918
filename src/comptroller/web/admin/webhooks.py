"""Webhooks: news of a batch sent to addresses that an administrator named, signed, and sent again until they are taken.

- What waits names findings and entries; the body is made at each attempt, of what its user may see then.
- Where nothing is left that the user may see, because a grant ended or a line took a case over, nothing is sent.
- Identifier, time and body are signed by HMAC-SHA256 in the form of Standard Webhooks (`webhook-id`, `webhook-timestamp`,
  `webhook-signature: v1,...`), so that its libraries verify it.
- What was not taken waits on the disk and is tried again, later each time, for about a day.
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
"""How long after each failure the next attempt comes."""
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
    """Store a new subscription; return False where the user has one to that address."""
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
    """Return the headers that prove who sent a body, which message it is, and when.

    A secret that begins with `whsec_` is taken as the base64 that follows, as Standard Webhooks have it.
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
    """The sending side, on a thread of its own; batches wait in memory, messages on the disk."""

    def __init__(self, server: Server) -> None:
        """Take the server; `start` begins to send."""
        self._desk = server
        self._batches: queue.Queue[Batch | None] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._desk.broadcast.also(self._take)
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; what waits on the disk is sent when the desk is started again."""
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
        except Exception:  # noqa: BLE001 - the next batch is told all the same
            _log.exception("webhooks met a fault")

    def turn(self, batch: Batch) -> int:
        """Write down for each subscription what a batch is about, where it means something to it; return how many messages wait."""
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
        """Return what a user may see now of what a message is about; {} for nothing."""
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
        """Send what is due, the oldest first; returns how many were taken."""
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
        """Return the body of a message as its user may see it now; None where nothing of it is left to see."""
        about = json.loads(stored)
        news = self._news(hook.login, about) if "findings" in about else {}
        if not news:
            return None
        return json.dumps(plain({"type": "news", "timestamp": about["at"], "data": news}), ensure_ascii=False).encode()

    def _send(self, hook: Webhook, message: str, body: bytes, now: dt.datetime) -> int:
        """Return the status of the answer; 0 where there was none, or where it may not be sent."""
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
