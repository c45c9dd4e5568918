"""Laws of headers and receipts: one canonical spelling, and a receipt that only the truth satisfies."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies as st

from comptroller.ledger.checkpoint import sign_checkpoint
from comptroller.ledger.entry import (
    HEADER_FORMAT,
    Accepted,
    Entry,
    Receipt,
    check_receipt,
    header_of,
    instant_from,
    instant_micros,
    instant_text,
    payload_digest,
)
from comptroller.ledger.key import make_key
from comptroller.ledger.tree import leaf_hash, node_hash

KEY = make_key("owner.example/ledger", bytes(32))
WORDS = st.text(st.characters(codec="utf-8"))
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
NOTES = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_.]{0,63}", fullmatch=True), WORDS, max_size=4)
REPORTS = st.builds(
    Accepted,
    payload=st.binary(),
    media=WORDS,
    reporter=WORDS,
    name=WORDS,
    kind=WORDS,
    attachments=st.lists(HEX, max_size=3).map(tuple),
    note=NOTES,
)
MICROS = st.integers(-60_000_000_000_000_000, 250_000_000_000_000_000)


@settings(max_examples=500, deadline=None)
@given(REPORTS, MICROS, st.integers(1, 2**53))
def test_a_header_is_canonical_json(report: Accepted, micros: int, batch: int) -> None:
    """A header equals the result of json.dumps with sorted keys, no spaces and UTF-8, for every report."""
    digest, received = payload_digest(report.payload), instant_text(micros)
    header = header_of(report, digest, received, batch)
    fields = {
        "attachments": list(report.attachments),
        "batch": batch,
        "format": HEADER_FORMAT,
        "kind": report.kind,
        "media": report.media,
        "name": report.name,
        "note": dict(report.note),
        "payload_sha256": sha256(report.payload).hexdigest(),
        "payload_size": len(report.payload),
        "received_at": received,
        "reporter": report.reporter,
    }
    assert header == json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert Entry(1, instant_from(micros), header, None).fields == fields


@pytest.mark.parametrize(
    "report",
    [
        Accepted(b"", "json", "\ud800"),
        Accepted(b"", "json", "r", attachments=("AB" * 32,)),
        Accepted(b"", "json", "r", attachments=("ab",)),
        Accepted(b"", "json", "r", attachments=("ab" * 32 + "\n",)),
        Accepted(b"", "json", "r", note={"Upper": ""}),
        Accepted(b"", "json", "r", note={"": ""}),
    ],
)
def test_what_a_header_cannot_carry_is_refused(report: Accepted) -> None:
    """Lone surrogates, attachments that are no hashes, and notes with odd names are rejected."""
    with pytest.raises(ValueError):  # noqa: PT011  the causes differ, the kind is the law
        header_of(report, "0" * 64, "", 1)


@given(MICROS)
def test_instants_read_back(micros: int) -> None:
    """An instant's microseconds, its value and its text agree."""
    assert instant_micros(instant_from(micros)) == micros
    assert datetime.fromisoformat(instant_text(micros)) == instant_from(micros)
    assert len(instant_text(micros)) == 27


def test_an_instant_is_in_utc() -> None:
    """An instant without a zone, or of another zone, is rejected."""
    for instant in (datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=8)))):
        with pytest.raises(ValueError, match="UTC"):
            instant_micros(instant)
    assert instant_micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0


def receipt() -> tuple[Receipt, bytes]:
    """Make a receipt for the first of two entries."""
    header = b'{"said":"so"}'
    other = leaf_hash(b"other")
    root = node_hash(leaf_hash(header), other)
    return Receipt(1, leaf_hash(header), 2, (other,), sign_checkpoint(KEY.name, 2, root, KEY).text), header


def test_a_receipt_holds_and_travels() -> None:
    """A receipt is found in order before and after its journey as JSON."""
    made, header = receipt()
    assert check_receipt(made, header, KEY.verifier) == []
    assert Receipt.from_json(made.to_json()) == made
    assert set(json.loads(made.to_json())) == {"format", "entry", "leaf", "size", "proof", "checkpoint"}


def test_every_change_to_a_receipt_is_named() -> None:
    """Another number, leaf, size, proof, checkpoint, header or key is found, each by its name."""
    made, header = receipt()
    changes = {
        "proof": Receipt(2, made.leaf, 2, made.proof, made.checkpoint),
        "leaf": Receipt(1, bytes(32), 2, made.proof, made.checkpoint),
        "size": Receipt(1, made.leaf, 3, made.proof, made.checkpoint),
        "checkpoint": Receipt(1, made.leaf, 2, made.proof, made.checkpoint.replace("2", "3", 1)),
    }
    for name, changed in changes.items():
        assert any(problem.startswith(name) for problem in check_receipt(changed, header, KEY.verifier)), name
    assert check_receipt(Receipt(1, made.leaf, 2, (), made.checkpoint), header, KEY.verifier)
    assert check_receipt(made, header + b" ", KEY.verifier)
    assert check_receipt(made, header, make_key(KEY.name, bytes(range(32))).verifier)


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_rubbish_is_no_receipt(text: str) -> None:
    """Any other text is rejected as a receipt, by name."""
    with pytest.raises(ValueError, match="not a receipt"):
        Receipt.from_json(text)
