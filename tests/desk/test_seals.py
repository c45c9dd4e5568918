"""Secrets that must be read again: on the disk they are names or ciphers."""

import pytest

from comptroller.desk.seals import is_named, seal, unseal
from comptroller.model.refusal import Refused


def test_a_sealed_secret_opens_under_its_passphrase_alone():
    """Another passphrase, none, or a changed byte: refused; without a passphrase nothing is kept."""
    kept = seal(b"a secret", b"words", b"0123456789ab")
    assert b"a secret" not in kept.encode()
    assert unseal(kept, b"words") == b"a secret"
    for broken, words in ((kept, b"other"), (kept, None), (kept[:-6] + "AAAAA=", b"words"), ("plain", b"words")):
        with pytest.raises(Refused):
            unseal(broken, words)
    with pytest.raises(Refused):
        seal(b"a secret", None, b"0123456789ab")


def test_a_named_secret_is_read_from_the_environment(monkeypatch):
    """Only names made for it: no other variable can be asked for."""
    monkeypatch.setenv("COMPTROLLER_SECRET_X", "value")
    monkeypatch.setenv("OTHER", "value")
    assert unseal("env:COMPTROLLER_SECRET_X", None) == b"value"
    assert [is_named(one) for one in ("env:OTHER", "env:COMPTROLLER_SECRET_x", "env:COMPTROLLER_PASSPHRASE")] == [
        False
    ] * 3
    for kept in ("env:OTHER", "env:COMPTROLLER_SECRET_GONE"):
        with pytest.raises(Refused):
            unseal(kept, None)
