"""Letters of a case in the console: sent letters, a form for a new one, its draft, and its file."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from comptroller.access.grants import SEE
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.web.cases import approvals, letters, view
from comptroller.web.cases.letters import LetterDraft
from comptroller.web.cases.view import CaseView
from comptroller.web.ledger.proof_codes import in_groups
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.rendering import render
from comptroller.web.shell.translations import languages
from comptroller.web.shell.visit import Visit

router = APIRouter(prefix="/cases/{case_id}/letters")
Seeing = Annotated[Visit, Depends(may(SEE))]
_PDF = "application/pdf"
_MOST_READ = 1_000_000
"""Characters of a text that are read at all; the letter's own limit is far lower, and rejects with a code."""


@router.get("")
def of_case(visit: Seeing, case_id: str) -> Response:
    """Return the letters of a case, and the form of a new one for a viewer who may write."""
    return _page(visit, view.see(visit, case_id))


def _page(visit: Visit, case: CaseView, refusals: tuple[Refusal, ...] = ()) -> Response:
    raw = case.raw
    answer = render(
        visit,
        "cases/letters.html",
        case_id=raw["case_id"],
        entity=raw["entity"],
        rows=letters.letters_of(visit, case),
        waiting=letters.waiting_in(visit, case),
        line=letters.may_write(visit, case),
        for_two=[item for item in letters.kinds_of(visit) if letters.is_for_two(visit, item)],
        kinds=[(item, visit.in_language(visit.pack.letters[item].title)) for item in letters.kinds_of(visit)],
        addressees=[item for item in dict.fromkeys((raw["entity"], raw["office"])) if item],
        in_groups=in_groups,
        refusals=refusals,
        today=visit.server.local_now().date(),
    )
    answer.status_code = 422 if refusals else 200
    return answer


def _draft_of_form(form: Form) -> LetterDraft:
    def of(name: str, most: int = 200) -> str:
        return str(form.get(name) or "").strip()[:most]

    language = of("language")
    try:
        day = of("due_on") and dt.date.fromisoformat(of("due_on")).isoformat()
    except ValueError as error:
        raise Refused([refusal("desk.day", ("", None, "due_on"), of("due_on"))]) from error
    return LetterDraft(
        of("kind"),
        language if language in languages() else languages()[0],
        of("addressee"),
        day,
        of("text", _MOST_READ),
    )


@router.post("/draft")
def draft(visit: Seeing, case_id: str, form: Form) -> Response:
    """Return the draft of a letter; nothing is stored."""
    case = view.see(visit, case_id)
    if not letters.may_write(visit, case):
        raise PermissionDenied(letters.KIND)
    file = letters.set_letter(visit, case, _draft_of_form(form), number="—")
    return Response(file, media_type=_PDF, headers={"content-disposition": 'attachment; filename="draft.pdf"'})


@router.post("")
def send(visit: Seeing, case_id: str, form: Form) -> Response:
    """Send a letter: its file is stored, and the ledger records it. Where the policy requires two officers it waits."""
    case = view.see(visit, case_id)
    done = letters.send(visit, case, _draft_of_form(form))
    if done.refusals:
        return _page(visit, case, done.refusals)
    return RedirectResponse(f"/cases/{case.raw['case_id']}/letters", 303)


@router.get("/waiting/{number}.pdf")
def waiting_file(visit: Seeing, case_id: str, number: int) -> Response:
    """Return a waiting letter as a draft: its content if it were sent now."""
    case = view.see(visit, case_id)
    waits = approvals.waits_here(visit, case, number)
    if waits["kind"] != letters.KIND:
        raise NotFound(number)
    file = letters.set_letter(
        visit, case, letters.draft_of(waits), number=waits["fact"]["letter"], hands=letters.hands_of(waits)
    )
    return Response(file, media_type=_PDF, headers={"content-disposition": 'attachment; filename="draft.pdf"'})


@router.get("/{letter}.pdf")
def file(visit: Seeing, case_id: str, letter: str) -> Response:
    """Return a letter's file."""
    content = letters.file_of(visit, view.see(visit, case_id), letter)
    headers = {"content-disposition": f'attachment; filename="letter-{letter}.pdf"'}
    return Response(content, media_type=_PDF, headers=headers)
