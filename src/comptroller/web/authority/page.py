"""Authority checks: may this post approve this matter, and the matrix of an entity with gaps and overlaps."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from comptroller.access.grants import SEE
from comptroller.web.authority.checks import (
    AuthorityAnswer,
    bodies_of,
    check_authority,
    clauses_of,
    items_of_body,
    powers_of,
    question_of,
)
from comptroller.web.cases.view import today_of
from comptroller.web.shell.auth import Form, may
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.menu import MenuEntry
from comptroller.web.shell.rendering import render
from comptroller.web.shell.visit import Visit


def _is_shown(visit: Visit) -> bool:
    """Return whether the policy in force has a list of powers."""
    return bool(visit.pack.case_policy.authority)


router = APIRouter()
MENU = (MenuEntry(70, "/authority", "authority", SEE, _is_shown),)
ADDRESSES = ("/authority", "/authority?entity={entity}")
"""Addresses that the tests of access open as every role."""
MOST_FIRST = 40
Seeing = Annotated[Visit, Depends(may(SEE))]
_WORDS = ("entity", "post", "item", "amount_cny", "counterparty", "person", "matter", "on")
_LACKING = {"amount_cny": "amount", "share_pct": "share"}
"""Missing parts of a question, by the name in answers and the name in the console."""
Word = Annotated[str, Query(max_length=100)]


@router.get("/authority")
def authority(visit: Seeing, entity: Word = "", body: Word = "", item: Word = "") -> Response:
    """Return the page: the form of a question, and an entity's matrix, by item or by body."""
    return _page(visit, {"entity": entity.strip(), "post": body, "item": item}, None)


@router.post("/authority")
def asked(visit: Seeing, form: Form) -> Response:
    """Answer a question, and record the answer."""
    fields = {name: str(value).strip()[:200] for name, value in form.items() if str(value).strip()}
    return _page(visit, fields, check_authority(visit, question_of(visit, fields)))


def _page(visit: Visit, fields: dict[str, str], advice: AuthorityAnswer | None) -> Response:
    if not visit.pack.case_policy.authority:
        raise NotFound(visit.path)
    entity, on = fields.get("entity", ""), advice.asked.on if advice else today_of(visit)
    powers: dict[str, Any] = (
        powers_of(visit, entity, on) if entity else {"items": {}, "gaps": [], "overlaps": [], "below": {}}
    )
    item, body = fields.get("item", ""), fields.get("post", "")
    visible = powers["items"]
    if item and not advice:
        visible = {name: lines for name, lines in visible.items() if name == item}
    if body and not advice:
        visible = items_of_body(powers, body)
    return render(
        visit,
        "authority/authority.html",
        words=dict.fromkeys(_WORDS, "") | fields,
        advice=advice,
        powers=powers,
        shown=visible,
        bodies=bodies_of(powers),
        titles=titles_of(visit),
        bodies_said=body_titles(visit),
        clauses=lambda line: clauses_of(visit.pack, line),
        source_of=lambda cite: visit.pack.sources[cite.source],
        on=on,
        why=_why(visit, advice) if advice else "",
        first=[] if entity else first_entities(visit),
    )


def _why(visit: Visit, advice: AuthorityAnswer) -> str:
    """Return the reason of an answer in words, where no line shows it."""
    answer = advice.answer
    if answer.because in _LACKING or answer.because.startswith("no "):
        return visit.text(f"authority.why.{_LACKING.get(answer.because, 'no_line')}")
    return "" if answer.lines and "part" in answer.lines[0] else answer.because


def first_entities(visit: Visit) -> list[str]:
    """Return the highest entities, to choose from."""
    sql = f"SELECT e.entity FROM entity AS e JOIN level AS l ON l.entity = e.entity ORDER BY l.management, e.entity LIMIT {MOST_FIRST}"
    entities: list[str] = visit.kept("first_entities", ("entity",), lambda: [row["entity"] for row in visit.rows(sql)])
    return entities


def titles_of(visit: Visit) -> dict[str, str]:
    """Return the titles of items from the pack's lists, in the viewer's language."""
    titles: dict[str, str] = {}
    for listed in visit.pack.lists.values():
        for line in listed.lines:
            titles.setdefault(line.item, visit.in_language(line.title))
    return titles


def body_titles(visit: Visit) -> dict[str, str]:
    """Return the names of bodies, from the decisions' field."""
    kind = visit.pack.kinds.get("decision")
    return {name: visit.in_language(title) for name, title in kind.field("body").choices.items()} if kind else {}
