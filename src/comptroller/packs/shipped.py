"""The folders of the packs that ship with Comptroller: beside the source, or inside the installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_roots() -> list[Path]:
    """Return the folders that hold the packs of this version."""
    places = (_PACKAGE / "packs_shipped", _PACKAGE.parents[1] / "packs")
    return [path for path in places if path.is_dir()]
