"""Every import goes to a lower layer; packages of one layer never import each other; imports for types alone count."""

from collections import defaultdict
from pathlib import Path

from tests.house.source import SRC, imports, room_of, shown, sources

FLOORS = (
    ("texts",),
    ("model",),
    ("store", "packs", "graph"),
    ("intake", "ledger", "books", "evaluation", "cases", "assess", "access"),
    ("node", "projection", "acts", "clock", "outcome", "suspects", "trial"),
    ("replay",),
    ("engine",),
    ("testing", "custody"),
    ("web", "link", "client"),
    ("library",),
    ("cli",),
    ("__init__", "__main__"),
)
WEB_FLOORS = (
    ("runtime",),
    ("shell",),
    ("api",),
    ("ledger", "query", "identity", "admin"),
    ("overview", "cases", "public"),
    ("entities", "timelines", "tips", "authority", "reporting", "policy"),
    ("findings",),
    ("app",),
)
"""The folders of `web`: the process, what every request passes, what calls share, features, and the app that knows them all."""
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}


def test_every_room_stands_on_a_floor() -> None:
    """A package that FLOORS does not name is a failure, so that the list cannot go stale."""
    assert sorted({room_of(path) for path in sources()} - set(FLOOR)) == []


def test_imports_go_down() -> None:
    """A package imports from lower layers and from itself, and from nowhere else."""
    wrong = []
    for path in sources():
        room = room_of(path)
        for module, line in imports(path):
            other = _imported_room(module)
            if other not in (None, room) and FLOOR.get(other, len(FLOORS)) >= FLOOR.get(room, 0):
                floors = (FLOOR.get(room), FLOOR.get(other))
                wrong.append(f"{shown(path)}:{line}: {room} imports {module}, on floors {floors}")
    assert wrong == []


def _imported_room(module: str) -> str | None:
    """Return the package that an import loads; None for other distributions, and for the product's own name."""
    head, _, rest = module.partition(".")
    return rest.split(".")[0] if head == "comptroller" and rest else None


def test_web_imports_go_down() -> None:
    """Within `web` a folder imports from lower floors alone; features import each other in one direction."""
    floor = {name: level for level, names in enumerate(WEB_FLOORS) for name in names}
    wrong = []
    for path in (path for path in sources() if room_of(path) == "web" and path.parent.name != "comptroller"):
        own = _web_folder(f"comptroller.{'.'.join(path.relative_to(SRC).with_suffix('').parts)}")
        for module, line in imports(path):
            other = _web_folder(module)
            if own and other and other != own and floor.get(other, len(floor)) >= floor.get(own, 0):
                wrong.append(f"{shown(path)}:{line}: {own} imports {module}")
    assert wrong == []


def _web_folder(module: str) -> str | None:
    """Return the folder of `web` that contains a module; None for other modules and for the package itself."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["comptroller", "web"] and len(parts) > 2 else None


def test_no_file_imports_itself_through_others() -> None:
    """Files form no import cycle, also not within a package."""
    names = {_name(path): path for path in sources()}
    arrows: dict[str, set[str]] = defaultdict(set)
    for name, path in names.items():
        arrows[name] = {module for module, _ in imports(path) if module in names and module != name}
    rings: list[str] = []
    done: set[str] = set()

    def walk(one: str, above: tuple[str, ...]) -> None:
        if one in above:
            rings.append(" -> ".join((*above[above.index(one) :], one)))
        elif one not in done:
            for other in sorted(arrows[one]):
                walk(other, (*above, one))
            done.add(one)

    for name in sorted(names):
        walk(name, ())
    assert rings == []


def _name(path: Path) -> str:
    """Return the dotted name of a source file."""
    dotted = shown(path.with_suffix("")).removeprefix("src/").split("/")
    return ".".join(dotted[:-1] if dotted[-1] == "__init__" else dotted)
