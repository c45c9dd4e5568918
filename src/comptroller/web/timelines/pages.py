"""Timelines: the kinds to choose from, one timeline with its four flows, and a circle as a ring."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.web.overview.queries import OPEN
from comptroller.web.shell.auth import may, present
from comptroller.web.shell.labels import cell
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit
from comptroller.web.timelines.describe import describe, step_fields
from comptroller.web.timelines.flows import HIGH, WIDE, four_flows, ring_of, rings, rings_through, with_places
from comptroller.web.timelines.gather import holds_for_a_time, starts, timeline_of

router = APIRouter()
MENU = (MenuEntry(90, "/strips", "strips", SEE),)
ADDRESSES = (
    "/strips",
    "/strips?kind=payment",
    "/strips?kind=contract",
    "/strips?kind=rings",
    "/strips?kind=payment&entity={entity}",
    "/strips/payment/{entity}/P4-{mark}",
    "/strips/payment/{entity}/P5-{mark}",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Word = Annotated[str, Query(max_length=100)]
PAGE, RINGS, MOST_COLUMNS = 50, "rings", 5


@router.get("/strips")
def strips(  # noqa: PLR0913, PLR0917 - what one may ask by
    visit: Seeing,
    kind: Word = "",
    under: Word = "",
    entity: Word = "",
    text: Word = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Return the facts of one kind, the newest first, each with its number of findings; or the circles."""
    known = starts(visit.pack)
    shelf = kind if kind in known or kind == RINGS else next(iter(_first_kinds(visit)), RINGS)
    criteria = {"kind": shelf, "under": under, "entity": entity, "text": text}
    common: dict[str, Any] = {"shelf": shelf, "shelves": [*_first_kinds(visit), RINGS], "asked": criteria, "page": page}
    if shelf == RINGS:
        return render(
            visit, "timelines/strips.html", **common, rows=rings(visit, 200), count=0, pages=1, heads=[], cells=None
        )
    made = known[shelf]
    books = made.books[0]
    wheres, values = ["true"], []
    for value, where in (
        (entity, f'k."{books}" = ?'),
        (text, f"contains(lower({_searched(made)}), lower(?))"),
    ):
        if value:
            wheres.append(where)
            values.append(value)
    if under:
        where, more = visit.under(f'k."{books}"', under)
        wheres.append(where)
        values += more
    sql = f"FROM {shelf} AS k WHERE {' AND '.join(wheres)}"
    day = made.valid.get("on") or made.valid.get("at") or made.valid.get("from")
    order = f'ORDER BY k."{day}" DESC NULLS LAST, k.fact DESC'
    page_rows = visit.rows(f"SELECT k.fact {sql} {order} LIMIT {PAGE} OFFSET {(page - 1) * PAGE}", values)
    facts = ", ".join(str(int(row["fact"])) for row in page_rows)  # full rows of the listed facts only
    rows = visit.rows(f"SELECT * FROM {shelf} AS k WHERE k.fact IN ({facts}) {order}") if page_rows else []
    count = visit.count(shelf, " AND ".join(wheres), values)
    visit.hidden_count = visit.count_hidden(shelf)
    aside = (shelf, books, day, "amount_cny", "amount", "currency")
    fields = [
        f
        for f in made.fields
        if f.name not in aside and not f.fills and f.type != "flag" and any(row[f.name] is not None for row in rows)
    ][:MOST_COLUMNS]
    return render(
        visit,
        "timelines/strips.html",
        **common,
        rows=rows,
        count=count,
        pages=max(1, -(-count // PAGE)),
        heads=fields,
        books=books,
        day_of=day,
        amount_of="amount_cny" if "amount_cny" in made.columns else "",
        found=_finding_counts(visit, shelf, [str(row[shelf]) for row in rows]),
        cells=lambda field, row: cell(visit, field, row[field.name]),
    )


def _first_kinds(visit: Visit) -> list[str]:
    """Return the kinds of the first page: those with most connections and at least one fact."""

    def make() -> list[str]:
        known = starts(visit.pack)
        ties = {
            name: sum(name in other.columns for other in visit.pack.kinds.values())
            + sum(other in kind.columns for other in known)
            for name, kind in known.items()
        }
        filled = [
            n for n, kind in known.items() if not holds_for_a_time(kind) and visit.one(f"SELECT 1 FROM {n} LIMIT 1")
        ]
        return sorted(filled, key=lambda name: (-ties[name], name))[:10]

    kinds: list[str] = visit.cached("strip shelves", make)
    return kinds


def _searched(kind: Any) -> str:
    names = [f'k."{field.name}"' for field in kind.fields if field.type in ("code", "text", "entity", "person")]
    return f"concat_ws(' ', {', '.join(names)})"


def _finding_counts(visit: Visit, kind: str, codes: list[str]) -> dict[tuple[str, str], int]:
    """Return how many findings name each of these codes in that kind: by entity and code."""
    if not codes:
        return {}
    place = f"json_extract_string(evidence, '$.{kind}')"
    marks = ", ".join("?" * len(codes))
    rows = visit.rows(
        f"SELECT entity, {place} AS code, count(*) AS many FROM finding_now "
        f"WHERE state IN {OPEN} AND {place} IN ({marks}) GROUP BY ALL",
        codes,
    )
    return {(row["entity"], row["code"]): row["many"] for row in rows}


@router.get("/strips/rings/{flow}/{name:path}")
def ring_page(visit: Seeing, flow: str, name: str) -> Response:
    """Return a circle as a ring with its legs.

    Raises:
        NotFound: no leg of it is within scope.
    """
    legs = present(ring_of(visit, flow, name) or None, name)
    visit.hidden_count = sum(leg.is_hidden for leg in legs)
    visible = [leg for leg in legs if not leg.is_hidden]
    marks = ", ".join(str(leg.fact) for leg in visible)
    findings = visit.rows(
        f"SELECT finding, rule, entity, since FROM finding_now WHERE state IN {OPEN} "
        f"AND list_has_any(entries, [{marks}]::BIGINT[]) ORDER BY since, finding LIMIT 40"
    )
    table = flow if flow in visit.pack.kinds else ""
    is_money = flow != "shipment"
    return render(
        visit, "timelines/ring.html", legs=with_places(legs), flow=flow, name=name, wide=WIDE, high=HIGH, found=findings, table=table,
        is_money=is_money, least=min((leg.amount for leg in visible if leg.amount is not None), default=None),
    )  # fmt: skip


@router.get("/strips/{kind}/{entity}/{code:path}")
def strip_page(visit: Seeing, kind: str, entity: str, code: str) -> Response:
    """Return one timeline: its picture, its steps, its findings, its flows.

    Raises:
        NotFound: the timeline is outside the scope.
    """
    strip = present(timeline_of(visit, kind, entity, code) if visit.sees_entity(entity) else None, code)
    lines, complaints, picture = describe(visit, strip)
    visit.hidden_count = strip.hidden_count
    seed = strip.seed
    return render(
        visit,
        "timelines/strip.html",
        strip=strip,
        kind=visit.pack.kinds[kind],
        code=code,
        told=lines,
        complaints=complaints,
        picture=picture,
        fields=step_fields(visit, seed) if seed else [],
        flows=four_flows(strip),
        rings=rings_through(visit, [step.fact for step in strip.steps]),
        starts=starts(visit.pack),
    )
