"""Changing policy: a text is proposed in a form, replayed on history, reviewed finding by finding, and adopted
by another user.
"""

import datetime as dt
import json
import re
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import ADOPT, PROPOSE, SEE
from comptroller.model.refusal import Refusal, Refused
from comptroller.web.policy import proposals as kept, shadow
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit

router = APIRouter()
ADDRESSES = ("/policy/propose?path=base/params/duplicate_days.yml",)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Proposing = Annotated[Visit, Depends(may(PROPOSE))]
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_SHOWN = 200


def line_of(said: dict[str, str]) -> str:
    """Return one line of a parameter or a list as YAML, from the fields of a form; '' is left out.

    >>> line_of({"from": "2027-01-01", "value": "5", "source": "order_16", "article": "05"})
    '  - {from: 2027-01-01, value: 5, cites: {source: order_16, article: "05"}, verified: false}'
    """
    parts = [f"{name}: {_scalar(name, value)}" for name, value in said.items() if value and name not in _ASIDE]
    titles = [f"{code}: {json.dumps(said[code], ensure_ascii=False)}" for code in ("zh", "en") if said.get(code)]
    if titles:
        parts.append(f"title: {{{', '.join(titles)}}}")
    if said.get("source"):
        article = f", article: {json.dumps(said['article'], ensure_ascii=False)}" if said.get("article") else ""
        parts.append(f"cites: {{source: {_scalar('source', said['source'])}{article}}}")
    return f"  - {{{', '.join(parts)}, verified: false}}"


_ASIDE = ("zh", "en", "source", "article")


def _scalar(name: str, value: str) -> str:
    if name in ("from", "until"):
        return dt.date.fromisoformat(value).isoformat()
    if name in ("value", "limit", "share_pct") and _NUMBER.fullmatch(value):
        return value
    return (
        value
        if _BARE.fullmatch(value) and value not in ("true", "false", "null")
        else json.dumps(value, ensure_ascii=False)
    )


def with_line(text: str, line: str) -> str:
    r"""Return a file's text with one line added after its last.

    >>> with_line("lines:\n  - {a: 1}\n", "  - {a: 2}")
    'lines:\n  - {a: 1}\n  - {a: 2}\n'
    """
    lines = text.splitlines()
    last = max((at for at, one in enumerate(lines) if one.startswith("  - ")), default=len(lines) - 1)
    return "\n".join([*lines[: last + 1], line, *lines[last + 1 :]]) + "\n"


@router.get("/policy/propose")
def form(request: Request, visit: Proposing, path: Annotated[str, Query(max_length=300)]) -> Response:
    """Return the form that changes a file's text; parts of a line in the address are inserted already."""
    if path not in visit.pack.files or not path.endswith((".yml", ".sql")):
        raise NotFound(path)
    text = visit.pack.files[path].decode()
    said = {name: value[:300].strip() for name, value in request.query_params.items() if name not in ("path", "lang")}
    if any(said.values()):
        try:
            text = with_line(text, line_of(said))
        except ValueError as error:
            raise NotFound(said.get("from", "")) from error
    return _form(visit, path, text, "", [])


def _form(visit: Visit, path: str, text: str, why: str, refusals: list[Refusal]) -> Response:
    if not kept.may_change(visit, PROPOSE):
        raise PermissionDenied(PROPOSE)
    before = visit.pack.files[path].decode()
    diff = kept.difference(before, text, path)
    return render(visit, "policy/propose.html", path=path, text=text, why=why, refusals=refusals, diff=diff)


@router.post("/policy/propose")
def propose(visit: Proposing, form: Form) -> Response:
    """Store a proposal, or return the form with its errors and the typed text."""
    path, text, why = (str(form.get(name) or "") for name in ("path", "text", "why"))
    try:
        name = kept.propose(visit, path, text, why)
    except Refused as fault:
        answer = _form(visit, path, text[: kept.MOST_TEXT], why, fault.refusals)
        answer.status_code = 422
        return answer
    return RedirectResponse(f"/policy/proposals/{name}", 303)


@router.get("/policy/proposals/{name}")
def proposal(
    visit: Seeing,
    name: str,
    sort: Annotated[str, Query(max_length=20)] = "",
    rule: Annotated[str, Query(max_length=200)] = "",
    of: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Return a proposal: its change, its replay and shadow results within scope, and the viewer's options."""
    one = kept.proposal_of(visit.server, name)
    run = shadow.run_of(visit.server, name)
    told = {"replay": _told(visit, one, one.outcome), "shadow": _told(visit, one, run.outcome if run else {})}
    visit.hidden_count = max(one_told["hidden"] for one_told in told.values()) if one.outcome.get("counts") else None
    source = "shadow" if of == "shadow" and told["shadow"]["sums"] else "replay"
    rows = told[source]["rows"]
    chosen = sort if sort in kept.SORTS else next((code for code in kept.SORTS if rows.get(code)), "appear")
    shown = [row for row in rows.get(chosen, []) if not rule or row["rule"] == rule]
    return render(
        visit,
        "policy/proposal.html",
        one=one,
        diff=kept.difference(visit.pack.files.get(one.path, b"").decode(), one.text, one.path) if one.is_live else "",
        is_stale=one.is_live and kept.is_stale(visit.pack, one),
        job=visit.server.jobs.open_about(one.proposal),
        failed=next((j for j in visit.server.jobs.newest() if j.about == one.proposal and j.state == "failed"), None),
        told=told,
        run=run,
        source=source,
        sums=told["replay"]["sums"],
        chosen=chosen,
        rule=rule,
        rows=shown[:_SHOWN],
        more=max(0, len(shown) - _SHOWN),
        may_adopt=kept.may_change(visit, ADOPT) and visit.login != one.login,
        may_run=shadow.may_run(visit),
        is_author=visit.login == one.login,
        may_replay=visit.may(PROPOSE) or visit.may(ADOPT),
        subject=lambda row: " · ".join(str(part) for part in _subject(row)),
    )


def _told(visit: Visit, one: kept.Proposal, outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a replay, as far as the viewer sees it.

    Full counts are shown to a viewer who sees everything.
    """
    counts: dict[str, dict[str, int]] = outcome.get("counts", {})
    since: dict[str, dict[str, int]] = outcome.get("since", {})
    rows: dict[str, list[dict[str, Any]]] = {}
    hidden = 0
    if counts:
        packs = [visit.pack]
        if one.is_live:
            with suppress(Refused):
                packs.append(kept.changed(visit.pack, one))
        for code in kept.SORTS:
            whole = outcome["rows"].get(code, [])
            rows[code] = kept.seen(visit, packs, whole)
            hidden += len(whole) - len(rows[code])
    if hidden:
        counts = {code: _count(found) for code, found in rows.items()}
        if since:
            new = {code: [row for row in found if row["known"] > outcome["began"]] for code, found in rows.items()}
            since = {code: _count(found) for code, found in new.items()}
    return {
        "outcome": outcome,
        "counts": counts,
        "since": since,
        "rows": rows,
        "hidden": hidden,
        "rules": sorted({name for by in counts.values() for name in by}),
        "sums": {code: sum(by.values()) for code, by in counts.items()},
    }


def _subject(row: dict[str, Any]) -> list[Any]:
    found: list[Any] = json.loads(row["subject"]) if isinstance(row["subject"], str) else row["subject"]
    return found


def _count(rows: list[dict[str, Any]]) -> dict[str, int]:
    rules = [row["rule"] for row in rows]
    return {name: rules.count(name) for name in sorted(set(rules))}


@router.post("/policy/proposals/{name}/{act}")
def act(visit: Seeing, name: str, act: str, form: Form) -> Response:  # noqa: ARG001 - the form holds the session's key
    """Replay a proposal, run it beside the adopted policy, adopt or withdraw it."""
    one = kept.proposal_of(visit.server, name)
    if act == "replay" and (visit.may(PROPOSE) or visit.may(ADOPT)):
        kept.replay(visit, one)
    elif act == "adopt":
        kept.adopt(visit, one)
    elif act == "withdraw":
        kept.withdraw(visit, one)
        visit.server.periodic.turn(name)
    elif act == "shadow":
        shadow.begin(visit, one)
    elif act == "shadow-end":
        shadow.end(visit, one)
    else:
        raise PermissionDenied(act)
    return RedirectResponse(f"/policy/proposals/{name}", 303)
