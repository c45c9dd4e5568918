"""Report a file to a running server and print the open findings: the API with nothing but the standard library.

    COMPTROLLER_TOKEN=... python examples/api/client.py http://localhost:8420 payments.json

A token is made on the console: Administration, Tokens. `comptroller.client` covers all calls in the same way.
"""

import json
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def call(address: str, token: str, path: str, body: bytes | None = None, **headers: str) -> Any:
    """Return the JSON answer of one call; raises HTTPError with the refusals in its body."""
    head = {"Authorization": f"Bearer {token}", **headers}
    with urlopen(Request(f"{address}/api/v1{path}", body, head), timeout=60) as answer:  # noqa: S310 - the user's server
        return json.load(answer)


def report(address: str, token: str, file: Path) -> Any:
    """Return the entry and receipt of a file; a second attempt with the same bytes records nothing twice."""
    payload = file.read_bytes()
    query = urlencode({"name": file.name})
    return call(address, token, f"/reports?{query}", payload, **{"Idempotency-Key": sha256(payload).hexdigest()})


def findings(address: str, token: str) -> Iterator[dict[str, Any]]:
    """Yield the open findings, page by page."""
    after: str | None = ""
    while after is not None:
        page = call(address, token, f"/findings?{urlencode({'state': 'open', 'after': after})}")
        yield from page["items"]
        after = page["next"]


def main(address: str, file: str) -> int:
    """Report the file, print its entry and all open findings; return the exit code."""
    token = os.environ["COMPTROLLER_TOKEN"]
    try:
        print("entry", report(address, token, Path(file))["entry"])
    except HTTPError as error:
        for refusal in json.load(error).get("refused", []):
            print(f"{refusal['file']} {refusal['field']}: {refusal['mend']['en']} ({refusal['code']})")
        return 1
    for finding in findings(address, token):
        print(finding["finding"], finding["entity"], finding["rule"])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
