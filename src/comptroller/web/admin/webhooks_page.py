"""Administration of webhooks: subscribed and ended; each step is recorded in the ledger."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from comptroller.access import viewer_of
from comptroller.access.grants import ADMINISTER
from comptroller.model.refusal import Refused, refusal
from comptroller.web.admin import webhooks
from comptroller.web.runtime.outbound_http import split
from comptroller.web.runtime.secrets_at_rest import encrypt, is_named
from comptroller.web.shell.auth import Form, may, present
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
ADDRESSES = ("/admin/hooks",)
"""Addresses that the tests of access open as every role."""
Administering = Annotated[Visit, Depends(may(ADMINISTER))]


@router.get("/admin/hooks")
def hooks_page(visit: Administering) -> Response:
    """Return the page of subscriptions, with the number of waiting messages of each."""
    return _page(visit, "")


def _page(visit: Visit, once: str) -> Response:
    waiting: dict[str, int] = dict(visit.server.storage.rows("SELECT hook, count(*) FROM hook_message GROUP BY 1"))
    users = visit.rows("SELECT login, name FROM desk_user WHERE granted_by = ? ORDER BY login", [visit.server.owner])
    hooks = webhooks.webhooks_of(visit.server.storage)
    return render(visit, "admin/hooks.html", hooks=hooks, waiting=waiting, users=users, said_once=once)


@router.post("/admin/hooks")
def make_hook(visit: Administering, form: Form) -> Response:
    """Subscribe an address to the news within a user's reach; a secret that is made here is shown once."""
    server = visit.server
    login, url, named = (str(form.get(name) or "").strip()[:500] for name in ("login", "url", "secret"))
    split(url)
    present(viewer_of(server.duck, server.owner, login, server.local_now().date()), login)
    made = "" if is_named(named) else f"whsec_{base64.b64encode(server.chance().encode()).decode()}"
    stored = named if is_named(named) else encrypt(made.encode(), server.settings.passphrase, server.chance().encode())
    hook = webhooks.Webhook(f"H-{server.chance()[:12]}", login, url, stored)
    if not webhooks.subscribe(server.storage, hook):
        raise Refused([refusal("desk.hook.twice", ("", None, "url"), url[:200])])
    visit.note("hook", url, f"{hook.hook} {login}")
    return _page(visit, f"{hook.hook}: {made or named}")


@router.post("/admin/hooks/end")
def end_hook(visit: Administering, form: Form) -> Response:
    """End a subscription at once."""
    hook = str(form.get("hook") or "")
    if webhooks.end(visit.server.storage, hook):
        visit.note("hook_end", hook)
    return RedirectResponse("/admin/hooks", 303)
