"""What the pages show runs as they show it: reporting, and the five commands of README.md in both languages."""

import pytest

from tests.house.page_walk import follow
from tests.house.source import DOCS


def test_the_page_on_reporting_runs(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of docs/reporting.md is accepted or rejected as the page says, in every format."""
    monkeypatch.chdir(tmp_path)
    assert follow(DOCS / "reporting.md", monkeypatch) > 20
