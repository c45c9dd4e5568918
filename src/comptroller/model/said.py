"""A report as it is sent, before anybody has looked at it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a reporter sends at one time: a file byte for byte, who sends it, and how to read it.

    `kind` names the kind of rows that do not say it themselves; `mapping` is the text of a mapping, or ''.
    `signature` is base64 Ed25519 over the payload, or ''.
    """

    payload: bytes
    media: str
    name: str
    reporter: str
    kind: str = ""
    mapping: str = ""
    signature: str = ""
