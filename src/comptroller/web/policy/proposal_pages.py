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


def line_of(fields: dict[str, str]) -> str:
    """Return one line of a parameter or a list as YAML, from the fields of a form; '' is left out.

    >>> line_of({"from": "2027-01-01", "value": "5", "source": "order_16", "article": "05"})
    '  - {from: 2027-01-01, value: 5, cites: {source: order_16, article: "05"}, verified: false}'
    """
    parts = [f"{name}: {_scalar(name, value)}" for name, value in fields.items() if value and name not in _ASIDE]
    titles = [f"{code}: {json.dumps(fields[code], ensure_ascii=False)}" for code in ("zh", "en") if fields.get(code)]
    if titles:
        parts.append(f"title: {{{', '.join(titles)}}}")
    if fields.get("source"):
        article = f", article: {json.dumps(fields['article'], ensure_ascii=False)}" if fields.get("article") else ""
        parts.append(f"cites: {{source: {_scalar('source', fields['source'])}{article}}}")
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
    last = max((at for at, row in enumerate(lines) if row.startswith("  - ")), default=len(lines) - 1)
    return "\n".join([*lines[: last + 1], line, *lines[last + 1 :]]) + "\n"


@router.get("/policy/propose")
def form(request: Request, visit: Proposing, path: Annotated[str, Query(max_length=300)]) -> Response:
    """Return the form that changes a file's text; parts of a line in the address are inserted already."""
    if path not in visit.pack.files or not path.endswith((".yml", ".sql")):
        raise NotFound(path)
    text = visit.pack.files[path].decode()
    fields = {name: value[:300].strip() for name, value in request.query_params.items() if name not in ("path", "lang")}
    if any(fields.values()):
        try:
            text = with_line(text, line_of(fields))
        except ValueError as error:
            raise NotFound(fields.get("from", "")) from error
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
    chosen_proposal = kept.proposal_of(visit.server, name)
    run = shadow.run_of(visit.server, name)
    results = {
        "replay": _visible_outcome(visit, chosen_proposal, chosen_proposal.outcome),
        "shadow": _visible_outcome(visit, chosen_proposal, run.outcome if run else {}),
    }
    visit.hidden_count = (
        max(one_told["hidden"] for one_told in results.values()) if chosen_proposal.outcome.get("counts") else None
    )
    source = "shadow" if of == "shadow" and results["shadow"]["sums"] else "replay"
    rows = results[source]["rows"]
    chosen = sort if sort in kept.SORTS else next((code for code in kept.SORTS if rows.get(code)), "appear")
    listed = [row for row in rows.get(chosen, []) if not rule or row["rule"] == rule]
    return render(
        visit,
        "policy/proposal.html",
        one=chosen_proposal,
        diff=kept.difference(
            visit.pack.files.get(chosen_proposal.path, b"").decode(), chosen_proposal.text, chosen_proposal.path
        )
        if chosen_proposal.is_live
        else "",
        is_stale=chosen_proposal.is_live and kept.is_stale(visit.pack, chosen_proposal),
        job=visit.server.jobs.open_about(chosen_proposal.proposal),
        failed=next(
            (j for j in visit.server.jobs.newest() if j.about == chosen_proposal.proposal and j.state == "failed"), None
        ),
        told=results,
        run=run,
        source=source,
        sums=results["replay"]["sums"],
        chosen=chosen,
        rule=rule,
        rows=listed[:_SHOWN],
        more=max(0, len(listed) - _SHOWN),
        may_adopt=kept.may_change(visit, ADOPT) and visit.login != chosen_proposal.login,
        may_run=shadow.may_run(visit),
        is_author=visit.login == chosen_proposal.login,
        may_replay=visit.may(PROPOSE) or visit.may(ADOPT),
        subject=lambda row: " · ".join(str(part) for part in _subject(row)),
    )


def _visible_outcome(visit: Visit, proposal: kept.Proposal, outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a replay, as far as the viewer sees it.

    Full counts are shown to a viewer who sees everything.
    """
    counts: dict[str, dict[str, int]] = outcome.get("counts", {})
    since: dict[str, dict[str, int]] = outcome.get("since", {})
    rows: dict[str, list[dict[str, Any]]] = {}
    hidden = 0
    if counts:
        packs = [visit.pack]
        if proposal.is_live:
            with suppress(Refused):
                packs.append(kept.candidate_of(visit.pack, proposal))
        for code in kept.SORTS:
            listed = outcome["rows"].get(code, [])
            rows[code] = kept.visible_rows(visit, packs, listed)
            hidden += len(listed) - len(rows[code])
    if hidden:
        counts = {code: _count(findings) for code, findings in rows.items()}
        if since:
            new = {
                code: [row for row in findings if row["known"] > outcome["began"]] for code, findings in rows.items()
            }
            since = {code: _count(findings) for code, findings in new.items()}
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
    subject: list[Any] = json.loads(row["subject"]) if isinstance(row["subject"], str) else row["subject"]
    return subject


def _count(rows: list[dict[str, Any]]) -> dict[str, int]:
    rules = [row["rule"] for row in rows]
    return {name: rules.count(name) for name in sorted(set(rules))}


@router.post("/policy/proposals/{name}/{act}")
def act(visit: Seeing, name: str, act: str, form: Form) -> Response:  # noqa: ARG001 - the form holds the session's key
    """Replay a proposal, run it beside the adopted policy, adopt or withdraw it."""
    proposal = kept.proposal_of(visit.server, name)
    if act == "replay" and (visit.may(PROPOSE) or visit.may(ADOPT)):
        kept.replay(visit, proposal)
    elif act == "adopt":
        kept.adopt(visit, proposal)
    elif act == "withdraw":
        kept.withdraw(visit, proposal)
        visit.server.periodic.turn(name)
    elif act == "shadow":
        shadow.begin(visit, proposal)
    elif act == "shadow-end":
        shadow.end(visit, proposal)
    else:
        raise PermissionDenied(act)
    return RedirectResponse(f"/policy/proposals/{name}", 303)
