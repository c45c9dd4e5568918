"""The page on security names existing tests, every chapter, and the state of each point."""

import re

from tests.house.source import DOCS, REPOSITORY

PAGE = (DOCS / "security.md").read_text(encoding="utf-8")
STANDS = ("met", "not met", "elsewhere", "does not apply")


def test_every_test_that_is_named_is_there():
    """Each point marked as met has a test that runs."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 40
    gone = [
        (path, name)
        for path, name in named
        if not (REPOSITORY / path).is_file() or f"def {name}" not in (REPOSITORY / path).read_text(encoding="utf-8")
    ]
    assert gone == []


def test_every_chapter_is_there_and_every_point_stands_somewhere():
    """Fourteen chapters, and no point without a word on it; what is met for itself has its test or its reason."""
    assert re.findall(r"(?m)^## V(\d+) ", PAGE) == [str(n) for n in range(1, 15)]
    rows = re.findall(r"(?m)^\| (?!point|---)(.+?) \| (.+?) \| (.+?) \|$", PAGE)
    assert len(rows) > 60
    assert [point for point, stands, where in rows if not stands.startswith(STANDS) or not where] == []
