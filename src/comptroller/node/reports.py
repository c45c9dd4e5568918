"""Reports at a node: what intake and the officers' grants accept of a batch, and how the ledger holds a report."""

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256

from comptroller.access.officers import Officers
from comptroller.books import Books
from comptroller.intake import Checked, check
from comptroller.ledger.entry import Accepted
from comptroller.model.channel import REPORTER
from comptroller.model.policy import Pack
from comptroller.model.report import Report
from comptroller.store.duck import DuckDb


def check_reports(scratch: DuckDb, pack: Pack, books: Books, reports: Sequence[Report], on: dt.date) -> Checked:
    """Return the accepted reports of a batch, without acts that the console's users have no grant for on that day."""
    checked = check(scratch, pack.told, reports, known=books, on=on)
    officers = Officers(books.duck, books.owner, books.parent)
    return checked.but(officers.refuse(checked.facts.tables, [reports[at] for at in checked.accepted], on), reports)


def to_keep(report: Report) -> Accepted:
    """Return an accepted report as the ledger holds it, its mapping named by its hash."""
    return Accepted(
        payload=report.payload,
        media=report.media,
        reporter=report.reporter,
        name=report.name,
        kind=report.kind,
        attachments=(sha256(report.mapping.encode()).hexdigest(),) if report.mapping else (),
        note=_note(report),
    )


def _note(report: Report) -> dict[str, str]:
    """Return how a report came in: its channel, the user who sent it for a reporter, and its signature.

    The officer of an act is in the act itself, as `by`: a payload can be erased by law, and an entry's header is visible
    to every user who may see that there is an entry.
    """
    note = {"channel": report.channel, "signature": report.signature}
    note["login"] = report.login if report.channel == REPORTER else ""
    return {word: text for word, text in note.items() if text}
