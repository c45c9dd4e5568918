"""The harbour city for all journeys of a session: built once, also when several processes run them."""

import os
import time
from pathlib import Path

import pytest

from tests.worlds import Harbour, build_harbour

_WAIT_SECONDS, _STEP_SECONDS = 900, 0.5


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """Return the harbour city and its node, which no test may change."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "harbour"
    try:
        folder.mkdir()
    except FileExistsError:
        _wait_for(folder / "done.json")
    return build_harbour(folder)


def _wait_for(path: Path) -> None:
    """Wait until the process that builds the city is done."""
    ends = time.monotonic() + _WAIT_SECONDS
    while not path.exists():
        assert time.monotonic() < ends, "the process that builds the harbour city does not come to an end"
        time.sleep(_STEP_SECONDS)
