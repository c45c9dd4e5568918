"""Rendering of templates: only here do pages become text, everything escaped."""

import datetime as dt
import logging
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from comptroller.access.grants import EXPORT, REPORT, ROLES
from comptroller.model.refusal import Refusal
from comptroller.web.shell import formatting, labels
from comptroller.web.shell.auth import address_of, desk_of, language_of, visitor
from comptroller.web.shell.charts import spark
from comptroller.web.shell.errors import SecondFactorRequired, Unauthenticated
from comptroller.web.shell.translations import translate
from comptroller.web.shell.visit import Visit

_log = logging.getLogger(__name__)
_HERE = Path(__file__).parents[1]
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
ACTS = frozenset(act for acts in ROLES.values() for act in acts)
VENDOR = _HERE / "static" / "vendor"
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(
    number=formatting.number,
    percent=formatting.percent,
    day=formatting.day,
    heat=formatting.heat,
    spark=spark,
    NOTHING=formatting.NOTHING,
    EXPORT=EXPORT,
    REPORT=REPORT,
)
TOLD = (403, 404, 408, 413, 422, 429, 500)
"""Statuses of refusals that have a heading of their own."""
_ALWAYS_BARE = (429,)
"""No user is looked up for a client that sends too many requests."""


def render(visit: Visit, template: str, **values: Any) -> HTMLResponse:
    """Return a page within its layout."""
    language = visit.language
    common = {
        "visit": visit,
        "language": language,
        "t": visit.text,
        "in_language": visit.in_language,
        "now": visit.now,
        "amount": lambda value: formatting.amount(value, language),
        "worded": lambda code: labels.worded(visit, code),
        "subject_said": lambda entity, subject: labels.subject_said(visit, entity, subject),
        "lacking": lambda rule, name: labels.lacking(visit, rule, name),
        "column": lambda value: formatting.column(value, language),
        "day": lambda value: formatting.day(local(value, visit.server.zone)),
        "unit": formatting.TABLE_UNIT[language][1],
        "age": lambda since: formatting.age(since, visit.now, language),
        "places": [(e.path, e.code) for e in visit.server.menu if visit.may(e.act) and e.is_shown(visit)],
        "vendor": _vendored(),
        "hidden": visit.hidden_count,
    }
    return HTMLResponse(_environment.get_template(template).render(**common, **values))


def local(value: Any, zone: dt.tzinfo) -> Any:
    """Return an instant in the owner's local time; a time without offset is local already, and a day stays a day.

    >>> local("2026-01-05T01:30:00+00:00", dt.timezone(dt.timedelta(hours=8))).hour, local("2026-01-05", dt.UTC)
    (9, '2026-01-05')
    """
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        value = dt.datetime.fromisoformat(value)
    return value.astimezone(zone) if isinstance(value, dt.datetime) and value.tzinfo else value


def render_bare(request: Request, template: str, code: int = 200, **values: Any) -> HTMLResponse:
    """Return a page for a visitor who is not signed in."""
    language = language_of(request)
    texts = partial(translate, language)
    page = _environment.get_template(template).render(t=texts, language=language, path=request.url.path, **values)
    return HTMLResponse(page, code)


def render_sign_in(
    request: Request, code: int = 200, *, wrong: str = "", back: str = "/", subject: str = ""
) -> HTMLResponse:
    """Return the sign-in page; `wrong` is the reason of a failed attempt, `subject` the name that the provider sent."""
    named = desk_of(request).settings.provider
    return render_bare(
        request,
        "identity/sign_in.html",
        code,
        wrong=wrong,
        back=back,
        subject=subject,
        provider=named,
        has_passwords=desk_of(request).settings.has_passwords,
    )


def render_refusals(request: Request, status: int, refusals: Sequence[Refusal]) -> Response:
    """Return refusals as a page: with the menu for a signed-in user, bare for others and after a server error."""
    if status == 401:
        return render_sign_in(request, 401, back=address_of(request) if request.method == "GET" else "/")
    back = address_of(request) if request.method == "POST" else ""
    visit = {"refusals": refusals, "status": status, "acts": ACTS, "told": TOLD, "back": back}
    if status not in _ALWAYS_BARE and not request.url.path.startswith("/public"):
        try:
            page = render(visitor(request), "shell/refused.html", **visit)
        except (Unauthenticated, SecondFactorRequired):
            _log.debug("an error page without a user")
        except Exception:  # noqa: BLE001 - a page about an error must not fail itself
            _log.exception("the error page cannot be rendered with the menu")
        else:
            page.status_code = status
            return page
    return render_bare(request, "shell/refused.html", status, visit=None, **visit)


def _vendored() -> frozenset[str]:
    """Return the names of the third-party scripts that are installed; pages work without them."""
    return frozenset(p.name for p in VENDOR.glob("*.js"))
