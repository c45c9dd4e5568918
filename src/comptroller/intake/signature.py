"""A report's signature, where it carries one: Ed25519 over the payload, by a key that the register holds for that day."""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.register_view import RegisterView
from comptroller.model.report import Report


def check_signatures(reports: Sequence[Report], known: RegisterView, on: dt.date | None) -> list[tuple[int, Refusal]]:
    """Return refusals of reports with a signature by no key of the reporter that is valid on the day `on`."""
    refusals: list[tuple[int, Refusal]] = []
    for at, report in enumerate(reports):
        if report.signature and not _fits(report, known, on):
            refusals.append((at, refusal("intake.signature", ("", None, "signature"), report.signature[:24])))
    return refusals


def _fits(report: Report, known: RegisterView, on: dt.date | None) -> bool:
    try:
        signature = base64.b64decode(report.signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    for public, start, end in known.keys(report.reporter):
        if on is not None and ((start and on < start) or (end and on >= end)):
            continue
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
            key.verify(signature, report.payload)
        except (InvalidSignature, binascii.Error, ValueError):
            continue
        return True
    return False
