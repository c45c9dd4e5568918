"""A report as it was sent, before any check."""

from dataclasses import dataclass, field
from typing import Any

from comptroller.model.channel import REPORTER


@dataclass(frozen=True, slots=True)
class Report:
    """One submission of a reporter: a file byte for byte, its sender, and how to read it.

    `kind` names the kind of rows that do not name it themselves; `mapping` is the text of a mapping, or ''. `signature`
    is base64 Ed25519 over the payload, or ''. `channel` is the channel of arrival; `login` is the signed-in user, and
    `approver` the second one, or ''. `reading` is what intake read of the payload before the engine took the report, or
    None.
    """

    payload: bytes
    media: str
    name: str
    reporter: str
    kind: str = ""
    mapping: str = ""
    signature: str = ""
    channel: str = REPORTER
    login: str = ""
    approver: str = ""
    reading: Any = field(default=None, compare=False, repr=False)
