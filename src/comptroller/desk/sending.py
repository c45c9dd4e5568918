"""A report on its way in: who may send it, what becomes of it, and the receipt that is handed out."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from comptroller.access.casework import TOLD_AT_DESK
from comptroller.access.grants import KINDS, REPORT
from comptroller.desk.errors import Gone
from comptroller.desk.visit import Visit
from comptroller.desk.writer import Outcome
from comptroller.intake import Incoming, shape
from comptroller.model.finding import plain
from comptroller.model.refusal import Refusal, refusal
from comptroller.store.duck import Duck

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
class Answer:
    """What became of a report that was sent."""

    entry: int | None
    refusals: tuple[Refusal, ...]
    outcome: Outcome | None

    def as_json(self, visit: Visit) -> dict[str, Any]:
        """Give the answer as plain values: the entry with its receipt, or the refusals."""
        if self.entry is None:
            return {"refused": [one.as_json() for one in self.refusals]}
        receipt = json.loads(visit.desk.ledger.receipt(self.entry).to_json())
        return {"entry": self.entry, "receipt": receipt}


def send_report(visit: Visit, payload: bytes, said: Sent) -> Answer:
    """Let a report be taken, and wait for what becomes of it; what is refused is kept for who sent it."""
    reporter = _reporter(visit, said)
    answer = _barred(visit, reporter, said) or _taken(visit, payload, reporter, said)
    if answer.entry is None:
        keep_refused(visit, payload, reporter, said, answer.refusals)
    return answer


def _barred(visit: Visit, reporter: str, said: Sent) -> Answer | None:
    """Nobody reports for an entity that his grants do not reach, and what is told at the desk is not reported."""
    if said.kind in (*KINDS, *TOLD_AT_DESK):
        return Answer(None, (_own_kind(said.kind),), None)
    roots = visit.reach.roots(REPORT)
    above = {visit.desk.owner} | {row["ancestor"] for row in _chain(visit, reporter)}
    if not reporter or not above & set(roots):
        raise Gone(reporter)
    return None


def _chain(visit: Visit, entity: str) -> list[dict[str, Any]]:
    return visit.duck.records("SELECT ancestor FROM main.ancestor WHERE entity = ?", [entity])


def _own_kind(kind: str) -> Refusal:
    wanted = ("企业报送的事项种类", "a kind of fact that enterprises report")
    mend = (
        "用户与权限在管理页办理,处置在问题页办理",
        "Grants are made under administration, steps on their case's page.",
    )
    return refusal("desk.kind", ("", None, "kind"), kind, wanted, mend)


def _taken(visit: Visit, payload: bytes, reporter: str, said: Sent) -> Answer:
    report = Incoming(payload, said.media, said.name, reporter, said.kind, "", said.signature)
    if (reporter == visit.desk.owner or _may_hold_acts(report)) and (own := _own_kinds_in(visit, report, reporter)):
        return Answer(None, (_own_kind(", ".join(own)),), None)
    outcome = visit.desk.writer.take(report).result(MOST_SECONDS)
    return Answer(outcome.entry, outcome.refusals, outcome)


def _may_hold_acts(report: Incoming) -> bool:
    """Whether a report may hold acts of lines; what does not plainly name its kinds is always looked into."""
    if report.media == "csv" and report.kind:
        return False
    payload = report.payload
    is_plain = report.media in ("json", "ndjson") and b"\\u" not in payload and b"\0" not in payload[:4]
    named = any(kind.encode() in payload or kind in report.name for kind in TOLD_AT_DESK)
    return named or not is_plain or payload.startswith(b"\x1f\x8b")


def _own_kinds_in(visit: Visit, report: Incoming, reporter: str) -> list[str]:
    """Give the kinds in a report that are told at the desk alone.

    In the owner's name grants would be taken for the desk's word; acts of lines are told by the officer who is signed in.
    """
    scratch = Duck(memory="256MB")
    try:
        facts, _ = shape(scratch, visit.pack.kinds, [report])
    finally:
        scratch.close()
    barred = {*TOLD_AT_DESK, *(KINDS if reporter == visit.desk.owner else ())}
    return sorted(set(facts.tables) & barred)


def found_again(visit: Visit, payload: bytes, said: Sent, size: int) -> dict[str, Any] | None:
    """Return the answer to a report whose entry came after an entry of the ledger; None where no entry holds it."""
    reporter, digest = _reporter(visit, said), sha256(payload).hexdigest()
    for head in visit.desk.heads.between(size + 1, visit.desk.ledger.size):
        one = head.fields
        if (one["payload_sha256"], one["reporter"], one["name"]) == (digest, reporter, said.name):
            found: dict[str, Any] = plain(Answer(head.number, (), None).as_json(visit))
            return found
    return None


def _reporter(visit: Visit, said: Sent) -> str:
    return said.reporter or visit.reach.viewer.employer or (visit.reach.roots(REPORT) or [""])[0]


def keep_refused(visit: Visit, payload: bytes, reporter: str, said: Sent, refusals: tuple[Refusal, ...]) -> int:
    """Keep a refused report beside its refusals, so that it can be mended; gives its number."""
    why = json.dumps([one.as_json() for one in refusals], ensure_ascii=False)
    at = visit.desk.local_now().isoformat(timespec="seconds")
    rows = visit.desk.shelf.rows(
        "INSERT INTO refused (at, login, reporter, name, media, kind, refusals, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING number",
        [at, visit.login, reporter, said.name, said.media, said.kind, why, payload],
    )
    return int(rows[0][0])
