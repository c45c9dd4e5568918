"""Each file opens with a sentence about its contents."""

import re
from pathlib import Path

from tests.house.source import CODE, REPOSITORY, files, shown

OPENINGS = {".py": ('"""', 'r"""'), ".yml": ("# ",), ".sql": ("-- ",), ".toml": ("# ",), ".txt": ("# ",)}
LEAST = 12
"""A sentence has more letters than a word."""
ALONE = (
    *("Makefile", "pyproject.toml", "REUSE.toml", "requirements-bench.txt", ".ci/run", ".ci/wheel", "Containerfile"),
    *(".containerignore", ".editorconfig", ".pre-commit-config.yaml", "packaging/bundle.sh", "packaging/install.sh"),
)
"""Files beside the folders; the locks are made by a tool, and the licence has its own words."""


def _every() -> list[Path]:
    found = [p for p in files(*CODE, "packs", endings=(".py", ".yml", ".sql")) if p.stat().st_size]
    return [*found, *(REPOSITORY / name for name in ALONE)]


def _first_sentence(path: Path) -> tuple[str, str]:
    """Return how a file begins, and its first paragraph without that."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines[0].startswith("#!"):
        lines = lines[1:]
    if path.suffix == ".py":
        paragraph = "\n".join(lines).split("\n\n")[0]
        return lines[0], re.sub(r'"""$', "", paragraph.split('"""')[1].strip() if '"""' in paragraph else "")
    return lines[0], lines[0].lstrip("#- ")


def test_the_first_line_is_a_sentence() -> None:
    """The first line describes the file, and its sentence ends with a full stop."""
    wrong = []
    for path in _every():
        line, sentence = _first_sentence(path)
        if not line.startswith(OPENINGS.get(path.suffix, ("# ",))):
            wrong.append(f"{shown(path)}: opens with {line!r}")
        elif len(sentence) < LEAST or not re.search(r"[.?:。](\s|$)", sentence):
            wrong.append(f"{shown(path)}: no sentence: {sentence!r}")
    assert wrong == []
