"""Entities: the register as a table, and one entity with owners, holdings, bodies, posts, lists, findings and dues, on both time axes."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.desk.doors import may, present
from comptroller.desk.draw import draw
from comptroller.desk.facts import cell, fields_of, worded
from comptroller.desk.pictures import chain_of, stakes_picture
from comptroller.desk.reading import OPEN
from comptroller.desk.shown import NOTHING
from comptroller.desk.texts import texts
from comptroller.desk.visit import Visit

router = APIRouter()
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=100)]
PAGE, MOST_STAKES, MOST_NAMED = 50, 200, 12


@router.get("/entities")
def entities(  # noqa: PLR0913, PLR0917 - what one may ask by
    visit: Seeing, level: Word = "", kind: Annotated[str | None, Query(alias="class", max_length=100)] = None, under: Word = "", text: Word = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:  # fmt: skip
    """Give one page of the register."""
    wheres, values = ["true"], []
    for said, where in (
        (level, "CAST(l.management AS VARCHAR) = ?"),
        (text, "contains(lower(concat_ws(' ', e.entity, e.name, e.uscc)), lower(?))"),
    ):
        if said:
            wheres.append(where)
            values.append(said)
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
    asked = {"level": level, "under": under, "text": text} | ({} if kind is None else {"class": kind})
    fields = {f.name: f for f in visit.pack.kinds["entity"].fields}
    return draw(
        visit, "entities.html", rows=rows, count=count, page=page, pages=max(1, -(-count // PAGE)), asked=asked, many=many,
        shown=lambda name, value: cell(visit, fields[name], value),
    )  # fmt: skip


@router.get("/entities.named")
def named(visit: Seeing, text: Word = "") -> Response:
    """Give a few entities of that name or code, for fields in which an entity is said by its code."""
    sql = (
        "SELECT entity, name FROM entity WHERE contains(lower(concat_ws(' ', entity, name, uscc)), lower(?)) "
        f"ORDER BY length(name), entity LIMIT {MOST_NAMED}"
    )
    return draw(visit, "named.html", rows=visit.rows(sql, [text]) if text.strip() else [])


def open_counts(visit: Visit, entities: list[str]) -> dict[str, int]:
    """Give how many findings are open about each of these entities that has any."""
    if not entities:
        return {}
    marks = ", ".join("?" * len(entities))
    sql = f"SELECT entity, count(*) AS many FROM finding_now WHERE state IN {OPEN} AND entity IN ({marks}) GROUP BY 1"
    return {row["entity"]: row["many"] for row in visit.rows(sql, entities)}


@router.get("/entities/{code}")
def entity(visit: Seeing, code: str) -> Response:
    """Give one entity: who it is, above, below, inside, and what is found about it and owed by it."""
    present(code if visit.sees_entity(code) else None, code)
    rows = visit.rows("SELECT * FROM entity WHERE entity = ? ORDER BY fact DESC LIMIT 1", [code])
    day = visit.valid or visit.clock[0] or visit.now.date()
    up, down = stakes(visit, code, day, up=True), stakes(visit, code, day, up=False)
    is_now = visit.valid is None and visit.known is None
    visit.hidden_count = visit.count_hidden("finding_now", "entity = ?", [code])
    return draw(
        visit,
        "entity.html",
        code=code,
        cells=fields_of(visit, "entity", rows[0]) if rows else [],
        parent=rows[0]["parent"] if rows else "",
        chain=visit.rows(
            "SELECT ancestor, distance FROM ancestor WHERE entity = ? AND distance > 0 ORDER BY distance DESC", [code]
        ),
        children=visit.rows("SELECT entity, name FROM entity WHERE parent = ? ORDER BY entity LIMIT 100", [code]),
        up=up,
        down=down,
        basis=bases(visit, code, down),
        picture=stakes_picture(
            [(s["holder"], s["share_pct"]) for s in up], [(s["entity"], s["share_pct"]) for s in down]
        ),
        control=visit.rows(
            "SELECT owner, basis, share_pct, path FROM controls WHERE entity = ? ORDER BY steps, owner LIMIT 20", [code]
        )
        if is_now
        else [],
        effective=visit.rows(
            "SELECT owner, share_pct, gap_pct FROM effective_share WHERE entity = ? AND is_ultimate ORDER BY share_pct DESC LIMIT 10",
            [code],
        )
        if is_now
        else [],
        bodies=held(visit, "body", code, day),
        posts=held(visit, "post", code, day),
        lists=visit.rows(
            "SELECT list, item, holder, distance, limit_cny, body, valid_from FROM list_in_force WHERE entity = ? AND valid_from <= ? AND coalesce(valid_until, DATE '9999-12-31') > ? AND distance < 999 ORDER BY list, item, distance LIMIT 200",
            [code, day, day],
        ),
        findings=visit.rows(
            f"SELECT finding, rule, state, since FROM finding_now WHERE entity = ? AND state IN {OPEN} ORDER BY since DESC LIMIT 100",
            [code],
        ),
        dues=dues(visit, code),
        chain_said=lambda path: " → ".join(
            f"{visit.names.get(who, who)} {_by(visit, by)}".strip() for who, by in chain_of(path)
        ),
        versions=visit.rows(
            "SELECT fact >> 20 AS entry, received_at, name, parent, valid_from FROM entity WHERE entity = ?", [code]
        ),
        title=lambda table: visit.said(visit.pack.tables[table].title),
        shown=lambda table, name, value: cell(visit, visit.pack.tables[table].field(name), value),
        list_title=lambda name: (
            visit.said(visit.pack.lists[name].title) if name in visit.pack.lists else worded(visit, name)
        ),
    )


def _by(visit: Visit, by: str) -> str:
    """Give by what one holds the next: a share as it is, a basis in words."""
    code = f"basis.{by}"
    return visit.text(code) if code in texts(visit.language) else by


@router.get("/entities/{code}/holdings")
def holdings(visit: Seeing, code: str) -> Response:
    """Give what an entity holds, one level of the tree."""
    present(code if visit.sees_entity(code) else None, code)
    day = visit.valid or visit.clock[0] or visit.now.date()
    down = stakes(visit, code, day, up=False)
    return draw(visit, "holdings.html", down=down, basis=bases(visit, code, down))


def stakes(visit: Visit, code: str, day: dt.date, *, up: bool) -> list[dict[str, Any]]:
    """Give the stakes in an entity, or those that it holds, on a day, the largest first, with how many it holds in turn."""
    one, other = ("entity", "holder") if up else ("holder", "entity")
    return visit.rows(
        f"SELECT s.entity, s.holder, s.share_pct, (SELECT count(*) FROM stake AS t WHERE t.holder = s.{other}) AS below "
        f"FROM stake AS s WHERE s.{one} = ? AND coalesce(s.valid_from, DATE '0001-01-01') <= ? "
        f"AND coalesce(s.valid_until, DATE '9999-12-31') > ? ORDER BY s.share_pct DESC NULLS LAST, s.{other} LIMIT {MOST_STAKES}",
        [code, day, day],
    )


def bases(visit: Visit, code: str, down: list[dict[str, Any]]) -> dict[str, str]:
    """Give by which basis an entity controls those that it holds, as it is now; nothing for days that are past."""
    if not down or visit.valid is not None or visit.known is not None:
        return {}
    marks = ", ".join("?" * len(down))
    sql = f"SELECT entity, min(basis) AS basis FROM controls WHERE owner = ? AND entity IN ({marks}) GROUP BY entity"
    return {row["entity"]: row["basis"] for row in visit.rows(sql, [code, *(one["entity"] for one in down)])}


def held(visit: Visit, table: str, code: str, day: dt.date) -> tuple[list[str], list[list[str]]]:
    """Give the rows of a kind that hold for an entity on a day: the titles of what any of them says, and the values."""
    kind = visit.pack.tables.get(table)
    if kind is None:
        return [], []
    rows = visit.rows(
        f"SELECT * FROM {table} WHERE entity = ? AND coalesce(valid_from, DATE '0001-01-01') <= ? "
        "AND coalesce(valid_until, DATE '9999-12-31') > ? ORDER BY fact LIMIT 200",
        [code, day, day],
    )
    told = [{title: value for title, value, f in fields_of(visit, table, row) if f.name != "entity"} for row in rows]
    heads = list(dict.fromkeys(title for one in told for title in one))
    return heads, [[one.get(title, NOTHING) for title in heads] for one in told]


def dues(visit: Visit, code: str) -> list[dict[str, Any]]:
    """Give the last reports that an entity owed, and when each came."""
    if not {"report_due", "statement"} <= set(visit.pack.kinds):
        return []
    return visit.rows(
        "SELECT d.statement_kind, d.period_end, d.due_on, min(s.received_at) AS came FROM report_due AS d "
        "LEFT JOIN statement AS s ON s.entity = d.entity AND s.kind = d.statement_kind AND s.period_end = d.period_end "
        "WHERE d.entity = ? GROUP BY ALL ORDER BY d.due_on DESC LIMIT 12",
        [code],
    )
