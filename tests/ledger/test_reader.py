"""Laws of the reading half: roots, copies of a payload, and what acts list."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger

KEY = make_key("owner.example/ledger", bytes(32))
AT = datetime(2024, 1, 1, tzinfo=UTC)


def test_the_root_of_every_size_is_the_one_that_was_signed(tmp_path: Path) -> None:
    """At each checkpoint the root drawn from tiles equals the signed one; beyond the end there is none."""
    with Ledger.create(tmp_path / "l", KEY.name, KEY, AT) as ledger:
        for width in (1, 2, 300, 7):
            ledger.append([Accepted(b"x", "json", "r")] * width, AT)
        for size, _, _ in ledger.checkpoints():
            assert ledger.root(size) == ledger.checkpoint(size).root
        for size in (-1, 311):
            with pytest.raises(LookupError):
                ledger.root(size)


def test_every_copy_of_a_payload_is_found(tmp_path: Path) -> None:
    """All entries of one payload are returned in order, and blobs are known by their hash."""
    blob = b"SELECT 1"
    named = sha256(blob).hexdigest()
    with Ledger.create(tmp_path / "l", KEY.name, KEY, AT) as ledger:
        ledger.append([Accepted(one, "json", "r") for one in (b"a", b"b", b"a")], AT)
        ledger.append([Accepted(b"a", "json", "r", attachments=(named,))], AT, {named: blob})
        assert list(ledger.find_all(sha256(b"a").hexdigest())) == [1, 3, 4]
        assert ledger.find(sha256(b"b").hexdigest()) == 2
        assert (ledger.has_blob(named), ledger.has_blob("00" * 32)) == (True, False)
        assert ledger.erased() == {}
