"""The console's ASGI app: pages, API and static files, behind the middleware."""

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
from comptroller.web.admin import access_explained, feeds_page, pages as admin_pages, webhooks_page
from comptroller.web.admin.secret_renewal import renew_secrets
from comptroller.web.admin.webhooks import Webhooks
from comptroller.web.api import events, health
from comptroller.web.api.openapi import document_of
from comptroller.web.api.schemas import ERRORS
from comptroller.web.authority import api as authority_api, page as authority_page
from comptroller.web.cases import api as cases_api, inbox_page, letters_page, pages as cases_pages
from comptroller.web.entities import pages as entities_pages
from comptroller.web.findings import api as findings_api, detail_page, list_page
from comptroller.web.identity import account, handover_pages, provider_pages, sign_in
from comptroller.web.ledger import api as ledger_api, pages as ledger_pages
from comptroller.web.overview import capital_page, pages as overview_pages, reform_page
from comptroller.web.policy import api as policy_api, pages as policy_pages, proposal_pages, proposals, shadow
from comptroller.web.public import pages as public_pages
from comptroller.web.public.rate_limit import RateLimit
from comptroller.web.query import api as query_api, page as query_page
from comptroller.web.reporting import api as reporting_api, pages as reporting_pages
from comptroller.web.runtime.server import Server
from comptroller.web.shell.errors import put_errors
from comptroller.web.shell.menu import menu_of
from comptroller.web.shell.middleware import Middleware
from comptroller.web.shell.rendering import render_refusals
from comptroller.web.timelines import pages as timelines_pages
from comptroller.web.tips import pages as tips_pages, public_pages as public_tips

_STATIC = Path(__file__).parent / "static"
PAGES = (
    *(sign_in, overview_pages, capital_page, list_page, detail_page, cases_pages, letters_page, inbox_page, tips_pages),
    *(authority_page, entities_pages, timelines_pages, account, reform_page, reporting_pages, proposal_pages),
    *(policy_pages, ledger_pages, query_page, admin_pages, feeds_page, provider_pages, webhooks_page),
    *(access_explained, handover_pages),
)
"""Modules with pages, each with its own `router`."""
CALLS = (reporting_api, findings_api, policy_api, ledger_api, query_api, authority_api, cases_api, events)
"""Modules with calls for programs, each with its own `router`."""


class Files(StaticFiles):
    """Styles, scripts and pictures: browsers cache them, and check each time whether they changed.

    They hold no personal data, so they may be compressed; pages hold form keys, and are not.
    """

    def file_response(self, *args: Any, **more: Any) -> Response:
        """Return a file, or the status that it is unchanged."""
        answer = super().file_response(*args, **more)
        answer.headers["cache-control"] = "no-cache"
        return answer


def make_app(server: Server) -> Any:
    """Return the ASGI app of a server that was started."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        server.broadcast.attach(asyncio.get_running_loop())
        await asyncio.to_thread(renew_secrets, server)
        hooks = Webhooks(server)
        hooks.start()
        proposals.resume(server)
        shadow.resume(server)
        await asyncio.to_thread(server.questions.start)
        yield
        server.broadcast.close()
        await asyncio.to_thread(hooks.stop)

    app = FastAPI(
        title="Comptroller",
        version=comptroller.__version__,
        lifespan=life,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.server = server
    server.menu = menu_of(PAGES)
    put_errors(app, render_refusals)
    for calls in CALLS:
        app.include_router(calls.router, prefix="/api/v1", responses=ERRORS)
    app.state.gate = RateLimit(server.chance(), server.settings.most_public_a_minute, server.settings.proof_bits)
    app.state.budgets = public_pages.budgets_of(server)
    for page in (*PAGES, public_pages, public_tips):
        app.include_router(page.router, include_in_schema=False)
    app.include_router(health.router)
    app.openapi = partial(document_of, app)  # type: ignore[method-assign]  # how FastAPI lets its document be made
    app.mount("/static", GZipMiddleware(Files(directory=_STATIC)), name="static")
    return Middleware(app, server.settings, render_refusals)
