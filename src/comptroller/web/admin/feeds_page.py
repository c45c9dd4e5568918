"""Administration of running work: feeds with their state and lag, the position of the books, and jobs with
their results.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import ADMINISTER
from comptroller.model.kind import FACT_LINES, Kind
from comptroller.web.runtime.feeds import QUIET, REFUSED, Feed, with_refused
from comptroller.web.shell.auth import may
from comptroller.web.shell.formatting import age
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
ADDRESSES = ("/admin/feeds",)
"""Addresses that the tests of access open as every role."""
Administering = Annotated[Visit, Depends(may(ADMINISTER))]
PAGE = 100
_WORST = {REFUSED: 0, QUIET: 1}


@dataclass(frozen=True, slots=True)
class Last:
    """The last report of a feed: the kinds of its facts, and the age in days of its newest fact on arrival."""

    kinds: tuple[str, ...] = ()
    days: int | None = None


@router.get("/admin/feeds")
def feeds(visit: Administering, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """Return the page of feeds with state and lag, the worst first; the writer's state; and the jobs."""
    server, at = visit.server, visit.now.replace(tzinfo=visit.server.zone)
    every = feeds_of(visit, at)
    on_page = every[(page - 1) * PAGE : page * PAGE]
    size, lasts = server.ledger.size, last_of(visit, [feed.last for feed in on_page if feed.last])
    last = next(iter(server.heads.between(size, size)), None)
    return render(
        visit,
        "admin/feeds.html",
        rows=[(feed, feed.state(at), lasts.get(feed.last, Last())) for feed in on_page],
        count=len(every),
        page=page,
        pages=max(1, -(-len(every) // PAGE)),
        since=lambda feed: age(feed, at, visit.language),
        lasted=lambda feed: age(None if feed is None else at - feed, at, visit.language),
        size=size,
        folded=visit.position[0],
        heard=last.received_at if last else None,
        waiting=server.writer.depth,
        listening=server.broadcast.count,
        jobs=server.jobs.newest(),
        rounds=server.periodic.about(),
    )


def feeds_of(visit: Visit, at: dt.datetime) -> list[Feed]:
    """Return all feeds: rejected and quiet ones first, then by the oldest last report."""
    server = visit.server
    rows = server.storage.rows("SELECT reporter, kind, media, at FROM refused ORDER BY number")
    refused = [
        ((str(who), str(kind), str(media)), dt.datetime.fromisoformat(str(when)).replace(tzinfo=server.zone))
        for who, kind, media, when in rows
    ]
    feeds = with_refused(server.feeds.of(server.heads, server.ledger.size), refused)
    return sorted(feeds, key=lambda feed: (_WORST.get(feed.state(at), 2), feed.last, feed.reporter, feed.kind))


def last_of(visit: Visit, entries: list[int]) -> dict[int, Last]:
    """Return the kinds of facts of each entry, and the age of the newest on arrival, for kinds that happen on a day."""
    kinds = [k for k in visit.pack.kinds.values() if not k.is_made]
    if not entries or not kinds:
        return {}
    among = f"fact >= {min(entries) * FACT_LINES} AND fact // {FACT_LINES} IN ({', '.join(map(str, entries))})"
    parts = [
        f"SELECT fact // {FACT_LINES} AS entry, '{k.name}' AS kind, {_AGE.format(k.since) if _happens(k) else 'NULL'} AS days "
        f"FROM main.all_{k.name} WHERE {among} GROUP BY 1"
        for k in kinds
    ]
    sql = f"SELECT entry, list(kind ORDER BY kind), min(days) FROM ({' UNION ALL '.join(parts)}) GROUP BY 1"
    rows = visit.duck.rows(sql)
    return {int(entry): Last(tuple(named), None if days is None else max(0, int(days))) for entry, named, days in rows}


_AGE = "min(CAST(received_at AS DATE) - CAST({} AS DATE))"


def _happens(kind: Kind) -> bool:
    """Return whether facts of a kind happen on a day, rather than hold from a day on."""
    return bool({"on", "at"} & set(kind.valid))
