"""Submitting a report: the right to send it, its result, and its receipt."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from comptroller.access.grants import REPORT
from comptroller.intake import Report, read_ahead, shape
from comptroller.intake.echo import Echo, echo_of
from comptroller.model.channel import REPORTER
from comptroller.model.finding import plain
from comptroller.model.refusal import Refusal
from comptroller.store.duck import DuckDb
from comptroller.web.runtime.writer import Outcome
from comptroller.web.shell.errors import NotFound
from comptroller.web.shell.visit import Visit

MOST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Sent:
    """How a report is sent: its name, its medium, who reports ('' for the sender's own entity), its kind, a signature."""

    name: str
    media: str
    reporter: str
    kind: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The result of a submitted report."""

    entry: int | None
    refusals: tuple[Refusal, ...]
    outcome: Outcome | None

    def as_json(self, visit: Visit) -> dict[str, Any]:
        """Return the answer as plain values: the entry with its receipt, or the refusals."""
        if self.entry is None:
            return {"refused": [refusal.as_json() for refusal in self.refusals]}
        receipt = json.loads(visit.server.ledger.receipt(self.entry).to_json())
        read = self.outcome.echo.as_json() if self.outcome and self.outcome.echo else None
        return {"entry": self.entry, "receipt": receipt} | ({"read": read} if read else {})


def send_report(visit: Visit, payload: bytes, sent: Sent) -> SubmitResult:
    """Submit a report for a reporter, and wait for the result; a rejected report is stored for its sender.

    Intake decides what a reporter may report, on the tables of the report.

    Raises:
        NotFound: the user's grants do not include the entity.
    """
    reporter = _reporter(visit, sent)
    above = {visit.server.owner} | {row["ancestor"] for row in _chain(visit, reporter)}
    if not reporter or not above & set(visit.reach.roots(REPORT)):
        raise NotFound(reporter)
    report = Report(
        payload, sent.media, sent.name, reporter, sent.kind, "", sent.signature, channel=REPORTER, login=visit.login
    )
    outcome = visit.server.writer.take(read_ahead(report)).result(MOST_SECONDS)
    if outcome.entry is None:
        store_refused(visit, payload, reporter, sent, outcome.refusals)
    return SubmitResult(outcome.entry, outcome.refusals, outcome)


def _chain(visit: Visit, entity: str) -> list[dict[str, Any]]:
    return visit.duck.records("SELECT ancestor FROM main.ancestor WHERE entity = ?", [entity])


def recorded_answer(visit: Visit, payload: bytes, sent: Sent, size: int) -> dict[str, Any] | None:
    """Return the answer to a report that is in the ledger after an entry; None where no entry contains it."""
    reporter, digest = _reporter(visit, sent), sha256(payload).hexdigest()
    for head in visit.server.heads.between(size + 1, visit.server.ledger.size):
        fields = head.fields
        if (fields["payload_sha256"], fields["reporter"], fields["name"]) == (digest, reporter, sent.name):
            answer: dict[str, Any] = plain(SubmitResult(head.number, (), None).as_json(visit))
            return answer
    return None


def _reporter(visit: Visit, sent: Sent) -> str:
    return sent.reporter or visit.reach.viewer.employer or (visit.reach.roots(REPORT) or [""])[0]


def store_refused(visit: Visit, payload: bytes, reporter: str, sent: Sent, refusals: tuple[Refusal, ...]) -> int:
    """Store a rejected report beside its refusals, so that it can be corrected; return its number."""
    why = json.dumps([refusal.as_json() for refusal in refusals], ensure_ascii=False)
    at = visit.server.local_now().isoformat(timespec="seconds")
    rows = visit.server.storage.rows(
        "INSERT INTO refused (at, login, reporter, name, media, kind, refusals, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
        [at, visit.login, reporter, sent.name, sent.media, sent.kind, why, payload],
    )
    return int(rows[0][0])


def echo_of_entry(visit: Visit, number: int) -> Echo:
    """Return what was read of a recorded report, read again from its payload, apart from the books."""
    entry = visit.server.ledger.entry(number)
    head = entry.fields
    mapping = visit.server.ledger.blob(head["attachments"][0]).decode() if head["attachments"] else ""
    report = Report(
        entry.payload or b"",
        head["media"],
        head["name"],
        head["reporter"],
        head["kind"],
        mapping,
        channel=REPORTER,
    )
    duck = DuckDb(memory="500MB")
    try:
        facts, _ = shape(duck, visit.pack.kinds, [report], is_bounded=False)
    finally:
        duck.close()
    return echo_of(facts, 0)
