"""Reporting: the plan; missing, late and rejected reports; templates, entry forms, upload, and the error sheet."""

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from comptroller.access.grants import REPORT, SEE
from comptroller.intake.echo import note_text
from comptroller.intake.files import media_of
from comptroller.intake.templates import template_csv, template_xlsx
from comptroller.model.channel import REPORTER
from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal
from comptroller.model.text import Text
from comptroller.web.overview.queries import DUES
from comptroller.web.reporting.entry_form import MORE_ROWS, parse_form, render_form, reporters
from comptroller.web.reporting.error_sheet import write_error_sheet
from comptroller.web.reporting.submit import Sent, SubmitResult, echo_of_entry, recorded_answer, send_report
from comptroller.web.runtime.idempotency import answer_once
from comptroller.web.shell.auth import Form, may, present
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.spreadsheets import XLSX
from comptroller.web.shell.visit import Visit

router = APIRouter()
MENU = (MenuEntry(110, "/reporting", "reporting", SEE),)
ADDRESSES = (
    "/reporting",
    "/reporting?show=all",
    "/reporting?show=late",
    "/reporting?show=missing",
    "/reporting/send",
    "/reporting/form/payment",
    "/reporting/templates/payment.csv",
    "/reporting/kept/{entry}",
)
"""Addresses that the tests of access open as every role."""
Seeing = Annotated[Visit, Depends(may(SEE))]
Reporting = Annotated[Visit, Depends(may(REPORT))]
SHOWS = ("late", "missing", "all")
_MOST = 300


def kinds_of(visit: Visit) -> dict[str, Kind]:
    """Return the kinds that enterprises report, according to their files."""
    return {name: kind for name, kind in visit.pack.kinds.items() if REPORTER in kind.reported_by}


@router.get("/reporting")
def reporting(visit: Seeing, show: Annotated[str, Query(pattern="late|missing|all")] = "missing") -> Response:
    """Return the plan page: due, missing and late reports."""
    rows = plan(visit, show)
    if "report_due" in visit.pack.kinds:
        visit.hidden_count = visit.count_hidden("report_due")
    return render(
        visit,
        "reporting/reporting.html",
        rows=rows,
        count=rows[0]["many"] if rows else 0,
        show=show,
        shows=SHOWS,
        refused=refused_of(visit)[:50],
        can_send=visit.may(REPORT),
        kind=visit.pack.kinds.get("report_due"),
    )


def plan(visit: Visit, show: str) -> list[dict[str, Any]]:
    """Return the reports due until the clock's day, the last first, with when each came and how late."""
    rows: list[dict[str, Any]] = visit.kept(("plan", show), DUES, lambda: _plan(visit, show))
    return rows


def _plan(visit: Visit, show: str) -> list[dict[str, Any]]:
    if not {"report_due", "statement"} <= set(visit.pack.kinds):
        return []
    where = {"missing": "came IS NULL", "late": "came IS NULL OR CAST(came AS DATE) > due_on", "all": "true"}[show]
    return visit.rows(
        "SELECT *, count(*) OVER () AS many FROM (SELECT d.entity, d.statement_kind, d.period_end, d.due_on, min(s.received_at) AS came, "
        "greatest(0, coalesce(CAST(min(s.received_at) AS DATE), any_value(c.today)) - d.due_on) AS days "
        "FROM report_due AS d JOIN clock AS c ON d.due_on < c.today LEFT JOIN statement AS s ON s.entity = d.entity "
        "AND s.kind = d.statement_kind AND s.period_end = d.period_end GROUP BY d.entity, d.statement_kind, d.period_end, d.due_on) "
        f"WHERE {where} ORDER BY due_on DESC, entity LIMIT {_MOST}"
    )


def refused_of(visit: Visit) -> list[dict[str, Any]]:
    """Return rejected reports from reporters within scope, the newest first, without their text."""
    rows = visit.server.storage.rows(
        "SELECT number, at, login, reporter, name, media, kind, refusals FROM refused ORDER BY number DESC LIMIT 500"
    )
    words = ("number", "at", "login", "reporter", "name", "media", "kind", "refusals")
    records = [dict(zip(words, row, strict=True)) for row in rows]
    for record in records:
        record["refusals"] = [_refusal(r) for r in json.loads(record["refusals"])]
    return [record for record in records if visit.sees_entity(record["reporter"])]


def _refusal(fields: dict[str, Any]) -> Refusal:
    return Refusal(**{**fields, "expected": Text(**fields["expected"]), "mend": Text(**fields["mend"])})


@router.get("/reporting/send")
def send_page(visit: Reporting) -> Response:
    """Return the upload page, with a template for each kind."""
    return render(
        visit,
        "reporting/send.html",
        kinds=kinds_of(visit),
        reporters=reporters(visit),
        answer=None,
        number_of_form=visit.server.chance()[:16],
    )


@router.post("/reporting/send")
async def send_file(visit: Reporting, form: Form) -> Response:
    """Accept a file; a rejected one opens its list of errors."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse("/reporting/send", 303)
    payload = await file.read()
    name = file.filename.replace("\\", "/").rsplit("/", 1)[-1][:150]
    sent = Sent(name, media_of(name, payload) or "", str(form.get("reporter") or ""), str(form.get("kind") or ""))
    return await run_in_threadpool(_send_and_answer, visit, payload, sent, str(form.get("number") or "")[:40])


def _send_and_answer(visit: Visit, payload: bytes, sent: Sent, number: str) -> Response:
    return _redirect(visit, _send_once(visit, payload, sent, number), sent.kind)


def _send_once(visit: Visit, payload: bytes, sent: Sent, number: str) -> SubmitResult:
    """Submit a report under the number of its form: a form sent several times reports once."""
    if not number:
        return send_report(visit, payload, sent)
    made: list[SubmitResult] = []

    def work() -> dict[str, Any]:
        made.append(send_report(visit, payload, sent))
        return {"entry": made[0].entry}

    digest = sha256(repr(sent).encode() + payload).hexdigest()
    answer = answer_once(
        visit.server, (visit.login, f"\x1fform {number}", digest), work,
        lambda size: recorded_answer(visit, payload, sent, size), is_final=lambda result: bool(result["entry"]),
    )  # fmt: skip
    return made[0] if made else SubmitResult(answer["entry"], (), None)


def _redirect(visit: Visit, answer: SubmitResult, kind: str) -> Response:
    if answer.entry is None:
        number = visit.server.storage.rows("SELECT max(number) FROM refused WHERE login = ?", [visit.login])[0][0]
        return RedirectResponse(f"/reporting/refused/{number}", 303)
    return RedirectResponse(f"/reporting/kept/{answer.entry}?kind={kind}", 303)


@router.get("/reporting/kept/{number}")
def kept(visit: Reporting, number: int, kind: str = "") -> Response:
    """Return the page that confirms a report: what was read of it, and a link to its receipt."""
    reporter = visit.server.ledger.entry(number).fields["reporter"] if 1 <= number <= visit.server.ledger.size else ""
    present(reporter if reporter in reporters(visit) else None, number)
    echo = echo_of_entry(visit, number)
    kinds = visit.pack.kinds
    return render(
        visit,
        "reporting/kept.html",
        number_of=number,
        kind=kind if kind in kinds_of(visit) else "",
        rows=[(kinds[name].title, act, count) for name, acts in echo.rows.items() for act, count in acts.items()],
        notes=[note_text(note) for note in echo.notes],
    )


@router.get("/reporting/templates/{kind}.{ending}")
def template(visit: Seeing, kind: str, ending: str) -> Response:
    """Return a blank sheet of a kind to fill in."""
    template_kind = present(kinds_of(visit).get(kind), kind)
    present(ending if ending in ("csv", "xlsx") else None, ending)
    body = template_xlsx(template_kind, visit.language) if ending == "xlsx" else template_csv(template_kind)
    media = XLSX if ending == "xlsx" else "text/csv; charset=utf-8"
    return Response(body, media_type=media, headers={"content-disposition": f'attachment; filename="{kind}.{ending}"'})


@router.get("/reporting/form/{kind}")
def form_page(visit: Reporting, kind: str) -> Response:
    """Return the form of a kind, made from its fields."""
    return render_form(visit, present(kinds_of(visit).get(kind), kind), {}, "")


@router.post("/reporting/form/{kind}")
def form_sent(visit: Reporting, kind: str, form: Form) -> Response:
    """Accept one fact typed into the form; a rejected form returns unchanged, each error beside its field."""
    form_kind: Kind = present(kinds_of(visit).get(kind), kind)
    fact, reporter = parse_form(form_kind, form), str(form.get("reporter") or "")
    if form.get("more"):
        return render_form(visit, form_kind, fact, reporter, rows=MORE_ROWS)
    payload = json.dumps({"kind": kind, "facts": [fact]}, ensure_ascii=False).encode()
    sent = Sent(f"{kind}-form.json", "json", reporter, "")
    answer = _send_once(visit, payload, sent, str(form.get("number") or "")[:40])
    if answer.entry is None:
        return render_form(visit, form_kind, fact, reporter, answer.refusals, status=422)
    return _redirect(visit, answer, kind)


def _one_refused(visit: Visit, number: int) -> dict[str, Any]:
    record: dict[str, Any] = present(next((row for row in refused_of(visit) if row["number"] == number), None), number)
    return record


def is_own(visit: Visit, record: dict[str, Any]) -> bool:
    """Return whether the viewer may correct a rejected report: they sent it, or may report for its reporter."""
    return bool(record["login"] == visit.login or record["reporter"] in reporters(visit))


@router.get("/reporting/refused/{number}.xlsx")
def refused_sheet(visit: Seeing, number: int) -> Response:
    """Return the rejected report as a sheet, the wrong cells highlighted, each with its fix."""
    record = _one_refused(visit, number)
    present(record if is_own(visit, record) else None, number)
    payload = visit.server.storage.rows("SELECT payload FROM refused WHERE number = ?", [number])[0][0]
    body = write_error_sheet(payload, record["media"], record["refusals"], visit.language, _kinds_of(visit, record))
    headers = {"content-disposition": f'attachment; filename="refused-{number}.xlsx"'}
    return Response(body, media_type=XLSX, headers=headers)


@router.get("/reporting/refused/{number}")
def refused(visit: Seeing, number: int) -> Response:
    """Return the refusals of a report: place, seen, expected, and how to fix it."""
    record = _one_refused(visit, number)
    kinds = _kinds_of(visit, record)
    return render(
        visit,
        "reporting/refusals.html",
        one=record,
        is_own=is_own(visit, record),
        titled=lambda name: _field_title(visit, kinds, name),
    )


def _kinds_of(visit: Visit, record: dict[str, Any]) -> list[Kind]:
    """Return the kinds that a rejected report may contain: its own where it was named."""
    own = kinds_of(visit).get(record["kind"])
    return [own] if own else list(kinds_of(visit).values())


def _field_title(visit: Visit, kinds: list[Kind], field: str) -> str:
    """Return the title of a field in a refusal, such as `payment.amount`; '' where it is no field's name."""
    table, _, name = field.rpartition(".")
    among = [kind for kind in kinds if kind.name == table] or kinds
    return next((visit.in_language(f.title) for kind in among for f in kind.fields if f.name == name), "")
