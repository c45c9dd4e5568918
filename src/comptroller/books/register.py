"""The register in memory and as tables: who there is, who manages whom, and at which level each entity stands."""

from collections import deque
from collections.abc import Iterable

import pyarrow as pa

from comptroller.store.duck import Duck

_HIGHEST = 64


class Register:
    """Entities and their managers, as intake and the levels need them."""

    def __init__(self, owner: str) -> None:
        """Begin with nothing but the owner's code."""
        self.owner = owner
        self._parents: dict[str, str | None] = {}

    def load(self, duck: Duck) -> None:
        """Read all entities that stand."""
        self._parents = dict(duck.rows("SELECT entity, parent FROM entity"))

    def introduce(self, entities: Iterable[str]) -> None:
        """Add entities with nobody above them."""
        self._parents.update(dict.fromkeys(entities))

    def is_known(self, entity: str) -> bool:
        """Say whether the register holds that entity."""
        return entity in self._parents

    def parent(self, entity: str) -> str | None:
        """Give the entity that manages it; None at the top, and for one that is not known."""
        return self._parents.get(entity)

    def __len__(self) -> int:
        """Give how many entities there are."""
        return len(self._parents)

    def chain(self, entity: str) -> list[str]:
        """Give the entity and those above it; a ring of managers is followed once."""
        found: list[str] = []
        one: str | None = entity
        while one is not None and one not in found and len(found) < _HIGHEST:
            found.append(one)
            one = self._parents.get(one)
        return found

    def entities(self) -> Iterable[str]:
        """Give all entities."""
        return self._parents


def put_register(duck: Duck, register: Register) -> None:
    """Write `ancestor` and `level` afresh from what stands."""
    entities: list[str] = []
    above: list[str] = []
    distances: list[int] = []
    management: dict[str, int] = {}
    for entity in register.entities():
        chain = register.chain(entity)
        entities += [entity] * len(chain)
        above += chain
        distances += range(len(chain))
        management[entity] = len(chain) - (register.owner in chain)
    table = pa.table({"entity": entities, "ancestor": above, "distance": pa.array(distances, pa.int32())})
    duck.execute("DELETE FROM ancestor")
    duck.register("new_chain", table)
    duck.execute("INSERT INTO ancestor SELECT entity, ancestor, distance FROM new_chain")
    duck.unregister("new_chain")
    _put_levels(duck, register, management)


def _put_levels(duck: Duck, register: Register, management: dict[str, int]) -> None:
    """Write the levels: legal by the shortest chain of stakes, management by the chain of managers; the top is 1."""
    held = duck.rows(
        "SELECT holder, entity FROM stake WHERE valid_until IS NULL AND (share_pct > 0 OR share_pct IS NULL)"
    )
    legal = legal_levels(held, set(register.entities()), register.owner)
    names = list(management)
    table = pa.table(
        {
            "entity": pa.array(names, pa.string()),
            "legal": pa.array([legal.get(name) for name in names], pa.int32()),
            "management": pa.array([management[name] for name in names], pa.int32()),
        }
    )
    duck.execute("DELETE FROM level")
    duck.register("new_level", table)
    duck.execute("INSERT INTO level SELECT entity, legal, management FROM new_level")
    duck.unregister("new_level")


def legal_levels(held: Iterable[tuple[str, str]], known: set[str], owner: str) -> dict[str, int]:
    """Give each known entity's legal level: one more than that of its nearest holder.

    The owner is at level 0. An entity that no known entity holds is at level 1; one held by the owner is at 1 as well.
    """
    down: dict[str, list[str]] = {}
    up: dict[str, int] = {}
    for holder, entity in held:
        if holder in known and entity in known and holder != entity:
            down.setdefault(holder, []).append(entity)
            up[entity] = up.get(entity, 0) + 1
    found = {entity: 1 for entity in known if entity not in up and entity != owner}
    if owner in known:
        found[owner] = 0
    waiting = deque(sorted(found, key=lambda e: found[e]))
    while waiting:
        one = waiting.popleft()
        for below in down.get(one, ()):
            level = found[one] + 1
            if below not in found or level < found[below]:
                found[below] = level
                waiting.append(below)
    return found
