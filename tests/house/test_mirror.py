"""Each source file above 40 lines has its mirrored test file, so that a test stands where one looks for it."""

from pathlib import Path

from tests.house.source import REPOSITORY, SRC, shown, sources

SMALL = 40
ELSEWHERE: dict[str, str] = {}
"""Source files whose tests stand elsewhere, each with the reason; the list only shrinks."""


def _mirrored(path: Path) -> Path:
    """Give where the tests of a source file stand: the same folder under tests/, its stem behind test_."""
    inside = path.relative_to(SRC)
    stem = inside.parent.name if path.stem == "__init__" else path.stem
    return REPOSITORY / "tests" / inside.parent / f"test_{stem}.py"


def _unmirrored() -> set[str]:
    long = [path for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > SMALL]
    return {shown(path) for path in long if not _mirrored(path).is_file()}


def test_every_source_file_has_its_tests() -> None:
    """A file without tests of its own is listed with the reason."""
    assert sorted(_unmirrored() - set(ELSEWHERE)) == []


def test_the_list_of_exceptions_shrinks() -> None:
    """A file that has its tests, or is gone, is taken off the list."""
    assert sorted(set(ELSEWHERE) - _unmirrored()) == []
