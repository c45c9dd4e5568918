"""Laws of `verify`: the ledger is called broken for its own faults alone, and never sound when it is shorter or other."""

import shutil
import sqlite3

import duckdb
import pytest

from comptroller.ledger.checkpoint import sign_checkpoint
from comptroller.ledger.key import load_key, make_key


def text_of(begun):
    """Return the highest checkpoint, as the command prints it."""
    return begun("checkpoint").stdout


def test_a_witness_file_of_any_kind_never_makes_the_ledger_broken(begun):
    """Missing, foreign, foreign-encoded, cut, slightly damaged: the file is named with a code, in both forms of output."""
    text = text_of(begun)
    files = {
        "utf16": (text.encode("utf-16"), "witness.encoding"),
        "bom": (text.encode("utf-8-sig"), "witness.encoding"),
        "crlf": (text.replace("\n", "\r\n").encode(), "witness.encoding"),
        "cut": (text[:-10].encode(), "witness.form"),
        "empty": (b"", "witness.form"),
        "bent": (text.replace("\n3\n", "\n4\n").encode(), "witness.damaged"),
        "foreign": (
            sign_checkpoint("x.example/y", 1, bytes(32), make_key("x.example/y", bytes(32))).text.encode(),
            "witness.foreign",
        ),
    }
    for name, (content, code) in files.items():
        path = begun.folder / name
        path.write_bytes(content)
        found = begun.json("verify", "--witness", path, code=1)
        assert [(one["code"], one["file"]) for one in found["refused"]] == [(code, str(path))], name
        shown = begun("verify", "--witness", path)
        assert (shown.exit_code, "broken" in shown.output, "Traceback" in shown.output) == (1, False, False)
    for path in (begun.folder / "none", begun.folder):
        assert begun.json("verify", "--witness", path, code=1)["refused"][0]["code"] == "witness.missing"
    good = begun.folder / "good"
    good.write_text(text, encoding="utf-8")
    assert begun.json("verify", "--witness", good, "--witness", begun.node / "witness")["sound"] is True


def test_a_true_witness_of_another_history_is_the_alarm(begun):
    """A checkpoint that this ledger's key signed, with another root: the ledger is broken, and the output states it."""
    origin = text_of(begun).split("\n")[0]
    key = load_key(begun.node / "key.pem", origin)
    path = begun.folder / "other"
    path.write_text(sign_checkpoint(origin, 2, bytes(32), key).text, encoding="utf-8")
    found = begun.json("verify", "--witness", path, code=1)
    assert (found["sound"], found["problem"]["code"]) == (False, "ledger.witness")
    path.write_text(sign_checkpoint(origin, 9, bytes(32), key).text, encoding="utf-8")
    found = begun.json("verify", "--witness", path, code=1)
    assert found["problem"]["entry"] == 4
    assert "entries 4-9 are missing" in found["problem"]["said"]


def test_an_old_ledger_is_never_sound_also_without_a_witness_of_ones_own(begun):
    """The node's own witness finds the old copy; without that file, `verify` states its absence and not that it
    is sound.
    """
    old = begun.folder / "old"
    shutil.copy(begun.node / "ledger.sqlite", old)
    begun.json("tick")
    shutil.copy(old, begun.node / "ledger.sqlite")
    assert begun.json("verify", code=1)["problem"]["code"] == "ledger.witness"
    assert begun.json("findings", code=1)["refused"][0]["code"] == "node.ledger_short"
    (begun.node / "witness").unlink()
    assert begun.json("verify", code=1)["refused"][0]["code"] == "witness.missing"
    assert begun.json("rebuild", code=1)["refused"][0]["code"] == "node.witness"


def test_the_environment_names_a_further_witness(begun, monkeypatch):
    """COMPTROLLER_WITNESS is compared like --witness."""
    monkeypatch.setenv("COMPTROLLER_WITNESS", str(begun.folder / "none"))
    assert begun.json("verify", code=1)["refused"][0]["file"] == str(begun.folder / "none")
    monkeypatch.setenv("COMPTROLLER_WITNESS", str(begun.node / "witness"))
    assert begun.json("verify")["sound"] is True


def test_a_payload_that_vanished_is_named_and_not_folded_away(begun):
    """A payload set to nothing by hand is damage with its number, also for a rebuild."""
    with sqlite3.connect(begun.node / "ledger.sqlite") as store:
        store.execute("UPDATE entry SET payload = NULL WHERE number = 3")
    store.close()
    assert begun.json("verify", code=1)["problem"]["entry"] == 3
    assert begun.json("rebuild", code=1)["refused"][0]["field"] == "entry 3"


def test_altered_books_are_named_by_table(begun):
    """`--books` folds again elsewhere and names the table, and states how to build them again."""
    assert begun.json("verify", "--books")["books"] == []
    with duckdb.connect(str(begun.node / "books.duckdb")) as store:
        store.execute("UPDATE all_payment SET amount = 1")
    assert [one["table"] for one in begun.json("verify", "--books", code=1)["books"]] == ["all_payment"]
    assert "comptroller rebuild" in begun("verify", "--books").stderr
    begun.json("rebuild")
    assert begun.json("verify", "--books")["sound"] is True


@pytest.mark.parametrize("key", ["x", "a+b+c"])
def test_the_key_may_come_from_outside(begun, key):
    """A published key is compared with the charter's; another, or a misspelt one, is no verdict of soundness."""
    other = make_key(text_of(begun).split("\n")[0], bytes(32)).verifier
    assert begun.json("verify", "--key", key, code=1)["refused"][0]["code"] == "verify.key"
    assert "refused" in begun.json("verify", "--key", str(other), code=1)
    own = load_key(begun.node / "key.pem", text_of(begun).split("\n")[0]).verifier
    assert begun.json("verify", "--key", str(own))["sound"] is True


def test_a_zeroed_page_names_what_is_lost(begun):
    """Damage of the file names the entries that are lost with it, and the command that saves the rest."""
    for number in range(40):
        paid = {
            "entity": "A",
            "payment": f"Q{number}",
            "amount": 1,
            "matter": "M1",
            "payee": "S" * 200,
            "paid_on": "2024-03-05",
        }
        if number % 10 == 0:
            begun.json("report", begun.file("q.json", [paid]), "--kind", "payment")
    path = begun.node / "ledger.sqlite"
    raw, named = path.read_bytes(), 0
    for page in range(len(raw) // 4096):
        path.write_bytes(raw[: page * 4096] + bytes(4096) + raw[(page + 1) * 4096 :])
        found = begun.json("verify", code=1)
        assert found["sound"] is False
        named += bool(found["lost"])
    assert named
