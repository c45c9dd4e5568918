"""Laws of a node's key: encrypted with a passphrase, changed without loss, required where the charter requires it."""

from pathlib import Path

import pytest

from comptroller import node
from comptroller.model.refusal import Refused
from tests.node.test_node import CHARTER, code
from tests.packs_small.small import key


def found(folder: Path, passphrase: bytes | None = None) -> Path:
    """Return a founded folder."""
    node.start(folder, CHARTER, key(), passphrase)
    node.finish(folder)
    return folder


def test_a_passphrase_encrypts_the_key_and_is_required(tmp_path: Path) -> None:
    """With a passphrase the file is encrypted and opens under that one alone; the public key needs none."""
    folder = found(tmp_path / "n", b"correct horse")
    assert b"ENCRYPTED" in (folder / node.KEY).read_bytes()
    assert node.load(folder, b"correct horse")[1].verifier == key().verifier
    for wrong in (None, b"wrong", b""):
        assert code(node.load, folder, wrong) == "node.key"
    assert node.verifier_of(folder, None) == key().verifier


def test_a_passphrase_is_set_changed_and_removed(tmp_path: Path) -> None:
    """Each change opens under the new passphrase alone; a wrong old one changes nothing; a forbidden open key
    is rejected.
    """
    folder = found(tmp_path / "n")
    open_key = (folder / node.KEY).read_bytes()
    with pytest.raises(Refused):
        node.change_passphrase(folder, None, b"", is_needed=True)
    node.change_passphrase(folder, None, b"one", is_needed=True)
    node.change_passphrase(folder, b"one", b"two", is_needed=True)
    assert code(node.load, folder, b"one") == "node.key"
    with pytest.raises(Refused):
        node.change_passphrase(folder, b"one", b"three", is_needed=True)
    assert node.load(folder, b"two")[1].verifier == key().verifier
    encrypted = (folder / node.KEY).read_bytes()
    (folder / node.KEY).write_bytes(open_key)
    assert code(node.load, folder, b"two") == "node.key", "a key in the clear is refused in a node that requires one"
    (folder / node.KEY).write_bytes(encrypted)
    node.change_passphrase(folder, b"two", None, is_needed=False)
    assert node.load(folder, None)[1].verifier == key().verifier
    assert (folder / node.KEY).stat().st_mode & 0o777 == 0o600


def test_garbage_in_charter_or_key_is_refused_by_name(tmp_path: Path) -> None:
    """Any bytes in the file result in a refusal, never in a trace."""
    folder = found(tmp_path / "n")
    charter, pem = (folder / node.CHARTER).read_bytes(), (folder / node.KEY).read_bytes()
    for content in (b"", b"\xff\xfe\x00", b"[]", b"{", b'{"owner": 1}', b"[" * 100_000, charter[:-20]):
        (folder / node.CHARTER).write_bytes(content)
        assert code(node.load, folder, None) == "node.charter"
    (folder / node.CHARTER).write_bytes(charter)
    for content in (b"", b"garbage", pem[:60], pem.replace(b"M", b"N"), b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n"):
        (folder / node.KEY).write_bytes(content)
        assert code(node.load, folder, b"x") == "node.key"
    (folder / node.CHARTER).write_bytes(charter.replace(b"owner.example", b"other.example"))
    (folder / node.KEY).write_bytes(pem)
    assert code(node.load, folder, None) == "node.key", "the key bears the name that the charter gives it"
