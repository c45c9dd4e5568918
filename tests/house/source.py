"""What the tests of the source read: the repository's files, and source files parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SRC = REPOSITORY / "src" / "comptroller"
PACKS = REPOSITORY / "packs"
DOCS = REPOSITORY / "docs"
CODE = ("src", "tests", "bench", "examples", "docs")


def sources() -> list[Path]:
    """Return every source file of the product."""
    return sorted(SRC.rglob("*.py"))


def files(*folders: str, endings: tuple[str, ...]) -> list[Path]:
    """Return the files of those folders that end so; what is made by tools is left out."""
    found = [p for folder in folders for p in (REPOSITORY / folder).rglob("*") if p.suffix in endings and p.is_file()]
    return sorted(
        p for p in found if not any(part.startswith((".", "__")) for part in p.relative_to(REPOSITORY).parts[:-1])
    )


def shown(path: Path) -> str:
    """Return a path as it is named from the repository's root."""
    return path.relative_to(REPOSITORY).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(path: Path) -> str:
    """Return the package that a source file belongs to: its folder, or its own stem beside the packages."""
    inside = path.relative_to(SRC).parts
    return inside[0] if len(inside) > 1 else path.stem


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every module that a file imports, with the line; imports for types alone are among them."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _imported_from(node)


def _imported_from(node: ast.ImportFrom) -> Iterator[tuple[str, int]]:
    """Yield what a `from` names: the module, and for a package each name that is a module of it."""
    assert not node.level, f"line {node.lineno}: imports are by whole names"
    module = node.module or ""
    folder = SRC.parent / module.replace(".", "/")
    inner = [a.name for a in node.names if (folder / a.name).is_dir() or (folder / f"{a.name}.py").is_file()]
    yield from ((f"{module}.{name}", node.lineno) for name in inner)
    if len(inner) < len(node.names):
        yield module, node.lineno


def texts(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every string of a file but the docstrings, with its line.

    A place of an f-string is shown as {}, unless it is a constant of the same file.
    """
    tree = parsed(path)
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            aside |= {id(part) for part in ast.walk(node) if part is not node and isinstance(part, ast.Constant)}
    named = _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_part(part, named) for part in node.values), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            yield node.value, node.lineno


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return a file's own constants that are text."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found


def _part(part: ast.expr, named: dict[str, str]) -> str:
    """Return a part of an f-string as far as it can be read."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    filled = part.value if isinstance(part, ast.FormattedValue) else None
    return named.get(filled.id, "{}") if isinstance(filled, ast.Name) else "{}"
