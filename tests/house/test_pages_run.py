"""What the pages show runs as they show it: reporting, and the five commands of README.md in both languages."""

import re
import shutil

import pytest

from tests.house.page_walk import follow
from tests.house.source import DOCS, REPOSITORY


def test_the_page_on_reporting_runs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of docs/reporting.md is accepted or rejected as the page states, in every format."""
    monkeypatch.chdir(tmp_path)
    assert follow(DOCS / "reporting.md", monkeypatch) > 20


def test_the_page_on_the_python_interface_runs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of docs/python.md prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    assert follow(DOCS / "python.md", monkeypatch) == 1


def test_the_commands_for_own_data_run(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The five commands of README.md, on the files of examples/own_data, find what it shows; README.zh-CN.md has the same."""
    shutil.copytree(REPOSITORY / "examples" / "own_data", tmp_path / "examples" / "own_data")
    monkeypatch.chdir(tmp_path)
    assert follow(REPOSITORY / "README.md", monkeypatch) == 5
    english, chinese = (
        re.findall(r"(?ms)^```console\n(.*?)^```$", (REPOSITORY / name).read_text(encoding="utf-8"))
        for name in ("README.md", "README.zh-CN.md")
    )
    assert [line for line in chinese[0].splitlines() if line not in english[0].splitlines()] == []
    assert re.findall(r"(?m)^\$ .*", chinese[0]) == re.findall(r"(?m)^\$ .*", english[0])
