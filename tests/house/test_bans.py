"""What only some packages may use: engines' drivers, YAML, the network, the environment, the clock, randomness."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import imports, parsed, room_of, shown, sources

DOORS = ("web", "link", "cli", "client")
ASKS_TIME = ("cli", "library")
"""Where a person or a program begins: both may leave the instant out, and then mean the present one."""
MODULES = {
    "duckdb": (("store",), "ask through comptroller.store.duck"),
    "sqlite3": (("store",), "ask through comptroller.store.sqlite"),
    "psycopg": (("store",), "ask through comptroller.store"),
    "yaml": (("packs/yaml.py",), "read it through comptroller.packs"),
    "socket": ((*DOORS, "store/query_process.py"), "let a door fetch it, and take the value"),
    "ssl": (DOORS, "let a door fetch it, and take the value"),
    "http": (DOORS, "let a door fetch it, and take the value"),
    "urllib.request": (DOORS, "let a door fetch it, and take the value"),
    "requests": (DOORS, "let a door fetch it, and take the value"),
    "httpx": (DOORS, "let a door fetch it, and take the value"),
    "random": (DOORS, "take a seed or the bytes as a parameter"),
    "secrets": ((*DOORS, "library"), "take the bytes as a parameter"),
    "uuid": (DOORS, "name things by what they hold, or take the name as a parameter"),
    "subprocess": (DOORS, "nothing in the product starts another program"),
}
"""For each module: who may import it, and what others do instead."""
NAMES = {
    "os.environ": (DOORS, "take the value as a parameter"),
    "os.getenv": (DOORS, "take the value as a parameter"),
    "os.urandom": (DOORS, "take the bytes as a parameter"),
    "datetime.now": (ASKS_TIME, "take the instant as a parameter"),
    "datetime.utcnow": ((), "it has no zone; take the instant as a parameter"),
    "datetime.today": (("cli",), "take the day as a parameter"),
    "date.today": (("cli",), "take the day as a parameter"),
    "time.time": (("cli",), "take the instant as a parameter"),
    "time.time_ns": (("cli",), "take the instant as a parameter"),
    "time.localtime": (("cli",), "take the instant as a parameter"),
}
"""For each name: which files may use it, and what others do instead."""


def _may(path: Path, allowed: tuple[str, ...]) -> bool:
    return room_of(path) in allowed or any(shown(path).endswith(f"/{one}") for one in allowed)


def _said(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every `a.b` of a file, used or imported, with its line."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            yield _dotted(node), node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _dotted(node: ast.Attribute) -> str:
    """Return an attribute by its last two words."""
    before = node.value
    head = before.attr if isinstance(before, ast.Attribute) else before.id if isinstance(before, ast.Name) else ""
    return f"{head}.{node.attr}"


def test_modules_are_imported_where_they_may_be() -> None:
    """Drivers, YAML, the network and randomness are each used in one module."""
    wrong = []
    for path in sources():
        for module, line in imports(path):
            for banned, (allowed, instead) in MODULES.items():
                if (module == banned or module.startswith(f"{banned}.")) and not _may(path, allowed):
                    wrong.append(f"{shown(path)}:{line}: {banned} is for {', '.join(allowed)}; {instead}")
    assert wrong == []


def test_the_world_is_asked_where_it_may_be() -> None:
    """A stage never reads the time or the environment: both are passed in."""
    wrong = []
    for path in sources():
        for said, line in _said(path):
            if said in NAMES and not _may(path, NAMES[said][0]):
                wrong.append(f"{shown(path)}:{line}: {said} is for {', '.join(NAMES[said][0])}; {NAMES[said][1]}")
    assert wrong == []
