"""Entities: the register as a table, and one entity on both time axes.

Its page shows owners, holdings, bodies, posts, lists, findings and due reports.
"""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path as PathPart, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.web.entities import holdings_tree
from comptroller.web.entities.control import above, bases
from comptroller.web.entities.history import history_of
from comptroller.web.overview.queries import OPEN
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.charts import Box, ChartEdge, chain_of, stakes_row, wrapped
from comptroller.web.shell.formatting import NOTHING, number, percent
from comptroller.web.shell.labels import cell, fields_of, worded
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.translations import texts
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(80, "/entities", "entities", SEE),)
ADDRESSES = (
    "/entities",
    "/entities.named?text={mark}",
    "/entities?under={entity}",
    "/entities/{entity}",
    "/entities/{entity}/holdings",
    "/entities/{entity}/owners",
    "/entities/{entity}/structure?depth=9&text={mark}",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=100)]
PAGE, MOST_STAKES, MOST_NAMED, MOST_BOXES = 50, 200, 12, 8


@router.get("/entities")
def entities(  # noqa: PLR0913, PLR0917 - what one may ask by
    visit: Seeing, level: Word = "", kind: Annotated[str | None, Query(alias="class", max_length=100)] = None, under: Word = "", text: Word = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:  # fmt: skip
    """Return one page of the register."""
    wheres, values = ["true"], []
    for wanted, where in (
        (level, "CAST(l.management AS VARCHAR) = ?"),
        (text, "contains(lower(concat_ws(' ', e.entity, e.name, e.uscc)), lower(?))"),
    ):
        if wanted:
            wheres.append(where)
            values.append(wanted)
    if under:
        where, more = visit.under("e.entity", under)
        wheres.append(where)
        values += more
    if kind is not None:
        wheres.append("coalesce(e.class, '') = ?")
        values.append(kind)
    sql = f"FROM entity AS e LEFT JOIN level AS l ON l.entity = e.entity WHERE {' AND '.join(wheres)}"
    rows = visit.rows(
        f"SELECT e.entity, e.name, e.parent, e.class, e.form, e.status, l.management AS level {sql} "
        f"ORDER BY l.management NULLS LAST, e.entity LIMIT {PAGE} OFFSET {(page - 1) * PAGE}",
        values,
    )
    count = visit.kept(
        ("entities", sql, *values), ("entity",), lambda: visit.one(f"SELECT count(*) {sql}", values) or 0
    )
    many = open_counts(visit, [row["entity"] for row in rows])
    visit.hidden_count = visit.count_hidden("entity")
    criteria = {"level": level, "under": under, "text": text} | ({} if kind is None else {"class": kind})
    fields = {f.name: f for f in visit.pack.kinds["entity"].fields}
    return render(
        visit, "entities/entities.html", rows=rows, count=count, page=page, pages=max(1, -(-count // PAGE)), asked=criteria, many=many,
        shown=lambda name, value: cell(visit, fields[name], value),
    )  # fmt: skip


@router.get("/entities.named")
def named(visit: Seeing, text: Word = "") -> Response:
    """Return a few entities with that name or code, for fields that take an entity's code."""
    sql = (
        "SELECT entity, name FROM entity WHERE contains(lower(concat_ws(' ', entity, name, uscc)), lower(?)) "
        f"ORDER BY length(name), entity LIMIT {MOST_NAMED}"
    )
    return render(visit, "entities/named.html", rows=visit.rows(sql, [text]) if text.strip() else [])


def open_counts(visit: Visit, entities: list[str]) -> dict[str, int]:
    """Return how many open findings each of these entities has; entities without one are left out."""
    if not entities:
        return {}
    marks = ", ".join("?" * len(entities))
    sql = f"SELECT entity, count(*) AS many FROM finding_now WHERE state IN {OPEN} AND entity IN ({marks}) GROUP BY 1"
    return {row["entity"]: row["many"] for row in visit.rows(sql, entities)}


@router.get("/entities/{code}")
def entity(visit: Seeing, code: str) -> Response:
    """Return one entity: its fields, owners, holdings, bodies, findings, due reports and history."""
    present(code if visit.sees_entity(code) else None, code)
    rows = visit.rows("SELECT * FROM entity WHERE entity = ? ORDER BY fact DESC LIMIT 1", [code])
    day = day_of(visit)
    up, down = stakes(visit, code, day, up=True), stakes(visit, code, day, up=False)
    control, effective = above(visit, code, day)
    basis = bases(visit, code, [row["party"] for row in down], day)
    controlling = {row["owner"]: row["basis"] for row in control}
    visit.hidden_count = visit.count_hidden("finding_now", "entity = ?", [code])
    return render(
        visit,
        "entities/entity.html",
        code=code,
        cells=fields_of(visit, "entity", rows[0]) if rows else [],
        parent=rows[0]["parent"] if rows else "",
        chain=visit.rows(
            "SELECT ancestor, distance FROM ancestor WHERE entity = ? AND distance > 0 ORDER BY distance DESC", [code]
        ),
        children=visit.rows("SELECT entity, name FROM entity WHERE parent = ? ORDER BY entity LIMIT 100", [code]),
        up=up,
        down=down,
        top=holdings_tree.open_tree(visit, code, day),
        root=code,
        level=visit.one("SELECT management FROM level WHERE entity = ?", [code]),
        heard=visit.one("SELECT max(last_at) FROM last_report WHERE entity = ?", [code]),
        picture=(_row(visit, up, controlling), _row(visit, down, basis)),
        center=wrapped(visit.names[code], 24),
        control=control,
        controlling=controlling,
        effective=effective,
        bodies=valid_rows(visit, "body", code, day),
        posts=valid_rows(visit, "post", code, day),
        lists=visit.rows(
            "SELECT list, item, holder, distance, limit_cny, body, valid_from FROM list_in_force WHERE entity = ? AND valid_from <= ? AND coalesce(valid_until, DATE '9999-12-31') > ? AND distance < 999 ORDER BY list, item, distance LIMIT 200",
            [code, day, day],
        ),
        findings=visit.rows(
            f"SELECT finding, rule, state, since FROM finding_now WHERE entity = ? AND state IN {OPEN} ORDER BY since DESC LIMIT 10",
            [code],
        ),
        finding_count=open_counts(visit, [code]).get(code, 0),
        dues=dues(visit, code, day),
        day_asked=day,
        known_on=known_on(visit),
        chain_said=lambda path: " → ".join(
            f"{visit.names.get(who, who)} {_by(visit, by)}".strip() for who, by in chain_of(path)
        ),
        history=history_of(visit, code),
        title=lambda table: visit.in_language(visit.pack.tables[table].title),
        shown=lambda table, name, value: cell(visit, visit.pack.tables[table].field(name), value),
        list_title=lambda name: (
            visit.in_language(visit.pack.lists[name].title) if name in visit.pack.lists else worded(visit, name)
        ),
    )


def day_of(visit: Visit) -> dt.date:
    """Return the day that a page shows: the requested day, or the books' own."""
    return visit.valid or visit.clock[0] or visit.now.date()


def known_on(visit: Visit) -> str:
    """Return the day of the requested entry's receipt, as the field's value; '' where none was requested."""
    head = next(iter(visit.server.heads.between(visit.known, visit.known)), None) if visit.known else None
    return head.received_at.astimezone(visit.server.zone).date().isoformat() if head else ""


def _by(visit: Visit, by: str) -> str:
    """Return the link between two entities of a chain: a share as it is, a basis in words."""
    code = f"basis.{by}"
    return visit.text(code) if code in texts(visit.language) else by


@router.get("/entities/{code}/structure")
def structure(
    visit: Seeing, code: str, text: Word = "", find: Word = "", depth: Annotated[int, Query(ge=1, le=99)] = 1
) -> Response:
    """Return the tree of holdings below an entity, opened to a depth, or down to one entity."""
    present(code if visit.sees_entity(code) else None, code)
    day = day_of(visit)
    visit.hidden_count = visit.count_hidden("stake")
    paths = holdings_tree.search(visit, code, text, day) if text.strip() else []
    sql = "SELECT ancestor FROM ancestor WHERE entity = ? AND distance > 0 ORDER BY distance DESC"
    return render(
        visit, "entities/structure.html", code=code, root=code, text=text, find=find, depth=depth, found=paths,
        top=holdings_tree.open_tree(visit, code, day, depth=depth, find=find), chain=visit.rows(sql, [code]), known_on=known_on(visit),
    )  # fmt: skip


@router.get("/entities/{code}/{side}")
def holdings(
    visit: Seeing,
    code: str,
    side: Annotated[str, PathPart(pattern="holdings|owners")],
    first: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    root: Word = "",
) -> Response:
    """Return the holdings of an entity, or its owners: one level of the tree of a root, from `first` on."""
    present(code if visit.sees_entity(code) else None, code)
    day = day_of(visit)
    if side == "holdings":
        root = root if visit.sees_entity(root) else code
        children, rest = holdings_tree.branches(visit, root, [code], day, after=first).get(code, ([], 0))
        top = holdings_tree.Branch(code, "", children=children, rest=rest, next=first + holdings_tree.BROTHERS)
        return render(visit, "entities/holdings.html", top=top, root=root)
    owners = stakes(visit, code, day, up=True, first=first)
    basis = {row["owner"]: row["basis"] for row in above(visit, code, day)[0]}
    return render(visit, "entities/owners.html", code=code, stakes=owners, basis=basis, first=first)


def _row(visit: Visit, rows: list[dict[str, Any]], basis: dict[str, str]) -> list[Box]:
    """Return a row of the chart: the largest stakes with share and basis, and how many more there are."""
    edges = [
        ChartEdge(
            row["party"], visit.names.get(row["party"], row["party"]),
            percent(row["share_pct"]) if row["share_pct"] is not None else "", basis.get(row["party"], ""),
        )
        for row in rows
    ]  # fmt: skip
    more = (rows[0]["many"] if rows else 0) - MOST_BOXES + 1
    return stakes_row(edges, visit.text("entities.rest", count=number(more)))


def stakes(visit: Visit, code: str, day: dt.date, *, up: bool, first: int = 0) -> list[dict[str, Any]]:
    """Return the stakes in an entity, or its own stakes, on a day, the largest first.

    Each row has the other party, and how many stakes come next.
    """
    own_column, other_column = ("entity", "holder") if up else ("holder", "entity")
    return visit.rows(
        f"SELECT s.{other_column} AS party, s.share_pct, (SELECT count(*) FROM stake AS t WHERE t.{own_column} = s.{other_column}) AS next, count(*) OVER () AS many "
        f"FROM stake AS s WHERE s.{own_column} = ? AND coalesce(s.valid_from, DATE '0001-01-01') <= ? "
        f"AND coalesce(s.valid_until, DATE '9999-12-31') > ? ORDER BY s.share_pct DESC NULLS LAST, s.{other_column} "
        f"LIMIT {MOST_STAKES} OFFSET {int(first)}",
        [code, day, day],
    )


def valid_rows(visit: Visit, table: str, code: str, day: dt.date) -> tuple[list[str], list[list[str]]]:
    """Return the rows of a kind that are valid for an entity on a day: the titles of the filled columns, and
    the values.
    """
    kind = visit.pack.tables.get(table)
    if kind is None:
        return [], []
    rows = visit.rows(
        f"SELECT * FROM {table} WHERE entity = ? AND coalesce(valid_from, DATE '0001-01-01') <= ? "
        "AND coalesce(valid_until, DATE '9999-12-31') > ? ORDER BY fact LIMIT 200",
        [code, day, day],
    )
    cells = [{title: value for title, value, f in fields_of(visit, table, row) if f.name != "entity"} for row in rows]
    heads = list(dict.fromkeys(title for fields in cells for title in fields))
    return heads, [[fields.get(title, NOTHING) for title in heads] for fields in cells]


def dues(visit: Visit, code: str, day: dt.date) -> list[dict[str, Any]]:
    """Return the latest due reports of an entity for periods that ended by a day, and when each came.

    A report that is not due yet is not missing.
    """
    if not {"report_due", "statement"} <= set(visit.pack.kinds):
        return []
    return visit.rows(
        "SELECT d.statement_kind, d.period_end, d.due_on, min(s.received_at) AS came FROM report_due AS d "
        "LEFT JOIN statement AS s ON s.entity = d.entity AND s.kind = d.statement_kind AND s.period_end = d.period_end "
        "WHERE d.entity = ? AND d.period_end <= ? GROUP BY ALL ORDER BY d.due_on DESC LIMIT 12",
        [code, day],
    )
