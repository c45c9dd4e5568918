"""The register in memory and as tables: which entities there are, who manages them, and the level of each."""

from collections import deque
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.store.duck import DuckDb

_HIGHEST = 64
_STAKES = "SELECT fact, holder, entity FROM {} AS s WHERE (share_pct > 0 OR share_pct IS NULL)"
_ENDLESS = " AND valid_until IS NULL"
_MANY = 2_000
"""When so many entities may have changed, everything is written afresh."""


class Register:
    """Entities, their managers and holders, as intake and the levels need them."""

    def __init__(self, owner: str) -> None:
        """Begin with nothing but the owner's code."""
        self.owner = owner
        self._parents: dict[str, str | None] = {}
        self._managed: dict[str, set[str]] = {}
        self._levels: dict[str, int] = {}
        self._stakes: dict[int, tuple[str, str]] = {}
        self._up: dict[str, dict[str, int]] = {}
        self._down: dict[str, set[str]] = {}

    def load(self, duck: DuckDb, entity: str = "entity", stake: str = "stake", *, endless: bool = True) -> None:
        """Read all current entities, and the stakes (those without end) between them; from other rows, where given."""
        self._parents = dict(duck.rows(f"SELECT entity, parent FROM {entity} AS e ORDER BY fact"))
        self._managed, self._stakes, self._up, self._down = {}, {}, {}, {}
        for child, parent in self._parents.items():
            if parent is not None:
                self._managed.setdefault(parent, set()).add(child)
        stakes = _STAKES.format(stake) + _ENDLESS * endless
        inside = f"IN (SELECT entity FROM {entity} AS e)"
        for row in duck.rows(f"{stakes} AND holder {inside} AND entity {inside}"):
            self._hold(*row)
        self._levels = legal_levels(self._stakes.values(), set(self._parents), self.owner)

    def introduce(self, entities: Iterable[str]) -> None:
        """Add entities with no manager."""
        fresh = dict.fromkeys(entities)
        self._parents.update(fresh)
        self._levels |= {entity: int(entity != self.owner) for entity in fresh if not self._up.get(entity)}

    def is_known(self, entity: str) -> bool:
        """Return whether the register holds that entity."""
        return entity in self._parents

    def parent(self, entity: str) -> str | None:
        """Return the entity that manages it; None at the top, and for one that is not known."""
        return self._parents.get(entity)

    def __len__(self) -> int:
        """Return how many entities there are."""
        return len(self._parents)

    def chain(self, entity: str) -> list[str]:
        """Return the entity and those above it; a ring of managers is followed once."""
        chain: list[str] = []
        current: str | None = entity
        while current is not None and current not in chain and len(chain) < _HIGHEST:
            chain.append(current)
            current = self._parents.get(current)
        return chain

    def entities(self) -> Iterable[str]:
        """Return all entities."""
        return self._parents

    def level(self, entity: str) -> tuple[int | None, int]:
        """Return the legal and the management level of an entity of the register."""
        chain = self.chain(entity)
        return self._levels.get(entity), len(chain) - (self.owner in chain)

    def move(
        self, duck: DuckDb, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]
    ) -> set[str] | None:
        """Add and end facts of the register; return the entities that may have changed, None for all."""
        named = self.named(duck, added, ended)
        if len(named) > _MANY:
            self.load(duck)
            return None
        roots = self._turn_managers(duck, named)
        touched = self._under(named, self._managed)
        if len(touched) > _MANY:
            self.load(duck)
            return None
        for fact in ended.get("stake", np.empty(0, np.int64)).tolist():
            if fact in self._stakes:
                holder, entity = self._stakes[fact]
                self._let_go(fact, holder, entity)
                roots.add(entity)
        if "stake" in added:
            rows = added["stake"].select(["fact", "holder", "entity", "share_pct", "valid_until"])
            for fact, holder, entity, share, until in zip(*(c.to_pylist() for c in rows.columns), strict=True):
                counts = until is None and (share is None or share > 0) and fact not in self._stakes
                if counts and {holder, entity} <= self._parents.keys():
                    self._hold(fact, holder, entity)
                    roots.add(entity)
        return touched | self._level_again(roots) if roots else touched

    def named(self, duck: DuckDb, added: Mapping[str, pa.Table], ended: Mapping[str, NDArray[np.int64]]) -> set[str]:
        """Return the entities that facts which came or ended are about."""
        named = set(added["entity"].column("entity").to_pylist()) if "entity" in added else set()
        if "entity" in ended:
            duck.register("went_facts", pa.table({"fact": ended["entity"]}))
            rows = duck.rows("SELECT entity FROM all_entity WHERE fact IN (SELECT fact FROM went_facts)")
            duck.unregister("went_facts")
            named |= {entity for (entity,) in rows}
        return named

    def _turn_managers(self, duck: DuckDb, named: set[str]) -> set[str]:
        """Read those entities again, with their stakes where they came or went; return the entities with other
        holders now.
        """
        if not named:
            return set()
        duck.register("named_entities", pa.table({"entity": pa.array(sorted(named), pa.string())}))
        now = dict(duck.rows("SELECT entity, parent FROM entity WHERE entity IN (SELECT entity FROM named_entities)"))
        fresh, gone = now.keys() - self._parents.keys(), (named - now.keys()) & self._parents.keys()
        for entity in sorted(named & self._parents.keys()):
            if (parent := self._parents.pop(entity)) is not None:
                self._managed[parent].discard(entity)
        for entity, parent in sorted(now.items()):
            self._parents[entity] = parent
            if parent is not None:
                self._managed.setdefault(parent, set()).add(entity)
        for entity in gone:
            self._levels.pop(entity, None)
        roots = fresh | self._turn_stakes(duck, fresh, gone)
        duck.unregister("named_entities")
        return roots - gone

    def _turn_stakes(self, duck: DuckDb, fresh: set[str], gone: set[str]) -> set[str]:
        """Remove the stakes of entities that went, add those of entities that came; return the entities held."""
        entities_held = set()
        for fact, (holder, entity) in list(self._stakes.items()) if gone else ():
            if holder in gone or entity in gone:
                self._let_go(fact, holder, entity)
                entities_held.add(entity)
        scope, stakes_now = "IN (SELECT entity FROM named_entities)", _STAKES.format("stake") + _ENDLESS
        for fact, holder, entity in duck.rows(f"{stakes_now} AND (holder {scope} OR entity {scope})") if fresh else ():
            if fact not in self._stakes and {holder, entity} <= self._parents.keys():
                self._hold(fact, holder, entity)
                entities_held.add(entity)
        return entities_held

    def _hold(self, fact: int, holder: str, entity: str) -> None:
        self._stakes[fact] = holder, entity
        if holder != entity:
            self._up.setdefault(entity, {})[holder] = self._up.get(entity, {}).get(holder, 0) + 1
            self._down.setdefault(holder, set()).add(entity)

    def _let_go(self, fact: int, holder: str, entity: str) -> None:
        del self._stakes[fact]
        if holder != entity:
            self._up[entity][holder] -= 1
            if not self._up[entity][holder]:
                del self._up[entity][holder]
                self._down[holder].discard(entity)

    def _under(self, entities: set[str], down: Mapping[str, set[str]]) -> set[str]:
        entities_below, waiting = set(entities), list(entities)
        while waiting:
            for below in down.get(waiting.pop(), ()):
                if below not in entities_below:
                    entities_below.add(below)
                    waiting.append(below)
        return entities_below

    def _level_again(self, roots: set[str]) -> set[str]:
        """Compute the legal levels of all below those entities afresh; return the entities with another level."""
        region = self._under(roots, self._down)
        was = {entity: self._levels.pop(entity, None) for entity in region}
        steps: dict[int, list[str]] = {}
        for entity in region:
            if entity == self.owner:
                steps.setdefault(0, []).append(entity)
            elif not self._up.get(entity):
                steps.setdefault(1, []).append(entity)
            elif near := [self._levels[h] + 1 for h in self._up[entity] if h in self._levels]:
                steps.setdefault(min(near), []).append(entity)
        while steps:
            level = min(steps)
            for entity in steps.pop(level):
                if entity not in self._levels:
                    self._levels[entity] = level
                    for below in self._down.get(entity, ()):
                        if below not in self._levels:
                            steps.setdefault(level + 1, []).append(below)
        return {entity for entity, level in was.items() if self._levels.get(entity) != level}


def put_register(duck: DuckDb, register: Register, entities: Iterable[str] | None = None) -> None:
    """Write `ancestor` and `level` of those entities (of all, where None) afresh from the current facts."""
    if entities is None:
        for table in ("ancestor", "level"):
            duck.execute(f"DELETE FROM {table}")
    else:
        duck.register("moved_entities", pa.table({"entity": pa.array(sorted(entities), pa.string())}))
        for table in ("ancestor", "level"):
            duck.execute(f"DELETE FROM {table} WHERE entity IN (SELECT entity FROM moved_entities)")
        duck.unregister("moved_entities")
    for table, rows in register_tables(register, register.entities() if entities is None else entities).items():
        if rows.num_rows:
            columns = ", ".join(rows.column_names)
            duck.register("new_rows", rows)
            duck.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM new_rows")
            duck.unregister("new_rows")


def register_tables(register: Register, entities: Iterable[str]) -> dict[str, pa.Table]:
    """Return the rows of `ancestor` and `level` about those entities that the register holds."""
    names = [entity for entity in entities if register.is_known(entity)]
    chains = [register.chain(entity) for entity in names]
    levels = [register.level(entity) for entity in names]
    ancestor = {
        "entity": pa.array([e for e, chain in zip(names, chains, strict=True) for _ in chain], pa.string()),
        "ancestor": pa.array([a for chain in chains for a in chain], pa.string()),
        "distance": pa.array([d for chain in chains for d in range(len(chain))], pa.int32()),
    }
    level = {
        "entity": pa.array(names, pa.string()),
        "legal": pa.array([legal for legal, _ in levels], pa.int32()),
        "management": pa.array([management for _, management in levels], pa.int32()),
    }
    return {"ancestor": pa.table(ancestor), "level": pa.table(level)}


def legal_levels(stakes: Iterable[tuple[str, str]], known: set[str], owner: str) -> dict[str, int]:
    """Return each known entity's legal level: one more than that of its nearest holder.

    The owner is at level 0. An entity that no known entity holds is at level 1; one held by the owner is at 1 as well.
    """
    down: dict[str, list[str]] = {}
    up: dict[str, int] = {}
    for holder, entity in stakes:
        if holder in known and entity in known and holder != entity:
            down.setdefault(holder, []).append(entity)
            up[entity] = up.get(entity, 0) + 1
    levels = {entity: 1 for entity in known if entity not in up and entity != owner}
    if owner in known:
        levels[owner] = 0
    waiting = deque(sorted(levels, key=lambda e: levels[e]))
    while waiting:
        entity_now = waiting.popleft()
        for below in down.get(entity_now, ()):
            level = levels[entity_now] + 1
            if below not in levels or level < levels[below]:
                levels[below] = level
                waiting.append(below)
    return levels
