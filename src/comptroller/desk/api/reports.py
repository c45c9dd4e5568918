"""Calls that report: one report idempotent by key with its receipt, and a stream of facts as NDJSON."""

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from comptroller.access.grants import REPORT
from comptroller.desk.doors import may
from comptroller.desk.errors import body_of
from comptroller.desk.sending import Sent, send_report
from comptroller.desk.visit import Visit
from comptroller.intake.files import media_of
from comptroller.model.finding import plain
from comptroller.model.refusal import refusal

router = APIRouter(tags=["reports"])
Reporting = Annotated[Visit, Depends(may(REPORT))]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]
"""Who sends the same key with the same bytes again gets the same answer, and nothing is taken twice."""
_SAME_KEY = ("与此前相同的内容,或另一个键", "the same bytes as before, or another key")


@router.post("/reports", status_code=201)
async def report(  # noqa: PLR0913, PLR0917 - what a report is sent with
    request: Request,
    visit: Reporting,
    key: Key = "",
    name: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=100)] = "",
    reporter: Annotated[str, Query(max_length=100)] = "",
    signature: Annotated[str, Header(alias="X-Signature", max_length=200)] = "",
) -> Response:
    """Take one report, the body byte for byte; kept whole (201, with its receipt) or refused whole (422)."""
    payload = await request.body()
    return await run_in_threadpool(_report, visit, payload, key, (name, kind, reporter, signature))


def _report(visit: Visit, payload: bytes, key: str, said: tuple[str, str, str, str]) -> Response:
    name, kind, reporter, signature = said
    digest = sha256("\0".join(said).encode() + b"\0" + payload).hexdigest()
    if key and (before := visit.desk.shelf.answered(visit.login, key)):
        if before[0] != digest:
            mend = ("换一个键", "Use another key.")
            why = refusal("desk.key", ("", None, "Idempotency-Key"), key, _SAME_KEY, mend)
            return JSONResponse(body_of([why]), 409)
        held = json.loads(before[1])
        return JSONResponse(held, 201 if "receipt" in held else 422)
    media = media_of(name or "report.json", payload) or ""
    sent = send_report(visit, payload, Sent(name or f"report.{media or 'json'}", media, reporter, kind, signature))
    answer: dict[str, Any] = plain(sent.as_json(visit))
    if key:
        visit.desk.shelf.answer(
            visit.login, key, digest, json.dumps(answer, ensure_ascii=False), visit.desk.clock().isoformat()
        )
    return JSONResponse(answer, 201 if sent.entry is not None else 422)


@router.post("/stream", status_code=201)
async def stream(
    request: Request, visit: Reporting, kind: Annotated[str, Query(max_length=100)] = "", reporter: str = ""
) -> Response:
    """Take NDJSON while it comes: every so many lines are one report; the answer has a line for each of them."""
    answers: list[dict[str, Any]] = []
    rest = b""
    lines: list[bytes] = []

    async def send() -> None:
        payload = b"\n".join(lines)
        said = Sent(f"stream-{len(answers) + 1}.ndjson", "ndjson", reporter, kind, "")
        sent = await run_in_threadpool(send_report, visit, payload, said)
        answers.append(plain(await run_in_threadpool(sent.as_json, visit)))
        lines.clear()

    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        lines += [line for line in whole if line.strip()]
        if len(lines) >= _LINES:
            await send()
    if rest.strip():
        lines.append(rest)
    if lines:
        await send()
    body = "\n".join(json.dumps(one, ensure_ascii=False) for one in answers) + "\n"
    return Response(body, 201, media_type="application/x-ndjson")


_LINES = 1_000
