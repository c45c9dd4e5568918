"""The registry of commands: each line names a function and shows its first sentence, and earlier names lead to
commands.
"""

import inspect

import pytest

from comptroller.cli.groups import function_of
from comptroller.cli.registry import COMMANDS, DEFAULTS, DEPRECATED, GROUPS, entries_of


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_a_line_tells_what_its_function_tells(entry):
    """The summary in a list of commands is the first sentence of the command's own help."""
    assert (inspect.getdoc(function_of(entry)) or "").splitlines()[0] == entry.summary


def test_names_are_unique_and_groups_are_known():
    """No name has two commands, each group has commands, and no earlier name hides a current one."""
    names = [entry.name for entry in COMMANDS]
    assert len(names) == len(set(names))
    assert {name.rpartition(" ")[0] for name in names} == {"", *GROUPS}
    assert all(entries_of(group) for group in GROUPS)
    assert set(DEPRECATED).isdisjoint({*entries_of(""), *GROUPS})
    assert set(DEPRECATED.values()) <= set(names)
    assert {f"{group} {word}" for group, word in DEFAULTS.items()} <= set(names)
