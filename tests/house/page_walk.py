r"""Follow a page as its reader does: write its files, run its programs and commands, and look for what it shows.

Write `name`: + fence     the file is written
```console                lines with `$ ` run; each line below a command occurs in what it prints, in order
```python                 the program runs
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comptroller.cli import app, output

_FENCE = re.compile(r"(?ms)^```(?P<form>\w*)\n(?P<text>.*?)^```$")
_FILE = re.compile(r"(?:Write|写入) `(?P<name>[^`]+)`[:：]\s*\Z")


def follow(page: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Follow a page in the current folder; returns how many commands and programs ran."""
    monkeypatch.setenv("COMPTROLLER_LANGUAGE", "en")
    monkeypatch.setattr(output.out, "width", 200)
    monkeypatch.delenv("COMPTROLLER_NODE", raising=False)
    text, ran, before = page.read_text(encoding="utf-8"), 0, 0
    for fence in _FENCE.finditer(text):
        asked = _FILE.search(text[before : fence.start()])
        before = fence.end()
        if asked:
            path = Path(asked["name"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence["text"], encoding="utf-8")
        elif fence["form"] == "python":
            _python("-c", fence["text"])
            ran += 1
        elif fence["form"] == "console":
            ran += _console(fence["text"], monkeypatch)
    return ran


def _console(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a fence's commands; returns how many there were."""
    parts = re.split(r"(?m)^\$ ", text)
    assert parts[0] == "", f"a console begins with a command: {parts[0]!r}"
    for part in parts[1:]:
        command, *expected = part.splitlines()
        shown = _run(command, monkeypatch)
        place = 0
        for line in filter(None, (one.strip() for one in expected)):
            found = shown.find(line, place)
            assert found >= 0, f"$ {command}\nexpected {line!r} in\n{shown}"
            place = found + len(line)
    return len(parts) - 1


def _run(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run one command of a page and return what it prints; wrong use is a failure, a rejection is not."""
    words = shlex.split(command)
    if words[0] == "export":
        name, value = words[1].split("=", 1)
        monkeypatch.setenv(name, os.path.expandvars(value))
        return ""
    if words[0] == "comptroller":
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code in (0, 1), f"$ {command}\n{done.output}"
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output
    assert words[0] == "python", f"a page runs comptroller, python or export: {command}"
    return _python(*words[1:])


def _python(*words: str) -> str:
    """Run Python as the reader has it, with Comptroller installed; returns what it prints."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"$ python {' '.join(words)}\n{done.stderr}"
    return done.stdout
