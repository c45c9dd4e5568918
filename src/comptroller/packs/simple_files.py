"""Files without checks beyond their schema: sources, lists and calendars."""

from typing import Any

from comptroller.model.cite import Cite
from comptroller.model.policy import Calendar, ListLine, PolicyList, Source
from comptroller.model.text import Text
from comptroller.packs import schema
from comptroller.packs.schema_types import Both


def text_of(both: Both) -> Text:
    """Return the text of a form's sentences by language."""
    return Text(both)


def stem(full: str) -> str:
    """Return the last part of a full name."""
    return full.rsplit("/", 1)[-1]


def cites_of(cites: Any) -> tuple[Cite, ...]:
    """Return the citations of a form that has one or many."""
    many = cites if isinstance(cites, list) else [cites]
    return tuple(Cite(cite.source, cite.article) for cite in many)


def source_of(full: str, form: schema.SourceForm) -> Source:
    """Return the source of a file."""
    period = form.in_force
    return Source(
        name=full,
        title=text_of(form.title),
        number=form.number,
        issued_by=text_of(form.issued_by),
        issued_on=form.issued_on,
        valid_from=period.since if period else None,
        valid_until=period.until if period else None,
        note=text_of(form.note),
    )


def list_of(full: str, form: schema.ListForm) -> PolicyList:
    """Return the list of a file."""
    lines = tuple(
        ListLine(
            item=line.item,
            title=text_of(line.title),
            limit_cny=line.limit,
            share_pct=line.share_pct,
            body=line.body or "",
            position=line.position,
            legal_review=line.legal_review,
            valid_from=line.since,
            valid_until=line.until,
            verified=line.verified,
            cites=cites_of(line.cites),
        )
        for line in form.lines
    )
    return PolicyList(full, text_of(form.title), form.tightens, lines)


def calendar_of(path: str, form: schema.CalendarForm) -> Calendar:
    """Return the calendar year of a file."""
    days = (tuple(sorted(form.holidays)), tuple(sorted(form.workdays)))
    return Calendar(path, form.region, form.year, days[0], days[1], cites_of(form.cites))
