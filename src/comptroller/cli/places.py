"""Where packs lie: beside the source, or in the installed package."""

import os
from pathlib import Path

import comptroller


def pack_roots() -> list[Path]:
    """Give the folders in which packs are looked for: COMPTROLLER_PACKS first, then those that ship."""
    here = Path(comptroller.__file__).parent
    named = [Path(p) for p in os.environ.get("COMPTROLLER_PACKS", "").split(os.pathsep) if p]
    shipped = [here / "packs_shipped", here.parents[1] / "packs"]
    return [*named, *(p for p in shipped if p.is_dir())]
