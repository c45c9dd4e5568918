"""A command line at a small node, used by the tests of the commands."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from comptroller.cli import app
from tests.packs_small.small import lay, small_files


class Line:
    """The command line as a user has it: words in, text and an exit code out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.node = folder / "node"

    def __call__(self, *words: object) -> Result:
        """Run a command."""
        return CliRunner().invoke(app, [str(word) for word in words])

    def json(self, *words: object, code: int = 0) -> Any:
        """Run a command with --json; returns what it printed, which must be JSON, and the exit code as expected."""
        found = self(*words, "--json")
        assert found.exit_code == code, (found.output, found.exception)
        return json.loads(found.stdout)

    def file(self, name: str, said: object) -> Path:
        """Write a file to report: text as it is, anything else as JSON."""
        path = self.folder / name
        path.write_text(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False), encoding="utf-8")
        return path


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Return a command line that finds the small pack, with no node named."""
    monkeypatch.setenv("COMPTROLLER_PACKS", str(lay(tmp_path / "packs", small_files())))
    monkeypatch.setenv("COMPTROLLER_LANGUAGE", "en")
    monkeypatch.delenv("COMPTROLLER_NODE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Line(tmp_path)


@pytest.fixture
def begun(line: Line, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Return a command line at a node that knows entity A and one payment that is found."""
    assert line("init", line.node, "--pack", "small", "--owner", "O").exit_code == 0
    monkeypatch.setenv("COMPTROLLER_NODE", str(line.node))
    line.json("report", line.file("e.json", [{"entity": "A", "name": "A"}]), "--kind", "entity")
    paid = {"entity": "A", "payment": "P1", "amount": 2000, "matter": "M1", "payee": "S", "paid_on": "2024-03-05"}
    line.json("report", line.file("p.json", [paid]), "--kind", "payment")
    return line
