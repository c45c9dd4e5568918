"""The server of a desk: pages, API and static files on one app, behind the guard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

import comptroller
from comptroller.desk import health, proposals, shadowing
from comptroller.desk.api import CALLS
from comptroller.desk.api.document import document_of
from comptroller.desk.api.forms import ERRORS
from comptroller.desk.draw import draw_refusals
from comptroller.desk.errors import put_errors
from comptroller.desk.guard import Guard
from comptroller.desk.hooks import Hooks
from comptroller.desk.pages import PAGES
from comptroller.desk.public import pages as public_pages, tips as public_tips
from comptroller.desk.public.gate import Gate
from comptroller.desk.secret_renewal import renew_secrets
from comptroller.desk.state import Desk

_STATIC = Path(__file__).parent / "static"


class Files(StaticFiles):
    """Styles, scripts and pictures: a browser keeps them, and asks each time whether they are still the same.

    They hold nothing of anybody's, so that they may be compressed; pages hold keys of forms, and are not.
    """

    def file_response(self, *said: Any, **more: Any) -> Response:
        """Give a file, or word that it is the same."""
        answer = super().file_response(*said, **more)
        answer.headers["cache-control"] = "no-cache"
        return answer


def make_app(desk: Desk) -> Any:
    """Give the ASGI app of a desk that was started."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        desk.hub.attach(asyncio.get_running_loop())
        await asyncio.to_thread(renew_secrets, desk)
        hooks = Hooks(desk)
        hooks.start()
        proposals.resume(desk)
        shadowing.resume(desk)
        await asyncio.to_thread(desk.questions.start)
        yield
        desk.hub.close()
        await asyncio.to_thread(hooks.stop)

    app = FastAPI(
        title="Comptroller",
        version=comptroller.__version__,
        lifespan=life,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    put_errors(app, draw_refusals)
    for calls in CALLS:
        app.include_router(calls.router, prefix="/api/v1", responses=ERRORS)
    app.state.gate = Gate(desk.chance(), desk.settings.most_public_a_minute, desk.settings.proof_bits)
    app.state.budgets = public_pages.budgets_of(desk)
    for page in (*PAGES, public_pages, public_tips):
        app.include_router(page.router, include_in_schema=False)
    app.include_router(health.router)
    app.openapi = partial(document_of, app)  # type: ignore[method-assign]  # how FastAPI lets its document be made
    app.mount("/static", GZipMiddleware(Files(directory=_STATIC)), name="static")
    return Guard(app, desk.settings, draw_refusals)
