"""Settings of hypothesis and journeys: no deadline, a fixed seed unless more examples are requested, and a
count of journeys.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

# A world takes as long as it takes: time is measured in bench/, never here.
settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=_SLOW)
# `make fuzz` and `make chaos` draw anew each time, and more.
settings.register_profile("long", deadline=None, max_examples=2_000, print_blob=True, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def journeys(reporter: Any) -> tuple[str, int]:
    """Return a line that counts the journeys of a run, '' where none was chosen, and how many were skipped."""
    ran, skipped, reasons = 0, 0, set()
    for outcome, reports in reporter.stats.items():
        for report in reports:
            if "browser" not in getattr(report, "keywords", {}):
                continue
            if outcome == "skipped":
                skipped += 1
                reasons.add(str(report.longrepr[2]).removeprefix("Skipped: "))
            elif outcome in ("passed", "failed") and report.when == "call":
                ran += 1
    if not ran + skipped:
        return "", 0
    why = f" ({'; '.join(sorted(reasons))})" if reasons else ""
    return f"journeys in a browser: {ran} ran, {skipped} skipped{why}", skipped


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many journeys ran in a browser, so that skipped ones are noticed."""
    line, _ = journeys(terminalreporter)
    if line:
        terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: Any) -> None:
    """End as failed where a journey was skipped and COMPTROLLER_JOURNEYS=all wants every one to run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("COMPTROLLER_JOURNEYS") == "all" and reporter is not None and journeys(reporter)[1]:
        session.exitstatus = session.exitstatus or 1
