"""Names describe things; words that fit everything name nothing."""

import ast
import re

from tests.house.source import PACKS, files, parsed, shown, sources

FORBIDDEN = {
    "util", "utils", "helper", "helpers", "common", "misc", "base", "core", "manager", "service", "handler",
    "processor", "context", "data", "info",
}  # fmt: skip
"""If no noun fits, the thing is not understood yet."""


def _words(name: str) -> set[str]:
    """Return the words of a file's or a class's name."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return {word.lower() for word in parted.split("_")}


def test_files_and_classes_have_true_names() -> None:
    """No file, folder or class of the product is called by a word that fits everything."""
    wrong = [shown(p) for p in sources() if _words(p.stem) & FORBIDDEN or p.parent.name in FORBIDDEN]
    for path in sources():
        classes = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
        wrong += [f"{shown(path)}:{one.lineno}: {one.name}" for one in classes if _words(one.name) & FORBIDDEN]
    assert wrong == []


def test_pack_files_end_one_way() -> None:
    """YAML ends in .yml, never .yaml, and names in packs are lower case with underscores."""
    strange = [shown(p) for p in PACKS.rglob("*") if p.is_file() and p.suffix not in (".yml", ".sql")]
    assert strange == []
    wrong = [
        shown(p) for p in files("packs", endings=(".yml", ".sql")) if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", p.stem)
    ]
    assert wrong == []
