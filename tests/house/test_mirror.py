"""Each source file above 40 lines has its mirrored test file, so that a test is where one looks for it."""

from pathlib import Path

from tests.house.source import REPOSITORY, SRC, shown, sources

SMALL = 40
PROVED = "no tests of its own yet; every example of every pack runs through it, in two ways (make packs)"
NEIGHBOUR = "held by the tests of the file that calls it"
ELSEWHERE: dict[str, str] = {
    "src/comptroller/books/ownership/queries.py": NEIGHBOUR,
    "src/comptroller/books/flows/cycle_rows.py": NEIGHBOUR,
    "src/comptroller/books/ownership/ancestors_over_time.py": NEIGHBOUR,
    "src/comptroller/books/flows/guarantee_rows.py": NEIGHBOUR,
    "src/comptroller/books/ownership/cycles.py": NEIGHBOUR,
    "src/comptroller/books/register/party_ids.py": NEIGHBOUR,
    "src/comptroller/cases/queries.py": NEIGHBOUR,
    "src/comptroller/cases/case.py": NEIGHBOUR,
    "src/comptroller/cases/suppressions.py": NEIGHBOUR,
    "src/comptroller/cases/index.py": NEIGHBOUR,
    "src/comptroller/cases/projection.py": NEIGHBOUR,
    "src/comptroller/cases/events.py": NEIGHBOUR,
    "src/comptroller/packs/simple_files.py": NEIGHBOUR,
    "src/comptroller/intake/nested.py": PROVED,
    "src/comptroller/ledger/schema.py": NEIGHBOUR,
    "src/comptroller/model/case_policy.py": PROVED,
    "src/comptroller/model/policy.py": PROVED,
    "src/comptroller/packs/schema.py": PROVED,
    "src/comptroller/packs/rule_loader.py": PROVED,
}
"""Source files with their tests elsewhere, each with the reason; the list only shrinks."""


def _mirrored(path: Path) -> Path:
    """Return where a file's tests are: the same folder under tests/; a file beside the packages has a folder there."""
    inside = path.relative_to(SRC)
    folder = inside.parent if inside.parent.name or path.stem.startswith("__") else Path(path.stem)
    stem = inside.parent.name if path.stem == "__init__" else path.stem
    return REPOSITORY / "tests" / folder / f"test_{stem}.py"


def _unmirrored() -> set[str]:
    long = [path for path in sources() if len(path.read_text(encoding="utf-8").splitlines()) > SMALL]
    return {shown(path) for path in long if not _mirrored(path).is_file()}


def test_every_source_file_has_its_tests() -> None:
    """A file without tests of its own is listed with the reason."""
    assert sorted(_unmirrored() - set(ELSEWHERE)) == []


def test_the_list_of_exceptions_shrinks() -> None:
    """A file that has its tests, or is gone, is taken off the list."""
    assert sorted(set(ELSEWHERE) - _unmirrored()) == []
