"""Errors in one form: the five fields of a refusal, as JSON for programs and as a page for people.

Absent rows and rows out of reach get the same answer: 404, with the same bytes except for the request's own words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from comptroller.model.refusal import ComptrollerError, Refusal, Refused, refusal
from comptroller.model.text import Text, message
from comptroller.web.runtime.query_limits import NoPlace

_MESSAGES = {
    **{
        name: name
        for name in (
            *("missing", "string_too_long", "string_too_short", "string_pattern_mismatch", "string_type"),
            *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
        )
    },
    **dict.fromkeys(("enum", "literal_error"), "choice"),
    "bool_parsing": "yes_or_no",
    "json_invalid": "json",
    "extra_forbidden": "unknown_field",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "whole_number"),
    **dict.fromkeys(("float_parsing", "float_type", "decimal_parsing", "decimal_type", "finite_number"), "number"),
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_parsing"), "day"),
    **dict.fromkeys(("datetime_parsing", "datetime_type"), "instant"),
}
"""Message of each pydantic fault (`desk.value.<name>:expected`), by its name; pydantic supplies the places."""


class NotFound(Exception):
    """Raised for what is absent or out of reach: both get the same answer."""

    def __init__(self, seen: object) -> None:
        """Store what was requested."""
        super().__init__(str(seen))
        self.seen = seen


class SecondFactorRequired(Exception):
    """Raised when the viewer's role requires a second factor that is still off."""


class BodyRejected(HTTPException):
    """Raised for a body that is too large or too slow, while it is read; code that reads the body must not catch it."""

    def __init__(self, status: int, why: Refusal) -> None:
        """Store status and refusal."""
        super().__init__(status, why.code)
        self.refusal = why


class Unauthenticated(Exception):
    """Raised when no user is signed in, or the token is invalid."""


class PermissionDenied(Exception):
    """Raised when the viewer's grants do not include an act."""

    def __init__(self, act: str) -> None:
        """Store the act."""
        super().__init__(act)
        self.act = act


def body_of(refusals: Sequence[Refusal]) -> dict[str, Any]:
    """Return the JSON body of refusals."""
    return {"refused": [reason.as_json() for reason in refusals]}


def http_refusal(status: int, seen: object) -> Refusal:
    """Return the refusal of an HTTP status."""
    place = ("", None, "")
    if status == 401:
        return refusal("desk.sign_in", place, seen)
    if status == 403 and seen == "factor":
        return refusal("desk.factor", place, "-")
    if status == 403:
        return refusal("desk.right", place, seen)
    if status == 404:
        return refusal("desk.absent", place, seen)
    return refusal("desk.request", place, f"{status} {seen}")


def _busy(path: str) -> Refusal:
    """Return the refusal of a wait that took too long; the waiting work may still be done."""
    return refusal("desk.busy", ("", None, ""), path)


def value_wanted(fault: Mapping[str, Any]) -> Text:
    """Return what a value should have been, from one of pydantic's faults.

    >>> value_wanted({"type": "less_than_equal", "ctx": {"le": 100}, "msg": "..."})["en"]
    'at most 100'
    """
    name = _MESSAGES.get(fault["type"])
    values = fault.get("ctx") or {}
    try:
        if name is not None:
            return message(f"desk.value.{name}:expected", **({"": ""} | values))
    except KeyError:  # pydantic left a value of the message out
        pass
    return Text(message("desk.value.any:expected") | {"en": str(fault["msg"])})


def put_errors(app: FastAPI, page: Any) -> None:  # noqa: C901 - one small answer for each kind of failure
    """Install the one form for every error of the app; `page(request, status, refusals)` renders it for people."""

    async def answer(
        request: Request, status: int, refusals: Sequence[Refusal], headers: Mapping[str, str] | None = None
    ) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse(body_of(refusals), status, headers)
        response: Response = await run_in_threadpool(page, request, status, refusals)
        response.headers.update(headers or {})
        return response

    @app.exception_handler(Refused)
    async def refused(request: Request, fault: Refused) -> Response:
        return await answer(request, 422, fault.refusals)

    @app.exception_handler(NotFound)
    async def gone(request: Request, fault: NotFound) -> Response:
        return await answer(request, 404, [http_refusal(404, fault.seen)])

    @app.exception_handler(Unauthenticated)
    async def not_signed_in(request: Request, _fault: Unauthenticated) -> Response:
        return await answer(request, 401, [http_refusal(401, "-")])

    @app.exception_handler(SecondFactorRequired)
    async def factor_owed(request: Request, _fault: SecondFactorRequired) -> Response:
        if request.url.path.startswith("/api/"):
            return await answer(request, 403, [http_refusal(403, "factor")])
        return RedirectResponse("/account", 303)

    @app.exception_handler(PermissionDenied)
    async def not_granted(request: Request, fault: PermissionDenied) -> Response:
        return await answer(request, 403, [http_refusal(403, fault.act)])

    @app.exception_handler(HTTPException)
    async def plain_status(request: Request, fault: HTTPException) -> Response:
        why = fault.refusal if isinstance(fault, BodyRejected) else http_refusal(fault.status_code, request.url.path)
        return await answer(request, fault.status_code, [why], fault.headers)

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, fault: RequestValidationError) -> Response:
        refusals = [
            refusal(
                "desk.value",
                ("", None, ".".join(str(part) for part in error["loc"][1:])),
                "-" if error.get("input") is None else str(error["input"])[:200],
                value_wanted(error),
                message("desk.value:fix"),
            )
            for error in fault.errors()
        ]
        return await answer(request, 422, refusals)

    @app.exception_handler(TimeoutError)
    async def waited(request: Request, _fault: TimeoutError) -> Response:
        return await answer(request, 503, [_busy(request.url.path)], {"retry-after": "60"})

    @app.exception_handler(NoPlace)
    async def no_place(request: Request, fault: NoPlace) -> Response:
        return await answer(request, 503, [fault.refusal], {"retry-after": "10"})

    @app.exception_handler(ComptrollerError)
    async def broken(request: Request, fault: ComptrollerError) -> Response:
        expected, fix = message("desk.broken:expected"), message("desk.broken:fix")
        return await answer(request, 500, [refusal("broken", ("", None, ""), fault, expected, fix)])

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, fault: Exception) -> Response:
        return await answer(request, 500, [refusal("desk.fault", ("", None, ""), type(fault).__name__)])
