"""What every command shares: the node that is named, refusals in one form, exit codes."""

import pytest

from comptroller.cli import registry
from comptroller.cli.output import counted

COMMANDS = [
    ("findings",),
    ("scoreboard",),
    ("verify",),
    ("tick",),
    ("rebuild",),
    ("entry", "1"),
    ("query", "SELECT 1"),
    ("explain", "F-x"),
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_node_must_be_named(line, words):
    """Without --node and COMPTROLLER_NODE a command is used wrongly: exit code 2, and it states how to name one."""
    found = line(*words)
    assert found.exit_code == 2
    assert "--node" in found.stderr


@pytest.mark.parametrize("words", COMMANDS)
def test_a_folder_that_is_no_node_is_refused(line, words):
    """An empty folder, and a missing one, are rejected with exit code 1 and a fix; nothing is made there."""
    (line.folder / "empty").mkdir()
    for name in ("empty", "none"):
        told = line.json(*words, "--node", line.folder / name, code=1)
        assert told["refused"][0]["code"] == "node.absent"
    assert list((line.folder / "empty").iterdir()) == []
    assert not (line.folder / "none").exists()


@pytest.mark.parametrize("name", ["ledger.sqlite", "key.pem", "node.json"])
def test_a_damaged_node_is_refused(begun, name):
    """A node without a valid ledger, key or charter answers with exit code 1, not with a trace."""
    (begun.node / name).write_bytes(b"something else" * 500)
    assert begun.json("findings", code=1)["refused"][0]["mend"]["en"]
    (begun.node / name).unlink()
    assert begun.json("findings", code=1)["refused"][0]["mend"]["en"]


def test_damaged_books_are_folded_again(begun):
    """Invalid books are rejected with the command that repairs them, and rebuild repairs them."""
    (begun.node / "books.duckdb").write_bytes(b"something else" * 500)
    told = begun.json("findings", code=1)["refused"][0]
    assert told["code"] == "node.books"
    assert "rebuild" in told["mend"]["en"]
    begun.json("rebuild")
    assert len(begun.json("findings")) == 1


def test_refusals_come_in_the_readers_language(begun, monkeypatch):
    """COMPTROLLER_LANGUAGE chooses the words; the code is the same."""
    path = begun.file("b.csv", "entity,payment,amount\nA,P3,much\n")
    assert "expected a number" in begun("report", path, "--kind", "payment").stderr
    monkeypatch.setenv("COMPTROLLER_LANGUAGE", "zh")
    shown = begun("report", path, "--kind", "payment").stderr
    assert "expected 数字" in shown
    assert "intake.shape.money" in shown


def test_help_names_every_command(line):
    """Without words, commands and groups are listed, a group lists its own, and earlier names are not; an unknown one is wrong use."""
    shown = line("--help").stdout
    for entry in registry.COMMANDS:
        group, _, word = entry.name.rpartition(" ")
        listed = line(group, "--help").stdout if group else shown
        assert f"  {word} " in listed, entry.name
        assert not group or f"  {group} " in shown
    assert [name for name in registry.DEPRECATED if f"\n  {name} " in shown] == []
    assert line("frobnicate").exit_code == 2


def test_numbers_agree_with_their_nouns(begun):
    """One is printed in the singular, and each other number in the plural."""
    assert counted(1, "reason") == "1 reason"
    assert counted(0, "reason") == "0 reasons"
    assert counted(2, "entry", "entries") == "2 entries"
    late = begun.file("late.json", [{"entity": "A"}])
    assert (
        ": 1 reason;" in begun("report", late, "--kind", "payment").stderr.replace("\n", " ")
        or "reasons;" in begun("report", late, "--kind", "payment").stderr
    )
    assert "1 finding\n" in begun("findings").stdout
    assert "3 examples of 1 rule, 0 failed" in begun("pack", "prove", "--pack", "small", "--rule", "pay/twice").stdout


def test_a_refusal_without_a_place_names_none(begun):
    """Where no file is at fault, the field alone is named, without an empty place before it."""
    shown = begun("explain", "F-zzzz").stderr
    assert shown.startswith("refused  finding\n")
