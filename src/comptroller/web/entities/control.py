"""Control of an entity and effective shares, current and as of a day, limited to owners that the viewer may see."""

import datetime as dt
from typing import Any

from comptroller.books.ownership.control_rows import rows_of
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.web.shell.visit import Visit

MOST_CONTROLLERS, MOST_OWNERS = 20, 10
Rows = list[dict[str, Any]]


def above(visit: Visit, code: str, day: dt.date) -> tuple[Rows, Rows]:
    """Return the controllers of an entity, the nearest first, and the effective shares of the ultimate owners,
    the largest first.
    """
    if visit.valid is None and visit.known is None:
        control = visit.rows(
            f"SELECT owner, basis, share_pct, path FROM controls WHERE entity = ? ORDER BY steps, owner LIMIT {MOST_CONTROLLERS}",
            [code],
        )
        effective = visit.rows(
            "SELECT owner, share_pct, gap_pct FROM effective_share WHERE entity = ? AND is_ultimate "
            f"ORDER BY share_pct DESC LIMIT {MOST_OWNERS}",
            [code],
        )
        return control, effective
    tables = _rows_as_of(visit, [code], day)
    control = sorted(tables["controls"], key=lambda row: (row["steps"], row["owner"]))
    shares = sorted(tables["effective_share"], key=lambda row: (-row["share_pct"], row["owner"]))
    return control[:MOST_CONTROLLERS], [row for row in shares if row["is_ultimate"]][:MOST_OWNERS]


def bases(visit: Visit, code: str, entities: list[str], day: dt.date) -> dict[str, str]:
    """Return the control basis by entity, for those that an entity holds."""
    if not entities:
        return {}
    if visit.valid is None and visit.known is None:
        marks = ", ".join("?" * len(entities))
        sql = (
            f"SELECT entity, min(basis) AS basis FROM controls WHERE owner = ? AND entity IN ({marks}) GROUP BY entity"
        )
        return {row["entity"]: row["basis"] for row in visit.rows(sql, [code, *entities])}
    return {
        row["entity"]: row["basis"] for row in _rows_as_of(visit, entities, day)["controls"] if row["owner"] == code
    }


def _rows_as_of(visit: Visit, entities: list[str], day: dt.date) -> dict[str, Rows]:
    """Return the rows about these entities as of the two days, computed from the stakes above them.

    Owners outside the viewer's scope are left out.
    """
    if "stake" not in visit.pack.kinds:
        return {"controls": [], "effective_share": []}
    capital = OwnershipGraph(visit.duck, visit.pack, day, known=visit.known, about=entities)
    arrow_tables = rows_of(capital, capital.numbers(entities))
    tables = {name: arrow_tables[name].to_pylist() for name in ("controls", "effective_share")}
    owners = sorted({row["owner"] for rows in tables.values() for row in rows} - set(visit.names))
    marks = ", ".join("?" * len(owners))
    sql = f"SELECT DISTINCT entity FROM main.all_entity WHERE entity IN ({marks})"
    unseen = {entity for (entity,) in visit.duck.rows(sql, owners)} if owners else set()
    return {name: [row for row in rows if row["owner"] not in unseen] for name, rows in tables.items()}
