"""The tree of holdings below an entity, read level by level, with shares and control bases on every edge.

Siblings come page by page, and an entity is found by name. Only the open part is read, so that a tree of 60,000
entities opens as fast as one of ten.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from comptroller.web.entities.control import bases
from comptroller.web.overview.queries import OPEN
from comptroller.web.shell.visit import Visit

BROTHERS, MOST_BROTHERS, MOST_SHOWN, MOST_FOUND, DEEPEST = 25, 200, 1500, 20, 30
_HELD = (
    "SELECT s.holder, s.entity, max(s.share_pct) AS share_pct, max(s.share_low_pct) AS low_pct, max(s.share_high_pct) AS high_pct "
    "FROM stake AS s WHERE coalesce(s.valid_from, DATE '0001-01-01') <= ? AND coalesce(s.valid_until, DATE '9999-12-31') > ? "
)
"""The holdings on a day, one row for each holder and entity."""


@dataclass(slots=True)
class Branch:
    """One entity under its holder: the edge to it (share, basis), the root's effective share, and what is below it."""

    entity: str
    holder: str
    share_pct: Any = None
    bounds: tuple[Any, Any] = (None, None)
    basis: str = ""
    effective_pct: Any = None
    below: int = 0
    open_count: int = 0
    is_again: bool = False
    is_hit: bool = False
    children: list["Branch"] = field(default_factory=list)
    rest: int = 0
    """How many further entities it holds, after the first `next`."""
    next: int = 0


def branches(  # noqa: PLR0913 - one page of siblings, as the root sees them
    visit: Visit, root: str, holders: Sequence[str], day: dt.date, *, after: int = 0, most: int = BROTHERS,
    also: frozenset[str] = frozenset(),
) -> dict[str, tuple[list[Branch], int]]:  # fmt: skip
    """Return the holdings of each entity, the largest first, from `after` on, and how many remain.

    `also` is included at any position.
    """
    if not holders:
        return {}
    extra = f" OR entity IN ({_marks(also)})" if also else ""
    rows = visit.rows(
        f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY holder ORDER BY share_pct DESC NULLS LAST, entity) AS nth, "
        f"count(*) OVER (PARTITION BY holder) AS many FROM ({_HELD} AND s.holder IN ({_marks(holders)}) GROUP BY s.holder, s.entity)) "
        f"WHERE (nth > ? AND nth <= ?){extra} ORDER BY holder, nth",
        [day, day, *holders, after, after + most, *also],
    )
    codes = list(dict.fromkeys(row["entity"] for row in rows))
    below, basis, effective, findings = (
        _below(visit, codes, day),
        _bases(visit, holders, codes, day),
        _effective(visit, root, codes),
        _open(visit, codes),
    )
    by_holder: dict[str, tuple[list[Branch], int]] = {}
    for row in rows:
        entity = row["entity"]
        branch = Branch(
            entity, row["holder"], row["share_pct"], (row["low_pct"], row["high_pct"]), basis.get((row["holder"], entity), ""),
            effective.get(entity), below.get(entity, 0), findings.get(entity, 0),
        )  # fmt: skip
        children, _ = by_holder.setdefault(row["holder"], ([], 0))
        children.append(branch)
        by_holder[row["holder"]] = (children, max(0, row["many"] - after - most))
    return by_holder


def open_tree(visit: Visit, root: str, day: dt.date, *, depth: int = 1, find: str = "") -> Branch:
    """Return the tree opened so many levels deep, or down to one entity; at most `MOST_SHOWN` entities at once."""
    way = ways(visit, root, [find], day).get(find, []) if find else []
    path = frozenset(way)
    tree = Branch(root, "")
    line: list[tuple[Branch, frozenset[str]]] = [(tree, frozenset([root]))]
    count, most = 0, MOST_BROTHERS if depth > 2 else BROTHERS
    for level in range(1, DEEPEST + 1):
        wanted = [
            (b, above) for b, above in line if (level <= depth or b.entity in path or b is tree) and not b.is_again
        ]
        if not wanted or count >= MOST_SHOWN:
            break
        by_holder = branches(visit, root, sorted({b.entity for b, _ in wanted}), day, most=most, also=path)
        line = []
        for b, above in wanted:
            if count >= MOST_SHOWN:
                break
            children, b.rest = by_holder.get(b.entity, ([], 0))
            b.next = most
            b.children = [Branch(**{name: getattr(c, name) for name in _OF_EDGE}) for c in children]
            for child in b.children:
                child.is_again, child.is_hit = child.entity in above, child.entity == find
            count += len(b.children)
            line += [(child, above | {child.entity}) for child in b.children]
    return tree


_OF_EDGE = ("entity", "holder", "share_pct", "bounds", "basis", "effective_pct", "below", "open_count")


def ways(visit: Visit, root: str, entities: Sequence[str], day: dt.date) -> dict[str, list[str]]:
    """Return for each entity a path down from the root, over the largest stakes first; unreachable ones are
    left out.
    """
    up: dict[str, list[str]] = {}
    line = list(dict.fromkeys(entities))
    for _ in range(DEEPEST):
        line = [entity for entity in line if entity not in up and entity != root]
        if not line:
            break
        sql = f"{_HELD} AND s.entity IN ({_marks(line)}) GROUP BY s.holder, s.entity ORDER BY share_pct DESC NULLS LAST, s.holder"
        up.update({entity: [] for entity in line})
        for row in visit.rows(sql, [day, day, *line]):
            up[row["entity"]].append(row["holder"])
        line = [holder for entity in line for holder in up[entity]]
    paths = {entity: _way(root, entity, up) for entity in entities}
    return {entity: way for entity, way in paths.items() if way}


def _way(root: str, entity: str, up: dict[str, list[str]]) -> list[str]:
    """Return the shortest path from the root to an entity, both included; [] where there is none."""
    came: dict[str, str] = {entity: ""}
    line = [entity]
    while line and root not in came:
        further = []
        for held_entity in line:
            for holder in up.get(held_entity, []):
                if holder not in came:
                    came[holder] = held_entity
                    further.append(holder)
        line = further
    if root not in came:
        return []
    way = [root]
    while way[-1] != entity:
        way.append(came[way[-1]])
    return way


def search(visit: Visit, root: str, text: str, day: dt.date) -> list[list[str]]:
    """Return paths to entities of that name or code below the root, the shortest names first."""
    rows = visit.rows(
        "SELECT entity FROM entity WHERE contains(lower(concat_ws(' ', entity, name, uscc)), lower(?)) AND entity <> ? "
        f"ORDER BY length(name), entity LIMIT {MOST_FOUND * 5}",
        [text.strip(), root],
    )
    paths = ways(visit, root, [row["entity"] for row in rows], day)
    return list(paths.values())[:MOST_FOUND]


def _marks(values: Sequence[str] | frozenset[str]) -> str:
    return ", ".join("?" * len(values))


def _below(visit: Visit, codes: Sequence[str], day: dt.date) -> dict[str, int]:
    if not codes:
        return {}
    sql = f"SELECT holder, count(*) AS many FROM ({_HELD} AND s.holder IN ({_marks(codes)}) GROUP BY s.holder, s.entity) GROUP BY 1"
    return {row["holder"]: row["many"] for row in visit.rows(sql, [day, day, *codes])}


def _bases(visit: Visit, holders: Sequence[str], codes: Sequence[str], day: dt.date) -> dict[tuple[str, str], str]:
    """Return the control basis by holder and entity, current or as of the requested days."""
    if not codes:
        return {}
    if visit.valid is not None or visit.known is not None:
        return {
            (holder, entity): basis
            for holder in holders
            for entity, basis in bases(visit, holder, list(codes), day).items()
        }
    sql = (
        f"SELECT owner, entity, min(basis) AS basis FROM controls WHERE owner IN ({_marks(holders)}) "
        f"AND entity IN ({_marks(codes)}) GROUP BY 1, 2"
    )
    return {(row["owner"], row["entity"]): row["basis"] for row in visit.rows(sql, [*holders, *codes])}


def _effective(visit: Visit, root: str, codes: Sequence[str]) -> dict[str, Any]:
    if not codes or visit.valid is not None or visit.known is not None:
        return {}
    sql = f"SELECT entity, share_pct FROM effective_share WHERE owner = ? AND entity IN ({_marks(codes)})"
    return {row["entity"]: row["share_pct"] for row in visit.rows(sql, [root, *codes])}


def _open(visit: Visit, codes: Sequence[str]) -> dict[str, int]:
    if not codes:
        return {}
    sql = f"SELECT entity, count(*) AS many FROM finding_now WHERE state IN {OPEN} AND entity IN ({_marks(codes)}) GROUP BY 1"
    return {row["entity"]: row["many"] for row in visit.rows(sql, list(codes))}
