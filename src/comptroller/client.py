"""A client of the web API in one file, with nothing but the standard library: copy it, or import it.

desk = Client("https://desk.example", token)
answer = desk.report(open("payments.csv", "rb").read(), name="payments.csv", kind="payment", key="2024-06-payments")
for finding in desk.findings(state="open"):
    ...
"""

import base64
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

_JSON = {"Content-Type": "application/json"}
_TOLERATED_SECONDS = 300


class NotByDesk(Exception):
    """A message with a signature, time or form that does not prove that the server sent it just now."""


def verify_hook(secret: str, headers: Mapping[str, str], body: bytes, *, at: float) -> dict[str, Any]:
    """Return the news in a webhook's message; raises NotByDesk if the server did not sign it within the last five
    minutes.

    `secret` was shown when the webhook was created, `body` is the bytes received, `at` is the present time in seconds
    since 1970, as from `time.time()`. Ignore a repeated `webhook-id`: an unanswered message is sent again.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    stamp, signed = fields.get("webhook-timestamp", ""), fields.get("webhook-signature", "")
    if not stamp.isascii() or not stamp.isdigit():
        raise NotByDesk("webhook-timestamp is missing")
    if abs(at - int(stamp)) > _TOLERATED_SECONDS:
        raise NotByDesk("webhook-timestamp is too far from now")
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    mac = hmac.digest(key, f"{fields.get('webhook-id', '')}.{stamp}.".encode() + body, "sha256")
    wanted = f"v1,{base64.b64encode(mac).decode()}".encode()
    if not any(hmac.compare_digest(wanted, signature.encode()) for signature in signed.split()):
        raise NotByDesk("webhook-signature does not hold")
    news: dict[str, Any] = json.loads(body)
    return news


class RefusedByDesk(Exception):
    """The server rejected a call: the status, and its refusals with place, seen, expected, `mend` (how to fix it) and code."""

    def __init__(self, status: int, refused: list[dict[str, Any]]) -> None:
        """Store both; the message is the first code and how to fix it."""
        first: dict[str, Any] = refused[0] if refused else {"code": "-", "mend": {"en": "-"}}
        super().__init__(f"{status} {first['code']}: {first['mend']['en']}")
        self.status, self.refused = status, refused


class Client:
    """A client of one server, with one token."""

    def __init__(self, address: str, token: str, *, timeout_seconds: float = 60.0) -> None:
        """Store the server's address, such as `https://desk.example`, and a token that an administrator created."""
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"an address begins with http:// or https://: {address}")
        self._base, self._token, self._timeout = address.rstrip("/") + "/api/v1", token, timeout_seconds

    def report(self, payload: bytes, *, name: str, kind: str = "", reporter: str = "", key: str = "") -> dict[str, Any]:
        """Report a file; returns its entry, its receipt and what was read. A repeated call with the same `key` is accepted once."""
        parameters = urlencode({"name": name, "kind": kind, "reporter": reporter})
        answer: dict[str, Any] = self._call(
            "POST", f"/reports?{parameters}", payload, {"Idempotency-Key": key} if key else {}
        )
        return answer

    def stream(self, lines: Iterable[bytes], *, kind: str = "", reporter: str = "") -> list[dict[str, Any]]:
        """Report NDJSON lines while they arrive; returns one answer per thousand lines, with entry and receipt
        or with refusals.
        """
        parameters = urlencode({"kind": kind, "reporter": reporter})
        body = (line.rstrip(b"\n") + b"\n" for line in lines)
        with self._open("POST", f"/stream?{parameters}", body, {"Content-Type": "application/x-ndjson"}) as answer:
            return [json.loads(line) for line in answer]

    def check(self, entity: str, post: str, item: str, *, wait: bool = False, **details: str) -> dict[str, Any]:
        """Return the answer to "may I?"; `details` may hold on, amount_cny, counterparty, person, matter.

        With `wait` the answer contains its ledger entry.
        """
        body = json.dumps({"entity": entity, "post": post, "item": item, **details}).encode()
        answer: dict[str, Any] = self._call("POST", f"/checks?wait={str(wait).lower()}", body, _JSON)
        return answer

    def query(self, sql: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of one SELECT as mappings by column name, over all pages of one answer."""
        after: str | None = ""
        while after is not None:
            page = self._call("POST", "/queries", json.dumps({"sql": sql, "after": after}).encode(), _JSON)
            yield from (dict(zip(page["columns"], row, strict=True)) for row in page["rows"])
            after = page["next"]

    def rules(self) -> Iterator[dict[str, Any]]:
        """Return the rules in force."""
        return self._all("/rules", {})

    def rule(self, name: str) -> dict[str, Any]:
        """Return a rule with its text and its score over the visible entities."""
        answer: dict[str, Any] = self._call("GET", f"/rules/{quote(name)}")
        return answer

    def entries(self, reporter: str = "") -> Iterator[dict[str, Any]]:
        """Return the heads of the visible ledger entries."""
        return self._all("/entries", {"reporter": reporter})

    def entry(self, number: int) -> dict[str, Any]:
        """Return an entry with its header, receipt and key, which `docs/verify_receipt.py` checks."""
        answer: dict[str, Any] = self._call("GET", f"/entries/{number}")
        return answer

    def findings(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Return findings one by one, over all pages; `filters` are those of the page, such as state, rule, under."""
        return self._all("/findings", filters)

    def entities(self) -> Iterator[dict[str, Any]]:
        """Return the visible entities."""
        return self._all("/entities", {})

    def entity(self, code: str) -> dict[str, Any]:
        """Return one entity of the register."""
        answer: dict[str, Any] = self._call("GET", f"/entities/{quote(code, safe='')}")
        return answer

    def finding(self, name: str) -> dict[str, Any]:
        """Return the explanation of a finding."""
        answer: dict[str, Any] = self._call("GET", f"/findings/{quote(name, safe='')}")
        return answer

    def cases(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Return cases one by one; `filters` are state, line, entity, rule, and `side="entity"` for the
        entity's side.
        """
        return self._all("/cases", filters)

    def case(self, name: str, *, side: str = "") -> dict[str, Any]:
        """Return one case with the acts that the user may do in it."""
        answer: dict[str, Any] = self._call("GET", f"/cases/{quote(name, safe='')}?{urlencode({'side': side})}")
        return answer

    def act(self, case: str, act: str, *, side: str = "", number: str = "", **fields: Any) -> dict[str, Any]:
        """Do an act in a case; returns its entry, or the number of the waiting act. Repeated under a `number`
        it is done once.
        """
        body = json.dumps({"act": act, "number": number, **fields}).encode()
        path = f"/cases/{quote(case, safe='')}/acts?{urlencode({'side': side})}"
        answer: dict[str, Any] = self._call("POST", path, body, {"Content-Type": "application/json"})
        return answer

    def approve(self, case: str, waiting: int) -> dict[str, Any]:
        """Approve an act that waits for another officer."""
        path, body = f"/cases/{quote(case, safe='')}/waiting/{waiting}", b'{"approve": true}'
        answer: dict[str, Any] = self._call("POST", path, body, {"Content-Type": "application/json"})
        return answer

    def day(self) -> dict[str, Any]:
        """Return what is due from the user of the token."""
        answer: dict[str, Any] = self._call("GET", "/day")
        return answer

    def me(self) -> dict[str, Any]:
        """Return the user of the token, with the user's grants."""
        answer: dict[str, Any] = self._call("GET", "/me")
        return answer

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield news as they happen, until the server closes."""
        with self._open("GET", "/events", None, {}) as stream:
            for line in stream:
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def _all(self, path: str, filters: dict[str, str]) -> Iterator[dict[str, Any]]:
        after: str | None = ""
        while after is not None:
            page = self._call("GET", f"{path}?{urlencode({**filters, 'after': after, 'limit': 500})}")
            yield from page["items"]
            after = page["next"]

    def _open(self, method: str, path: str, body: bytes | Iterable[bytes] | None, more: dict[str, str]) -> Any:
        head = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/octet-stream", **more}
        request = Request(self._base + path, body, head, method=method)  # noqa: S310 - http or https
        try:
            return urlopen(request, timeout=self._timeout)  # noqa: S310 - likewise
        except HTTPError as fault:
            with fault:
                answers = [json.loads(line) for line in fault.read().splitlines() if line.startswith(b"{")]
            raise RefusedByDesk(fault.code, [why for answer in answers for why in answer.get("refused", [])]) from fault

    def _call(self, method: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None) -> Any:
        with self._open(method, path, body, more or {}) as answer:
            return json.load(answer)
