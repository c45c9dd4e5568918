"""Secrets that must be read again: on the disk they are names or ciphers."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comptroller.model.refusal import Refused
from comptroller.web.admin import webhooks
from comptroller.web.admin.secret_renewal import renew_secrets
from comptroller.web.admin.webhooks import Webhook
from comptroller.web.runtime.secrets_at_rest import decrypt, encrypt, is_named, renewed
from tests.consoles import open_desk


def test_a_sealed_secret_opens_under_its_passphrase_alone():
    """Rejected: another passphrase, none, or a changed byte; without a passphrase nothing is stored."""
    kept = encrypt(b"a secret", b"words", b"0123456789ab")
    assert b"a secret" not in kept.encode()
    assert decrypt(kept, b"words") == b"a secret"
    for broken, words in ((kept, b"other"), (kept, None), (kept[:-6] + "AAAAA=", b"words"), ("plain", b"words")):
        with pytest.raises(Refused):
            decrypt(broken, words)
    with pytest.raises(Refused):
        encrypt(b"a secret", None, b"0123456789ab")


def test_a_named_secret_is_read_from_the_environment(monkeypatch):
    """Only names with the prefix: no other variable can be read."""
    monkeypatch.setenv("COMPTROLLER_SECRET_X", "value")
    monkeypatch.setenv("OTHER", "value")
    assert decrypt("env:COMPTROLLER_SECRET_X", None) == b"value"
    assert [is_named(one) for one in ("env:OTHER", "env:COMPTROLLER_SECRET_x", "env:COMPTROLLER_PASSPHRASE")] == [
        False
    ] * 3
    for kept in ("env:OTHER", "env:COMPTROLLER_SECRET_GONE"):
        with pytest.raises(Refused):
            decrypt(kept, None)


def sealed_before(secret, passphrase):
    """Return a text as earlier versions wrote it: a key by HKDF, without salt or cost."""
    key = HKDF(SHA256(), 32, None, b"comptroller secrets of the desk").derive(passphrase)
    return "sealed:" + base64.b64encode(b"0123456789ab" + AESGCM(key).encrypt(b"0123456789ab", secret, None)).decode()


def test_a_key_is_derived_with_salt_and_cost():
    """A text names version, cost and salt; the same secret under the same passphrase is another text each time it is drawn for."""
    one, two = (encrypt(b"a secret", b"words", nonce) for nonce in (b"first", b"second"))
    assert one.split(":")[:5] == ["argon2id", "1", "65536", "3", "1"]
    assert one.split(":")[5] != two.split(":")[5]
    assert one.split(":")[6] != two.split(":")[6]
    assert len(base64.b64decode(one.split(":")[5])) == 16


def test_an_altered_text_is_refused():
    """Rejected without a trace: another cost, salt or cipher, a cost that would fill the memory, and a cut text."""
    kept = encrypt(b"a secret", b"words", b"drawn")
    parts = kept.split(":")
    altered = [":".join([*parts[:at], other, *parts[at + 1 :]]) for at, other in (
        (0, "argon2i"), (1, "2"), (2, "65535"), (2, "99999999"), (2, "0"), (3, "0"), (3, "999"), (4, "17"), (4, "0"),
        (5, "AAAA"), (5, base64.b64encode(b"x" * 16).decode()), (6, "AAAA"), (6, ""), (6, parts[6][:-4]),
    )]  # fmt: skip
    for text in (*altered, kept[:-1], kept + "A", "argon2id:", "sealed:", "sealed:AAAA", "sealed:\u00e4", ""):
        with pytest.raises(Refused):
            decrypt(text, b"words")


def test_a_text_of_before_is_read_and_renewed():
    """What earlier versions wrote opens, and is renewed once; under another passphrase, or named, it stays as it is."""
    before = sealed_before(b"a secret", b"words")
    assert decrypt(before, b"words") == b"a secret"
    now = renewed(before, b"words", b"drawn")
    assert now.startswith("argon2id:1:")
    assert decrypt(now, b"words") == b"a secret"
    for kept, passphrase in (
        (now, b"words"),
        (before, b"other"),
        (before, None),
        ("env:COMPTROLLER_SECRET_X", b"words"),
    ):
        assert renewed(kept, passphrase, b"drawn") == kept


def test_a_desk_renews_its_secrets_when_it_is_opened(tmp_path):
    """Secrets of factors and webhooks that lie there from before are of the present form after opening; others are untouched."""
    server = open_desk(tmp_path, passphrase=b"words")
    try:
        before, other = sealed_before(b"a secret", b"words"), sealed_before(b"a secret", b"other")
        server.accounts.factors.offer("leader", before)
        for name, secret in (("h1", before), ("h2", other), ("h3", "env:COMPTROLLER_SECRET_X")):
            webhooks.keep(server.storage, Webhook(name, "leader", "https://a.example", secret))
        renew_secrets(server)
        kept = [server.accounts.factors.kept("leader"), *(one.secret for one in webhooks.webhooks_of(server.storage))]
        assert [one.partition(":")[0] for one in kept] == ["argon2id", "argon2id", "sealed", "env"]
        assert decrypt(kept[0], b"words") == decrypt(kept[1], b"words") == b"a secret"
        renew_secrets(server)
        assert [
            server.accounts.factors.kept("leader"),
            *(one.secret for one in webhooks.webhooks_of(server.storage)),
        ] == kept
    finally:
        server.stop()
