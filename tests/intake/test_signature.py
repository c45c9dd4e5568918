"""The laws of reporters' signatures."""

import base64
import datetime as dt
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comptroller.intake.signature import check_signatures
from comptroller.model.report import Report

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
DAY = dt.date(2024, 6, 1)


@dataclass
class Register:
    """A register that holds keys and nothing else."""

    held: dict[str, list[tuple[str, dt.date | None, dt.date | None]]] = field(default_factory=dict)

    def keys(self, entity: str) -> list[tuple[str, dt.date | None, dt.date | None]]:
        """Return the entity's keys."""
        return self.held.get(entity, [])


def _signed(payload: bytes = b"{}", reporter: str = "A") -> Report:
    return Report(payload, "json", "r.json", reporter, signature=base64.b64encode(KEY.sign(b"{}")).decode())


def _refused(report: Report, start: dt.date | None = None, end: dt.date | None = None, on: dt.date = DAY) -> bool:
    found = check_signatures([report], Register({"A": [(PUBLIC, start, end)]}), on)  # type: ignore[arg-type]  # a part of it
    assert all(one.code == "intake.signature" for _, one in found)
    return bool(found)


def test_a_signature_by_a_registered_key_is_taken() -> None:
    """The payload, signed with a key that the register holds for the reporter, is taken."""
    assert not _refused(_signed())


def test_a_report_without_a_signature_is_taken() -> None:
    """Reports may carry a signature; none is required."""
    assert not _refused(Report(b"{}", "json", "r.json", "A"))


def test_another_payload_or_another_reporter_is_refused() -> None:
    """A signature is valid for one payload by one reporter."""
    assert _refused(_signed(b"{ }"))
    assert _refused(_signed(reporter="B"))


def test_a_key_counts_on_its_days_only() -> None:
    """A key is looked up as of the day: valid from its first day, and no longer on the day of its end."""
    assert not _refused(_signed(), start=DAY)
    assert _refused(_signed(), start=DAY + dt.timedelta(days=1))
    assert _refused(_signed(), end=DAY)


def test_what_is_no_signature_is_refused() -> None:
    """Text that is not base64, and base64 of another length, are rejected and never crash."""
    for said in ("###", "AAAA", "签名"):
        assert _refused(Report(b"{}", "json", "r.json", "A", signature=said))
