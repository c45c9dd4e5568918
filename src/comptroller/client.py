"""A client of the desk's calls in one file, with nothing but the standard library: copy it, or import it.

desk = Client("https://desk.example", token)
answer = desk.report(open("payments.csv", "rb").read(), name="payments.csv", kind="payment", key="2024-06-payments")
for finding in desk.findings(state="open"):
    ...
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class RefusedByDesk(Exception):
    """The desk did not take a call: the status, and its refusals with place, seen, expected, mend and code."""

    def __init__(self, status: int, refused: list[dict[str, Any]]) -> None:
        """Keep both; the message is the first code and its mend."""
        first: dict[str, Any] = refused[0] if refused else {"code": "-", "mend": {"en": "-"}}
        super().__init__(f"{status} {first['code']}: {first['mend']['en']}")
        self.status, self.refused = status, refused


class Client:
    """Calls of one desk, with one token."""

    def __init__(self, address: str, token: str, *, timeout_seconds: float = 60.0) -> None:
        """Take the desk's address, such as `https://desk.example`, and a token that an administrator made."""
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"an address begins with http:// or https://: {address}")
        self._base, self._token, self._timeout = address.rstrip("/") + "/api/v1", token, timeout_seconds

    def report(self, payload: bytes, *, name: str, kind: str = "", reporter: str = "", key: str = "") -> dict[str, Any]:
        """Report a file; gives its entry and receipt. Sent again under the same `key` it is taken once."""
        asked = urlencode({"name": name, "kind": kind, "reporter": reporter})
        found: dict[str, Any] = self._call(
            "POST", f"/reports?{asked}", payload, {"Idempotency-Key": key} if key else {}
        )
        return found

    def findings(self, **asked: str) -> Iterator[dict[str, Any]]:
        """Give findings one by one, over all pages; `asked` are the filters of the page, such as state, rule, under."""
        return self._all("/findings", asked)

    def entities(self) -> Iterator[dict[str, Any]]:
        """Give the entities within reach."""
        return self._all("/entities", {})

    def finding(self, name: str) -> dict[str, Any]:
        """Explain a finding."""
        found: dict[str, Any] = self._call("GET", f"/findings/{quote(name, safe='')}")
        return found

    def me(self) -> dict[str, Any]:
        """Say for whom the token acts, with which grants."""
        found: dict[str, Any] = self._call("GET", "/me")
        return found

    def events(self) -> Iterator[dict[str, Any]]:
        """Give news as they happen, until the desk closes."""
        with urlopen(self._request("GET", "/events", None, {}), timeout=self._timeout) as stream:  # noqa: S310 - http or https
            for line in stream:
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def _all(self, path: str, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
        after: str | None = ""
        while after is not None:
            page = self._call("GET", f"{path}?{urlencode({**asked, 'after': after, 'limit': 500})}")
            yield from page["items"]
            after = page["next"]

    def _request(self, method: str, path: str, body: bytes | None, more: dict[str, str]) -> Request:
        head = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/octet-stream", **more}
        return Request(self._base + path, body, head, method=method)  # noqa: S310 - http or https

    def _call(self, method: str, path: str, body: bytes | None = None, more: dict[str, str] | None = None) -> Any:
        try:
            with urlopen(self._request(method, path, body, more or {}), timeout=self._timeout) as answer:  # noqa: S310 - likewise
                return json.load(answer)
        except HTTPError as fault:
            with fault:
                raise RefusedByDesk(fault.code, json.load(fault).get("refused", [])) from fault
