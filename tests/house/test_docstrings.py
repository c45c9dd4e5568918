"""Every test states its law; every public name states what it returns."""

import ast
from collections.abc import Iterator

from tests.house.source import files, parsed, shown, sources

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Named]]:
    """Yield public functions and classes, and the public methods of public classes."""
    for node in tree.body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield f"{prefix}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _public(node, f"{node.name}.")


def test_every_test_states_its_law() -> None:
    """A test's docstring is the law it holds, so that a failure reads as a broken law."""
    bare = []
    for path in files("tests", endings=(".py",)):
        tests = [n for n in ast.walk(parsed(path)) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
        bare += [f"{shown(path)}:{n.lineno} {n.name}" for n in tests if not ast.get_docstring(n)]
    assert bare == []


def test_every_public_name_says_what_it_gives() -> None:
    """A public function, class or method of the product has a docstring."""
    bare = []
    for path in sources():
        bare += [f"{shown(path)}:{n.lineno} {name}" for name, n in _public(parsed(path)) if not ast.get_docstring(n)]
    assert bare == []
