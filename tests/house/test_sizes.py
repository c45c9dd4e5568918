"""No file grows into a giant: 300 lines, or a reason and a limit that only goes down."""

from pathlib import Path

from tests.house.source import CODE, REPOSITORY, files, shown

MOST = 300
GIANTS: dict[str, tuple[int, str]] = {
    "src/comptroller/books/facts/fold.py": (304, "one fold: every table of a batch, in the order of their dependence"),
    "src/comptroller/graph/cycles.py": (307, "one kernel and the options that it is given"),
    "src/comptroller/graph/elimination.py": (301, "one elimination and its three directions"),
    "src/comptroller/web/cases/actions.py": (302, "the acts of a case, which share their checks"),
    "src/comptroller/web/cases/pages.py": (306, "the pages of one case, which share its view"),
    "tests/intake/formats/json/test_rows.py": (
        315,
        "one reader's laws and the forms it refuses, which share their worlds",
    ),
}
"""File, the lines it may have, and why it is not split."""


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_a_giant() -> None:
    """A file has at most 300 lines, unless it is listed with a reason; a listed one may not grow."""
    counts = {shown(path): _lines(path) for path in files(*CODE, endings=(".py",))}
    limits = {name: GIANTS.get(name, (MOST, ""))[0] for name in counts}
    assert {name: count for name, count in counts.items() if count > limits[name]} == {}


def test_giants_are_still_giants() -> None:
    """A listed file that has become small is taken off the list, and one that shrank lowers its limit."""
    for name, (most, reason) in GIANTS.items():
        count = _lines(REPOSITORY / name)
        assert count > MOST, f"{name} has {count} lines: take it off the list"
        assert count > most - 40, f"{name} has {count} lines: lower its limit of {most}"
        assert reason
