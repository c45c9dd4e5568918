"""News as server-sent events: changed findings and accepted reports, each only to viewers within reach."""

import datetime as dt
import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from comptroller.access.grants import KINDS, SEE
from comptroller.model.finding import plain
from comptroller.web.runtime.writer import Batch
from comptroller.web.shell.auth import may, visitor
from comptroller.web.shell.errors import SecondFactorRequired, Unauthenticated
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["events"])
Seeing = Annotated[Visit, Depends(may(SEE))]
EVERY_SECONDS = 15.0
MOST_TURNS, MOST_FINDINGS = 50, 2_000


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(request: Request, visit: Seeing) -> StreamingResponse:
    """Yield news as they happen: event `news` with changed findings and accepted reports.

    Access is checked each time: a session, token or grant that ends also ends the stream.
    """

    async def out() -> AsyncIterator[str]:
        yield ": open\n\n"
        async for batch in visit.server.broadcast.listen(EVERY_SECONDS):
            message = await run_in_threadpool(_message, request, batch)
            if message is None:
                return
            yield message

    return StreamingResponse(out(), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


def _message(request: Request, batch: Batch | None) -> str | None:
    """Return what to send of a batch, or after a pause without one; None when the listener lost access."""
    try:
        visit = visitor(request, is_used=False)
    except (Unauthenticated, SecondFactorRequired):
        return None
    if not visit.may(SEE):
        return None
    news = news_of(visit, batch) if batch else {"turns": [], "reports": []}
    if not news["turns"] and not news["reports"]:
        return ": still here\n\n"
    return f"event: news\ndata: {json.dumps(plain(news), ensure_ascii=False)}\n\n"


def news_of(visit: Visit, batch: Batch) -> dict[str, Any]:
    """Return what the viewer may see of a batch: findings through the books, reports by their reporter."""
    names = [turn.verdict.finding for turn in batch.turns]
    accepted = [(entry, report.reporter, report.name, report.kind) for entry, report in batch.kept]
    return news_about(visit, batch.at, names, accepted)


def news_about(
    visit: Visit, at: dt.datetime | str, findings: Sequence[str], kept: Sequence[tuple[int, str, str, str]]
) -> dict[str, Any]:
    """Return the findings and reports (entry, reporter, name, kind) that the viewer may see now."""
    seen: list[dict[str, Any]] = []
    listed = list(dict.fromkeys(findings))[:MOST_FINDINGS]
    if listed:
        marks = ", ".join("?" * len(listed))
        sql = f"SELECT finding, rule, entity, state, since FROM finding_now WHERE finding IN ({marks}) ORDER BY known DESC"
        seen = visit.rows(sql, listed)
    sees = {entity: visit.sees_entity(entity) for entity in {reporter for _, reporter, _, _ in kept}}
    reports = [
        {"entry": entry, "reporter": reporter, "name": name}
        for entry, reporter, name, kind in kept
        if sees[reporter] and kind not in KINDS and not name.startswith("desk-")
    ]
    for row in seen:
        rule = visit.pack.rules.get(row["rule"])
        row["title"] = visit.in_language(rule.title) if rule else row["rule"]
    return {"at": at, "turns": seen[:MOST_TURNS], "turn_count": len(seen), "reports": reports[:MOST_TURNS]}
