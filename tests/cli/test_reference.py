"""The pages of reference are made the same each time, and describe a pack's contents."""

from functools import lru_cache
from pathlib import Path

from comptroller.cli.reference import pages, write
from tests.house.source import DOCS, PACKS

REFERENCE = DOCS / "reference"


@lru_cache(maxsize=1)
def _made() -> dict[str, str]:
    return pages([PACKS])


def _committed() -> dict[str, str]:
    """Return the pages as the repository has them, made by another process."""
    return {
        path.relative_to(REFERENCE).as_posix(): path.read_text(encoding="utf-8") for path in REFERENCE.rglob("*.md")
    }


def test_the_same_packs_give_the_same_pages(tmp_path: Path) -> None:
    """Pages depend on code and packs alone, so that they can be compared; one of something that is gone goes."""
    stale = tmp_path / "rules" / "gone.md"
    stale.parent.mkdir()
    stale.write_text("# Gone\n", encoding="utf-8")
    made = write(tmp_path)
    assert not stale.exists()
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in made} == _committed()


def test_options_are_said_as_they_are_typed() -> None:
    """An option that is declared by another word than its parameter's is shown by that word."""
    page = _made()["commands.md"]
    assert "| `--json` |" in page
    assert "as-json" not in page
    assert "| `N` |" in page
