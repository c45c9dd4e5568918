"""The pages of reference are made the same each time, and say what a pack says."""

from pathlib import Path

from comptroller.cli.reference import pages, write
from tests.house.source import PACKS


def test_the_same_packs_give_the_same_pages() -> None:
    """Pages depend on code and packs alone, so that they can be compared."""
    assert pages([PACKS]) == pages([PACKS])


def test_a_stale_page_is_taken_away(tmp_path: Path) -> None:
    """A page of something that is gone does not stay behind."""
    stale = tmp_path / "rules" / "gone.md"
    stale.parent.mkdir()
    stale.write_text("# Gone\n", encoding="utf-8")
    made = write(tmp_path)
    assert not stale.exists()
    assert "index.md" in made
    assert all((tmp_path / name).is_file() for name in made)


def test_options_are_said_as_they_are_typed() -> None:
    """An option that is declared by another word than its parameter's is shown by that word."""
    page = pages([PACKS])["commands.md"]
    assert "| `--json` |" in page
    assert "as-json" not in page
    assert "| `N` |" in page
