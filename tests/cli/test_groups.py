"""Groups of commands: earlier names do the same, a group's default needs no word, and a mistyped name is answered."""

import pytest

from comptroller.cli.registry import DEPRECATED
from comptroller.model.near import near

WORDS = {
    "admit": ("u1", "--role", "odd"),
    "adopt": ("none",),
    "case": ("C-none",),
    "checkpoint": (),
    "cycles": (),
    "due": (),
    "entry": ("3",),
    "erase": ("99", "--by", "U1", "--second", "U2", "--reason", "asked", "--law", "L 1"),
    "holdings": ("A",),
    "may": ("A", "board", "I1", "--amount", "much"),
    "new": ("poem", "x"),
    "outcomes": (),
    "owners": ("A",),
    "path": ("A", "B"),
    "powers": ("A",),
    "prove": ("--pack", "small", "--rule", "pay/twice"),
    "related": ("A",),
    "salvage": ("nowhere", "there"),
    "template": ("payment", "--format", "csv", "--pack", "small"),
    "verify": (),
    "who": ("A",),
    "witness": (),
}
"""Words after each earlier name, such that running it twice prints the same."""


@pytest.mark.parametrize("name", sorted(DEPRECATED))
def test_an_earlier_name_does_the_same(begun, name):
    """Under its earlier name a command takes the same words, prints the same and ends with the same code."""
    for more in ((), ("--json",)):
        was = begun(name, *WORDS[name], *more)
        now = begun(*DEPRECATED[name].split(), *WORDS[name], *more)
        assert (was.exit_code, was.stdout) == (now.exit_code, now.stdout)
        assert was.stderr.replace(f"root {name} ", f"root {DEPRECATED[name]} ") == now.stderr


def test_every_earlier_name_is_tried():
    """The words above name each earlier command and no other."""
    assert sorted(WORDS) == sorted(DEPRECATED)


def test_a_group_with_a_default_needs_no_word(begun):
    """`cases` lists cases, with options or without, as it did before it was a group."""
    assert begun("cases").stdout == begun("cases", "list").stdout
    assert begun.json("cases", "--state", "all") == begun.json("cases", "list", "--state", "all")
    assert "show" in begun("cases", "--help").stdout
    assert begun("cases", "--state", "odd").exit_code == 2


def test_a_group_alone_shows_its_commands(line):
    """Without a word a group shows what it has, as wrong use."""
    shown = line("ownership")
    assert shown.exit_code == 2
    assert "holdings" in shown.output


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("fidings",), "findings"),
        (("Prove",), "pack prove"),
        (("ledgr", "verify"), "ledger"),
        (("ledger", "verfy"), "verify"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_close_ones(line, words, meant):
    """An unknown command is wrong use, and the close names are offered in both languages."""
    shown = line(*words)
    assert shown.exit_code == 2
    told = " ".join(shown.stderr.split())
    assert f"Did you mean {meant}" in told
    assert f"是否指 {meant}" in told


def test_nothing_is_offered_where_nothing_is_close(line):
    """A word that is like no command is answered with where all are listed."""
    assert near("xyzzy", DEPRECATED) == []
    assert "Did you mean" not in line("xyzzy").stderr
    assert "--help" in line("xyzzy").stderr
