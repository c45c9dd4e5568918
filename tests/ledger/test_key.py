"""Laws of keys: published in one form, readable by the owner alone, rejected by name when wrong."""

from pathlib import Path

import pytest

from comptroller.ledger.key import KeyRefused, VerifierKey, is_key_name, load_key, make_key, save_key

KEY = make_key("owner.example/ledger", bytes(range(32)))


def test_a_verifier_key_reads_back() -> None:
    """`parse` reads the result of `str`."""
    assert VerifierKey.parse(str(KEY.verifier)) == KEY.verifier


def test_no_other_spelling_is_a_verifier_key() -> None:
    """A verifier key with any letter cut or changed is rejected."""
    text = str(KEY.verifier)
    for at in range(len(text)):
        with pytest.raises(KeyRefused):
            VerifierKey.parse(text[:at])
        with pytest.raises(KeyRefused):
            VerifierKey.parse(text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u3000b", "a\x7f"])
def test_a_name_that_breaks_notes_is_refused(name: str) -> None:
    """A key's name holds no spaces, plus signs or control characters."""
    assert not is_key_name(name)
    with pytest.raises(KeyRefused):
        make_key(name, bytes(32))


def test_a_signature_is_verified() -> None:
    """A signature verifies for its message and key, and for nothing else."""
    signature = KEY.sign(b"said")
    assert KEY.verifier.verifies(signature, b"said")
    assert not KEY.verifier.verifies(signature, b"not said")
    assert not KEY.verifier.verifies(b"short", b"said")
    assert not make_key(KEY.name, bytes(32)).verifier.verifies(signature, b"said")


@pytest.mark.parametrize("passphrase", [None, b"long and quiet"])
def test_a_key_is_kept_and_read_back(tmp_path: Path, passphrase: bytes | None) -> None:
    """A saved key is readable by its owner alone, never overwritten, and read back the same."""
    path = tmp_path / "ledger.key"
    save_key(KEY, path, passphrase)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path, KEY.name, passphrase).verifier == KEY.verifier
    with pytest.raises(FileExistsError):
        save_key(KEY, path, passphrase)


def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path) -> None:
    """Without the passphrase, or with another, the key is not read, and the file does not hold it openly."""
    path = tmp_path / "ledger.key"
    save_key(KEY, path, b"right")
    assert b"ENCRYPTED" in path.read_bytes()
    for passphrase in (None, b"wrong"):
        with pytest.raises(KeyRefused):
            load_key(path, KEY.name, passphrase)


def test_an_open_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """An unencrypted key in a file that others can read is not used."""
    path = tmp_path / "ledger.key"
    save_key(KEY, path)
    path.chmod(0o644)
    with pytest.raises(KeyRefused, match="0600"):
        load_key(path, KEY.name)


def test_rubbish_is_no_key(tmp_path: Path) -> None:
    """A file that contains no key is rejected by name, and so is a seed of another length."""
    path = tmp_path / "ledger.key"
    path.write_bytes(b"nothing")
    path.chmod(0o600)
    with pytest.raises(KeyRefused):
        load_key(path, KEY.name)
    with pytest.raises(KeyRefused):
        make_key(KEY.name, b"short")


def test_a_key_does_not_show_its_secret() -> None:
    """The secret is not in what a log would print."""
    assert "private" not in repr(KEY)
