"""Laws of checkpoints outside the ledger: a fault of such a file is named as the file's, and the highest one is
stored.
"""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptroller.ledger.checkpoint import Checkpoint, sign_checkpoint
from comptroller.ledger.key import make_key
from comptroller.ledger.witness import SLOT_BYTES, WitnessFile, WitnessRefused, parse_witness, read_witness

KEY = make_key("owner.example/ledger", bytes(32))
AT = datetime(2024, 1, 1, tzinfo=UTC)


def head(size: int, name: str = KEY.name, seed: int = 0) -> Checkpoint:
    """Return a checkpoint that a key of that name signed."""
    return sign_checkpoint(name, size, bytes([size % 256] * 32), make_key(name, bytes([seed] * 32)))


def code(content: bytes) -> str:
    """Return the code of the refusal of these bytes, '' where they are accepted."""
    try:
        parse_witness(content, KEY.name, KEY.verifier)
    except WitnessRefused as fault:
        return fault.code
    return ""


def test_a_file_of_another_kind_is_named_for_what_it_is() -> None:
    """Encodings, line ends, empty and foreign files each have their code; a true checkpoint passes."""
    text = head(5).text
    assert code(text.encode()) == ""
    for content in (text.encode("utf-16"), text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()):
        assert code(content) == "encoding"
    for content in (
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        text.encode("utf-32"),
        text.encode("gbk", "replace"),
    ):
        assert code(content) in {"encoding", "form"}
    for content in (
        b"",
        b"\n",
        text[:-1].encode(),
        text[:40].encode(),
        b'{"checkpoint": 1}',
        b"x" * (2 << 20),
        text.encode() * 2,
    ):
        assert code(content) == "form"
    assert code(head(5, "other.example/ledger", 3).text.encode()) == "foreign"
    assert code(head(5, seed=3).text.encode()) == "foreign"


def test_any_damage_is_a_fault_of_the_file() -> None:
    """A character changed anywhere is rejected by a code, and never read as another checkpoint."""
    chance, text = random.Random(3), head(12345).text
    for at in range(len(text)):
        bent = text[:at] + chance.choice("0aZ+/=\n x\u2014é") + text[at + 1 :]
        if bent != text:
            assert code(bent.encode()) in {"form", "damaged", "foreign"}, at
    for length in range(len(text)):
        assert code(text[:length].encode()) == "form"


def test_what_is_no_file_is_missing(tmp_path: Path) -> None:
    """No file, a folder and an unreadable path are named, without a trace."""
    for path in (tmp_path / "none", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(WitnessRefused) as refused:
            read_witness(path, KEY.name, KEY.verifier)
        assert refused.value.code == "missing"


def test_the_highest_checkpoint_is_read_back(tmp_path: Path) -> None:
    """The last and highest checkpoint is read, also where the other slot is torn; only a reset goes back."""
    file = WitnessFile(tmp_path / "w", KEY.name, KEY.verifier)
    assert file.read() is None
    for size in (1, 2, 3, 70):
        file.write(head(size))
        again = WitnessFile(tmp_path / "w", KEY.name, KEY.verifier).read()
        assert again is not None
        assert again.size == size
        assert read_witness(tmp_path / "w", KEY.name, KEY.verifier).size == size
    content = (tmp_path / "w").read_bytes()
    assert len(content) == 2 * SLOT_BYTES
    for slot in (0, 1):
        torn = bytearray(content)
        torn[slot * SLOT_BYTES : slot * SLOT_BYTES + 60] = bytes(60)
        (tmp_path / "torn").write_bytes(torn)
        left = WitnessFile(tmp_path / "torn", KEY.name, KEY.verifier).read()
        assert left is not None
        assert left.size in {3, 70}
    file.reset(head(2))
    file.close()
    file.close()
    kept = WitnessFile(tmp_path / "w", KEY.name, KEY.verifier).read()
    assert kept is not None
    assert kept.size == 2
    (tmp_path / "w").write_bytes(b"garbage" * 2000)
    with pytest.raises(WitnessRefused):
        WitnessFile(tmp_path / "w", KEY.name, KEY.verifier).read()
