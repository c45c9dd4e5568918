"""Each source file above 40 lines has its mirrored test file, so that a test stands where one looks for it."""

from pathlib import Path

from tests.house.source import REPOSITORY, SRC, shown, sources

SMALL = 40
PROVED = "no tests of its own yet; every example of every pack runs through it, in two ways (make packs)"
WALKED = "no tests of its own yet; the demonstration and the real data run through it"
NEIGHBOUR = "held by the tests of the file that calls it"
ELSEWHERE = {
    "src/comptroller/books/fold.py": PROVED,
    "src/comptroller/books/policy.py": PROVED,
    "src/comptroller/books/register.py": PROVED,
    "src/comptroller/books/tables.py": PROVED,
    "src/comptroller/intake/cells.py": PROVED,
    "src/comptroller/intake/gather.py": PROVED,
    "src/comptroller/intake/nested.py": PROVED,
    "src/comptroller/intake/shape.py": PROVED,
    "src/comptroller/model/finding.py": PROVED,
    "src/comptroller/model/kind.py": PROVED,
    "src/comptroller/model/policy.py": PROVED,
    "src/comptroller/packs/forms.py": PROVED,
    "src/comptroller/packs/kinds.py": PROVED,
    "src/comptroller/packs/read.py": PROVED,
    "src/comptroller/packs/rulebook.py": PROVED,
    "src/comptroller/packs/rules.py": PROVED,
    "src/comptroller/packs/series.py": PROVED,
    "src/comptroller/packs/yaml.py": PROVED,
    "src/comptroller/prove/examples.py": PROVED,
    "src/comptroller/store/duck.py": PROVED,
    "src/comptroller/watch/columns.py": PROVED,
    "src/comptroller/watch/findings.py": PROVED,
    "src/comptroller/watch/held.py": PROVED,
    "src/comptroller/watch/holding.py": PROVED,
    "src/comptroller/watch/judge.py": PROVED,
    "src/comptroller/watch/plan.py": PROVED,
    "src/comptroller/watch/scoreboard.py": PROVED,
    "src/comptroller/cli/author.py": WALKED,
    "src/comptroller/cli/read.py": WALKED,
    "src/comptroller/cli/say.py": WALKED,
    "src/comptroller/cli/starts.py": WALKED,
    "src/comptroller/cli/write.py": WALKED,
    "src/comptroller/engine.py": WALKED,
    "src/comptroller/intake/check.py": WALKED,
    "src/comptroller/intake/sender.py": WALKED,
    "src/comptroller/intake/sense.py": WALKED,
    "src/comptroller/model/refusal.py": WALKED,
    "src/comptroller/node.py": WALKED,
    "src/comptroller/prove/replay.py": WALKED,
    "src/comptroller/store/ask.py": WALKED,
    "src/comptroller/watch/explain.py": WALKED,
    "src/comptroller/watch/history.py": WALKED,
    "src/comptroller/ledger/schema.py": NEIGHBOUR,
}
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
