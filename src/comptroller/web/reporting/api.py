"""Calls that report: one report idempotent by key with its receipt, and a stream of facts as NDJSON."""

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from comptroller.access.grants import REPORT
from comptroller.intake.files import media_of
from comptroller.model.finding import plain
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.web.api.schemas import BODY_ERRORS, AcceptedReport, Refusals
from comptroller.web.reporting.submit import Sent, recorded_answer, send_report
from comptroller.web.runtime.idempotency import KeyTaken, answer_once
from comptroller.web.shell.auth import may
from comptroller.web.shell.errors import body_of
from comptroller.web.shell.visit import Visit

router = APIRouter(tags=["reports"])
Reporting = Annotated[Visit, Depends(may(REPORT))]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]
"""The same key with the same bytes returns the same answer, and nothing is recorded twice."""
_LINES, MOST_LINE_BYTES = 1_000, 1 << 20


_ANY_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "minLength": 1}}},
    }
}
_LINES_OF_JSON = {
    "requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
}
_TAKEN_TWICE: dict[int | str, dict[str, Any]] = {
    409: {"model": Refusals, "description": "Another report came under the same key."}
}


@router.post(
    "/reports",
    status_code=201,
    response_model=AcceptedReport,
    responses=BODY_ERRORS | _TAKEN_TWICE,
    openapi_extra=_ANY_FILE,
)
async def report(  # noqa: PLR0913, PLR0917 - what a report is sent with
    request: Request,
    visit: Reporting,
    key: Key = "",
    name: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=100)] = "",
    reporter: Annotated[str, Query(max_length=100)] = "",
    signature: Annotated[str, Header(alias="X-Signature", max_length=200)] = "",
) -> Response:
    """Accept one report, the body byte for byte; recorded whole (201, with its receipt) or rejected whole (422)."""
    payload = await request.body()
    return await run_in_threadpool(_report, visit, payload, key, (name, kind, reporter, signature))


def _report(visit: Visit, payload: bytes, key: str, labels: tuple[str, str, str, str]) -> Response:
    name, kind, reporter, signature = labels
    digest = sha256("\0".join(labels).encode() + b"\0" + payload).hexdigest()
    media = media_of(name or "report.json", payload) or ""
    sent = Sent(name or f"report.{media or 'json'}", media, reporter, kind, signature)

    def work() -> dict[str, Any]:
        answer_fields: dict[str, Any] = plain(send_report(visit, payload, sent).as_json(visit))
        return answer_fields

    if not key:
        answer = work()
    else:
        try:
            answer = answer_once(
                visit.server, (visit.login, key, digest), work, lambda size: recorded_answer(visit, payload, sent, size)
            )
        except KeyTaken as fault:
            return JSONResponse(body_of(fault.refusals), 409)
    return JSONResponse(answer, 201 if "receipt" in answer else 422)


@router.post(
    "/stream",
    status_code=201,
    responses=BODY_ERRORS | {201: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    response_class=Response,
    openapi_extra=_LINES_OF_JSON,
)
async def stream(
    request: Request,
    visit: Reporting,
    kind: Annotated[str, Query(max_length=100)] = "",
    reporter: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Accept NDJSON as it arrives: every thousand lines are one report; the answer has a line for each report."""
    answers: list[dict[str, Any]] = []
    rest = b""
    lines: list[bytes] = []

    async def send() -> None:
        payload = b"\n".join(lines[:_LINES])
        labels = Sent(f"stream-{len(answers) + 1}.ndjson", "ndjson", reporter, kind, "")
        sent = await run_in_threadpool(send_report, visit, payload, labels)
        answers.append(plain(await run_in_threadpool(sent.as_json, visit)))
        del lines[:_LINES]

    async for chunk in request.stream():
        *complete, rest = (rest + chunk).split(b"\n")
        if len(rest) > MOST_LINE_BYTES:
            raise Refused([_long_line()])
        lines += [line for line in complete if line.strip()]
        while len(lines) >= _LINES:
            await send()
    if rest.strip():
        lines.append(rest)
    if lines or not answers:
        await send()
    if not any("entry" in answer for answer in answers):
        return JSONResponse({"refused": [why for answer in answers for why in answer["refused"]]}, 422)
    body = "\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers) + "\n"
    return Response(body, 201, media_type="application/x-ndjson")


def _long_line() -> Refusal:
    return refusal("desk.line", ("", None, "body"), "-", limit=MOST_LINE_BYTES)
