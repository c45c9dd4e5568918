"""Administration: users, grants with their terms, tokens, sessions, the writer's state; and what everybody did."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response

from comptroller.access.accounts import LEAST_PASSWORD, Token
from comptroller.access.grants import ADMINISTER, REPORT, ROLES, WATCH, grants_of
from comptroller.desk.doors import Form, may
from comptroller.desk.draw import draw
from comptroller.desk.texts import texts
from comptroller.desk.visit import Visit
from comptroller.model.channel import CONSOLE
from comptroller.model.refusal import Refused, refusal

router = APIRouter()
TOKEN_ACTS = tuple(dict.fromkeys(act for acts in ROLES.values() for act in sorted(acts) if act != ADMINISTER))
"""What a token's scope may hold; what its user's grants give narrows it."""
Administering = Annotated[Visit, Depends(may(ADMINISTER))]
Watching = Annotated[Visit, Depends(may(WATCH))]
PAGE = 100
LONGEST_TOKEN_DAYS = 366


@router.get("/admin")
def admin(visit: Administering) -> Response:
    """Give users, grants, tokens and who is signed in."""
    desk = visit.desk
    return _page(visit, said="", waiting=desk.writer.depth)


def _page(visit: Visit, said: str, waiting: int = 0) -> Response:
    desk = visit.desk
    today = desk.local_now().date()
    users = visit.rows(
        "SELECT login, name, employer, valid_from, valid_until FROM desk_user WHERE granted_by = ? ORDER BY login",
        [desk.owner],
    )
    kind = visit.pack.kinds["access_grant"]
    return draw(
        visit,
        "admin.html",
        users=users,
        grants=grants_of(desk.duck, desk.owner),
        today=today,
        roles=kind.field("role").choices,
        tokens=desk.accounts.tokens(),
        sessions=desk.accounts.sessions(),
        factors=desk.accounts.factors.logins(),
        listening=desk.hub.count,
        waiting=waiting,
        said_once=said,
        token_acts=TOKEN_ACTS,
        least=LEAST_PASSWORD,
    )


def _need(form: Form, *names: str) -> dict[str, str]:
    """Give fields of a form; refuses (Refused) the first that is empty."""
    said = {name: str(form.get(name) or "").strip()[:500] for name in names}
    for name, value in said.items():
        if not value:
            wanted = ("填写该字段", "something in this field")
            raise Refused(
                [refusal("desk.form", ("", None, name), "-", wanted, ("补填后重试", "Fill it in and try again."))]
            )
    return said


@router.post("/admin/users")
def make_user(visit: Administering, form: Form) -> Response:
    """Let somebody in, with a password that is told once."""
    said = _need(form, "login", "name")
    fact: dict[str, Any] = {
        **said,
        "granted_by": visit.desk.owner,
        "valid_from": visit.desk.local_now().date().isoformat(),
    }
    fact["employer"] = str(form.get("employer") or "").strip() or None
    visit.desk.said(visit.desk.say("desk_user", [fact], CONSOLE, visit.login))
    password = visit.desk.chance()[:20]
    visit.desk.accounts.set_password(said["login"], password)
    visit.note("user", said["login"], said["name"])
    return _page(visit, said=f"{said['login']}: {password}")


@router.post("/admin/password")
def reset_password(visit: Administering, form: Form) -> Response:
    """Give a user a new password, told once; all sessions of the user end."""
    login = _need(form, "login")["login"]
    password = visit.desk.chance()[:20]
    visit.desk.accounts.set_password(login, password)
    visit.note("password", login)
    return _page(visit, said=f"{login}: {password}")


@router.post("/admin/factor/end")
def end_factor(visit: Administering, form: Form) -> Response:
    """Take somebody else's second factor away, whose device is lost; all sessions of the user end."""
    login = _need(form, "login")["login"]
    if login != visit.login and visit.desk.accounts.factors.end(login):
        visit.desk.accounts.close_sessions(login)
        visit.note("factor_end", login)
    return RedirectResponse("/admin", 303)


@router.post("/admin/grants")
def make_grant(visit: Administering, form: Form) -> Response:
    """Grant a role over an entity and all below it, with a reason and a term; nobody grants to himself."""
    said = _need(form, "login", "role", "entity", "reason", "valid_from")
    if said["login"] == visit.login:
        wanted = ("授予他人", "somebody else")
        raise Refused(
            [
                refusal(
                    "desk.grant.self",
                    ("", None, "login"),
                    said["login"],
                    wanted,
                    ("由另一名管理员授予", "Let another administrator grant it."),
                )
            ]
        )
    more = {name: str(form.get(name) or "").strip() or None for name in ("domain", "supervision_line", "valid_until")}
    fact = {**said, **more, "granted_by": visit.desk.owner, "grant": f"G-{visit.desk.chance()[:12]}"}
    visit.desk.said(visit.desk.say("access_grant", [fact], CONSOLE, visit.login))
    visit.note("grant", said["login"], f"{said['role']} {said['entity']}: {said['reason']}")
    return RedirectResponse("/admin", 303)


@router.post("/admin/grants/end")
def end_grant(visit: Administering, form: Form) -> Response:
    """Retract a grant: it ends at once, and that it was stands in the ledger."""
    grant = _need(form, "grant")["grant"]
    facts = [{"act": "retract", "granted_by": visit.desk.owner, "grant": g.grant, "login": g.login, "role": g.role, "entity": g.entity,
              "reason": g.reason, "valid_from": g.valid_from.isoformat()} for g in grants_of(visit.desk.duck, visit.desk.owner) if g.grant == grant]  # fmt: skip
    if facts:
        visit.desk.said(visit.desk.say("access_grant", facts, CONSOLE, visit.login))
        visit.note("grant_end", grant)
    return RedirectResponse("/admin", 303)


@router.post("/admin/tokens")
def make_token(visit: Administering, form: Form) -> Response:
    """Make a token for a program that acts for a user; its secret is told once."""
    said = _need(form, "login", "name", "scope")
    asked = frozenset(word for one in form.getlist("scope") for word in str(one).split())
    acts = asked & frozenset(TOKEN_ACTS)
    days = min(
        LONGEST_TOKEN_DAYS, int(str(form.get("days") or "90")) if str(form.get("days") or "90").isdigit() else 90
    )
    secret = visit.desk.chance()
    at = visit.desk.clock()
    visit.desk.accounts.make_token(
        Token(said["name"], said["login"], acts or frozenset({REPORT}), at + dt.timedelta(days=days)), secret, at
    )
    visit.note("token", said["login"], said["name"])
    return _page(visit, said=f"{said['name']}: {secret}")


@router.post("/admin/tokens/end")
def end_token(visit: Administering, form: Form) -> Response:
    """End a token at once."""
    digest = _need(form, "digest")["digest"]
    if visit.desk.accounts.end_token(digest):
        visit.note("token_end", digest[:12])
    return RedirectResponse("/admin", 303)


@router.post("/admin/sessions/end")
def end_sessions(visit: Administering, form: Form) -> Response:
    """End all sessions of a user."""
    login = _need(form, "login")["login"]
    visit.desk.accounts.close_sessions(login)
    visit.note("sessions_end", login)
    return RedirectResponse("/admin", 303)


@router.get("/acts")
def acts(
    visit: Watching, login: Annotated[str, Query(max_length=100)] = "", before: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Give what users did, the newest first: who watches the watchers."""
    wheres, values = ["granted_by = ?"], [visit.desk.owner]
    if login:
        wheres.append("login = ?")
        values.append(login)
    if before:
        wheres.append(f"fact < {int(before)}")
    rows = visit.rows(
        f"SELECT login, did, about, detail, done_at, fact FROM desk_act WHERE {' AND '.join(wheres)} ORDER BY fact DESC LIMIT {PAGE}",
        values,
    )
    known = {code.removeprefix("did.") for code in texts(visit.language) if code.startswith("did.")}
    return draw(visit, "acts.html", rows=rows, login=login, most=PAGE, known=known)
