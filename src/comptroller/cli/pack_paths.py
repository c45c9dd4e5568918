"""Where packs lie: in the folders that COMPTROLLER_PACKS names, then those that ship."""

import os
from pathlib import Path

from comptroller.packs.shipped import shipped_roots


def pack_roots() -> list[Path]:
    """Return the folders that are searched for packs: COMPTROLLER_PACKS first, then the shipped ones."""
    named = [Path(p) for p in os.environ.get("COMPTROLLER_PACKS", "").split(os.pathsep) if p]
    return [*named, *shipped_roots()]
