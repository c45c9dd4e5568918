"""The browser of the journeys is found in a fixed order, and a journey without one names what is absent."""

import os
from types import SimpleNamespace

import pytest
from _pytest.outcomes import Skipped

from tests import conftest
from tests.journeys import browser


def test_a_browser_is_found_in_a_fixed_order(tmp_path, monkeypatch):
    """The named one first, then the machine's own, then the fetched one with its libraries; `none` is none."""
    own, fetched = tmp_path / "own", tmp_path / "fetched"
    for folder in (own, fetched):
        folder.mkdir()
        (folder / "chromium").write_text("#!/bin/sh\n")
        (folder / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(own))
    assert browser.find("", fetched).path == str(own / "chromium")
    found = browser.find("fetched", fetched)
    assert found.path == str(fetched / "chromium")
    assert found.env["LD_LIBRARY_PATH"] == str(fetched / "lib")
    assert browser.find(str(fetched / "chromium"), tmp_path).path == str(fetched / "chromium")
    assert browser.find("none", fetched) is browser.find("/none/such", fetched) is None
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert browser.find("", fetched).path == str(fetched / "chromium")
    assert browser.find("", tmp_path / "nothing") is None


def test_a_journey_without_a_browser_names_what_is_absent(monkeypatch):
    """Where there is no browser the journey is skipped, and the reason names the one that was looked for."""
    monkeypatch.setenv(browser.VARIABLE, "none")
    with pytest.raises(Skipped, match="COMPTROLLER_BROWSER=none"):
        browser.needed()


def _reports(**counts):
    """Return reports by outcome as pytest stores them: of journeys, and one of another test each."""
    stats = {
        outcome: [
            *(
                SimpleNamespace(keywords={"browser": 1}, when="call", longrepr=("f.py", 1, "Skipped: no browser"))
                for _ in range(n)
            ),
            SimpleNamespace(keywords={}, when="call", longrepr=""),
        ]
        for outcome, n in counts.items()
    }
    return SimpleNamespace(stats=stats)


def test_the_summary_counts_journeys():
    """Run and skipped journeys are counted with any outcome, and other tests are not."""
    line, skipped = conftest.journeys(_reports(passed=3, failed=1, skipped=2))
    assert line == "journeys in a browser: 4 ran, 2 skipped (no browser)"
    assert skipped == 2
    assert conftest.journeys(_reports(passed=0, skipped=0)) == ("", 0)
    assert conftest.journeys(_reports(passed=1)) == ("journeys in a browser: 1 ran, 0 skipped", 0)


def test_a_skipped_journey_fails_where_all_must_run(monkeypatch):
    """With COMPTROLLER_JOURNEYS=all a run that skipped a journey ends as failed; without it, as it was."""
    for said, ends in (("", 0), ("all", 1)):
        monkeypatch.setenv("COMPTROLLER_JOURNEYS", said)
        session = SimpleNamespace(exitstatus=0, config=SimpleNamespace(pluginmanager=_plugins(_reports(skipped=1))))
        conftest.pytest_sessionfinish(session)
        assert session.exitstatus == ends
        session = SimpleNamespace(exitstatus=0, config=SimpleNamespace(pluginmanager=_plugins(_reports(passed=1))))
        conftest.pytest_sessionfinish(session)
        assert session.exitstatus == 0
    assert os.environ["COMPTROLLER_JOURNEYS"] == "all"


def _plugins(reporter):
    return SimpleNamespace(get_plugin=lambda name: reporter if name == "terminalreporter" else None)
