"""What the pages show runs as they show it: reporting, and the five commands of README.md in both languages."""

import shutil

import pytest

from tests.house.page_walk import follow
from tests.house.source import DOCS, REPOSITORY


def test_the_page_on_reporting_runs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of docs/reporting.md is accepted or rejected as the page says, in every format."""
    monkeypatch.chdir(tmp_path)
    assert follow(DOCS / "reporting.md", monkeypatch) > 20


def test_the_page_on_the_python_interface_runs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of docs/python.md prints what the page shows."""
    monkeypatch.chdir(tmp_path)
    assert follow(DOCS / "python.md", monkeypatch) == 1


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_commands_for_own_data_run(tmp_path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """The five commands of the README, on the files of examples/own_data, find what the README shows."""
    shutil.copytree(REPOSITORY / "examples" / "own_data", tmp_path / "examples" / "own_data")
    monkeypatch.chdir(tmp_path)
    assert follow(REPOSITORY / page, monkeypatch) == 5
