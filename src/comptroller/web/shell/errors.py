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
from comptroller.web.runtime.query_limits import NoPlace

MEND = ("改正后重试", "Mend it and try again.")
_WHOLE, _NUMBER, _DAY = (
    ("整数", "a whole number"),
    ("数字", "a number"),
    ("日期，如 2026-01-31", "a day such as 2026-01-31"),
)
_WANTED: dict[str, tuple[str, str]] = {
    "missing": ("必填，不能空缺", "a value: it is required"),
    "string_too_long": ("至多 {max_length} 个字符", "at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_pattern_mismatch": ("形如 {pattern}", "of the form {pattern}"),
    "string_type": ("文字", "text"),
    "greater_than": ("大于 {gt}", "more than {gt}"),
    "greater_than_equal": ("不小于 {ge}", "at least {ge}"),
    "less_than": ("小于 {lt}", "less than {lt}"),
    "less_than_equal": ("不大于 {le}", "at most {le}"),
    "enum": ("{expected} 之一", "one of {expected}"),
    "literal_error": ("{expected} 之一", "one of {expected}"),
    "bool_parsing": ("是或否（true、false）", "yes or no (true, false)"),
    "json_invalid": ("有效的 JSON", "valid JSON"),
    "extra_forbidden": ("接口说明中有的字段", "a field that the call has"),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "decimal_parsing", "decimal_type", "finite_number"), _NUMBER),
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_parsing"), _DAY),
    **dict.fromkeys(
        ("datetime_parsing", "datetime_type"),
        ("时刻，如 2026-01-31T09:00:00", "an instant such as 2026-01-31T09:00:00"),
    ),
}
"""Message of each pydantic fault, by its name; pydantic supplies the values of the places."""
_ANY_VALUE = "符合接口说明的值"


class NotFound(Exception):
    """Raised for what is absent or out of reach: both get the same answer."""

    def __init__(self, seen: object) -> None:
        """Store what was requested."""
        super().__init__(str(seen))
        self.seen = seen


class SecondFactorRequired(Exception):
    """The viewer's role owes a second factor that is not turned on yet."""


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
    """Return refusals as every answer holds them."""
    return {"refused": [reason.as_json() for reason in refusals]}


def http_refusal(status: int, seen: object) -> Refusal:
    """Return the refusal of a plain status."""
    place = ("", None, "")
    if status == 401:
        return refusal(
            "desk.sign_in", place, seen, ("已登录的用户", "somebody who is signed in"), ("请先登录", "Sign in first.")
        )
    if status == 403 and seen == "factor":
        wanted = ("已启用登录验证码的账户", "an account with a second factor")
        mend = ("在“我的账户”中启用", "Turn it on at /account.")
        return refusal("desk.factor", place, "-", wanted, mend)
    if status == 403:
        mend = ("向管理员申请权限", "Ask an administrator for a grant.")
        return refusal("desk.right", place, seen, ("有相应权限的用户", "somebody who may do this"), mend)
    if status == 404:
        wanted = ("存在且在您权限内的内容", "something that is there and within your reach")
        mend = ("核对地址,或申请权限", "Check the address, or ask for a grant.")
        return refusal("desk.absent", place, seen, wanted, mend)
    wanted = ("可处理的请求", "a request that can be answered")
    return refusal("desk.request", place, f"{status} {seen}", wanted, MEND)


def _busy(path: str) -> Refusal:
    """Return the refusal of a wait that took too long; what waited may be done all the same."""
    wanted = ("能及时处理完毕的引擎", "an engine that is done in time")
    mend = (
        "稍后查看是否已登记;以同一幂等键重发不会重复",
        "See later whether it was kept; sent again under the same key it is not kept twice.",
    )
    return refusal("desk.busy", ("", None, ""), path, wanted, mend)


def value_wanted(fault: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a value should have been, in Chinese and English, from one of pydantic's faults.

    >>> value_wanted({"type": "less_than_equal", "ctx": {"le": 100}, "msg": "..."})
    ('不大于 100', 'at most 100')
    """
    zh, en = _WANTED.get(fault["type"], (_ANY_VALUE, ""))
    told = fault.get("ctx", {})
    try:
        return zh.format(**told), en.format(**told) or str(fault["msg"])
    except KeyError:
        return _ANY_VALUE, str(fault["msg"])


def put_errors(app: FastAPI, page: Any) -> None:  # noqa: C901 - one small answer for each way in which something fails
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
                MEND,
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
        wanted = ("完好的数据", "data that is whole")
        mend = (
            "运行 comptroller ledger verify,再运行 rebuild",
            "Run comptroller ledger verify, then comptroller rebuild.",
        )
        return await answer(request, 500, [refusal("broken", ("", None, ""), fault, wanted, mend)])

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, fault: Exception) -> Response:
        wanted = ("可处理的请求", "a request that can be answered")
        mend = ("稍后重试;若仍出现,请告知管理员", "Try again; if it stays, tell an administrator.")
        return await answer(request, 500, [refusal("desk.fault", ("", None, ""), type(fault).__name__, wanted, mend)])
