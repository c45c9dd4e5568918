"""Which browser journeys walk in: the one that is named, the machine's own, or the one that `make browser` fetched.

COMPTROLLER_BROWSER names a program; `fetched` passes over the machine's own, and `none` is a machine without any.
"""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

VARIABLE = "COMPTROLLER_BROWSER"
FETCHED = Path(__file__).parents[2] / "build" / "browser"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FONTS = Path("/etc/fonts/fonts.conf")


@dataclass(frozen=True)
class Browser:
    """A program, and what its environment needs."""

    path: str
    env: dict[str, str] = field(default_factory=dict)


def find(wanted: str | None = None, fetched: Path = FETCHED) -> Browser | None:
    """Return the browser of the journeys, or None if there is none. `wanted` is the value of COMPTROLLER_BROWSER."""
    said = os.environ.get(VARIABLE, "") if wanted is None else wanted
    if said == "none":
        return None
    if said not in ("", "fetched"):
        return Browser(said) if shutil.which(said) else None
    own = None if said else next((path for name in _NAMES if (path := shutil.which(name))), None)
    if own is not None:
        return Browser(own)
    program = fetched / "chromium"
    if not os.access(program, os.X_OK):
        return None
    env = {"LD_LIBRARY_PATH": str(fetched / "lib")}
    return Browser(str(program), env if _FONTS.exists() else {**env, "FONTCONFIG_PATH": str(fetched)})


def needed() -> Browser:
    """Return the browser to walk in; skips the test, naming what is absent, where there is none."""
    found = find()
    if found is None:
        said = os.environ.get(VARIABLE, "")
        pytest.skip(
            f"no browser: {VARIABLE}={said}" if said else "no browser: neither Chromium on PATH nor build/browser"
        )
    return found
