"""A report as it is sent, before anybody has looked at it."""

from dataclasses import dataclass, field
from typing import Any

from comptroller.model.channel import REPORTER


@dataclass(frozen=True, slots=True)
class Report:
    """What a reporter sends at one time: a file byte for byte, who sends it, and how to read it.

    `kind` names the kind of rows that do not say it themselves; `mapping` is the text of a mapping, or ''.
    `signature` is base64 Ed25519 over the payload, or ''.
    `channel` is how it came in; `login` is the user who was signed in, and `approver` the second one, or ''.
    `reading` is what intake read of the payload before the engine took the report, or None.
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
