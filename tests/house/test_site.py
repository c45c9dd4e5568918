"""The site holds every page, the Chinese pages follow the English ones, and pictures are there and small."""

import re
from pathlib import Path

import pytest

from tests.house.source import DOCS, REPOSITORY, shown

FENCE = re.compile(r"(?ms)^```\w*\n.*?^```$")
TOCTREE = re.compile(r"(?ms)^```\{toctree\}\n(.*?)^```$")
CHINESE = sorted(p.name for p in (DOCS / "zh").glob("*.md") if p.name != "index.md")
MOST_PICTURE_BYTES = 300_000


def _listed(index: Path) -> set[Path]:
    """Return the pages that an index lists."""
    names = [
        line
        for tree in TOCTREE.findall(index.read_text(encoding="utf-8"))
        for line in tree.splitlines()
        if line and not line.startswith(":")
    ]
    return {index.parent / f"{name}.md" for name in names}


def test_the_menu_lists_every_page() -> None:
    """Each page that people write is in the menu of the site once, and the menu lists nothing else."""
    pages = {*DOCS.glob("*.md"), *(DOCS / "zh").glob("*.md")} - {DOCS / "index.md"}
    listed = _listed(DOCS / "index.md") | _listed(DOCS / "zh" / "index.md")
    assert sorted(map(shown, pages - listed)) == []
    assert sorted(map(shown, listed - pages - {DOCS / "reference" / "index.md"})) == []


def test_chinese_pages_are_there() -> None:
    """Start, concepts, console, reporting and writing a rule are read in Chinese as well."""
    assert {"start.md", "concepts.md", "desk.md", "reporting.md", "write-a-rule.md"} <= set(CHINESE)


@pytest.mark.parametrize("name", CHINESE)
def test_a_chinese_page_follows_the_english_one(name: str) -> None:
    """A Chinese page has the same headings by level, the same files and commands, and as many rows in its tables."""
    english = (DOCS / name).read_text(encoding="utf-8")
    chinese = (DOCS / "zh" / name).read_text(encoding="utf-8")
    assert FENCE.findall(chinese) == FENCE.findall(english)
    for form in (r"(?m)^#+ ", r"(?m)^\|", r"(?m)^\d+\. ", r"(?m)^- \[ \] "):
        assert len(re.findall(form, FENCE.sub("", chinese))) == len(re.findall(form, FENCE.sub("", english))), form


def test_the_two_readmes_have_one_shape() -> None:
    """README.zh-CN.md has the same headings, tables, pictures and commands as README.md."""
    pages = [(REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]
    for form in (r"(?m)^#+ ", r"(?m)^\|", r"(?m)^!\[", r"(?m)^\$ ", r"(?m)^- \*\*"):
        assert len(re.findall(form, pages[0])) == len(re.findall(form, pages[1])), form


def test_pictures_are_used_and_small() -> None:
    """Every picture is shown by a page, and a screenshot has at most 300 kB; `make pictures` takes them anew."""
    text = "".join(p.read_text(encoding="utf-8") for p in [*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")])
    pictures = sorted((DOCS / "images").iterdir())
    assert [p.name for p in pictures if f"images/{p.name}" not in text] == []
    assert {p.name: p.stat().st_size for p in pictures if p.stat().st_size > MOST_PICTURE_BYTES} == {}


def test_drawings_load_nothing() -> None:
    """A drawing is plain SVG without script, style sheet or anything from elsewhere, and has a title."""
    for path in sorted((DOCS / "images").glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"<script|<style|<image|href=|url\((?!#)", text) == [], path.name
        assert "<title>" in text


def test_pages_link_to_pages_of_the_site() -> None:
    """A page of the site links to no Markdown page outside of it: the link would lead nowhere there."""
    wrong = []
    for path in sorted(DOCS.rglob("*.md")):
        targets = re.findall(r"\]\(([^)#\s]+\.md)", FENCE.sub("", path.read_text(encoding="utf-8")))
        inner = [target for target in targets if "://" not in target]
        wrong += [f"{shown(path)}: {one}" for one in inner if DOCS not in (path.parent / one).resolve().parents]
    assert wrong == []
