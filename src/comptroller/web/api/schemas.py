"""Schemas of answers: every answer is validated against its schema, and the OpenAPI document lists them."""

from dataclasses import dataclass
from typing import Any


@dataclass
class PolicyText:
    """One sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass
class RefusalForm:
    """Reason of a rejection: the place, what was seen, what was expected, how to fix it, a stable code."""

    code: str
    file: str
    line: int | None
    field: str
    seen: str
    expected: PolicyText
    mend: PolicyText


@dataclass
class Refusals:
    """The one form of every error."""

    refused: list[RefusalForm]


@dataclass
class GrantForm:
    """A current grant; '' for domain means every domain, '' for line means no line."""

    role: str
    entity: str
    domain: str
    line: str
    until: str | None


@dataclass
class Me:
    """The caller, with the current grants, and the last ledger entry in the books."""

    login: str
    grants: list[GrantForm]
    scope: list[str] | None
    entries: int


@dataclass
class FindingRow:
    """A finding in its current state; `amount` is the CNY amount in its evidence, as text, so that no digit is lost."""

    finding: str
    state: str
    rule: str
    entity: str
    subject: Any
    since: str | None
    missing: str | None
    known: int
    evidence: dict[str, Any]
    amount: str | None


@dataclass
class FindingPage:
    """Findings, the cursor of the next page (null at the end), and the number of hidden findings."""

    items: list[FindingRow]
    next: str | None
    hidden: int | None


@dataclass
class FindingWhole:
    """A finding with all that explains it; `rows` are within reach, `hidden` is the number of the others."""

    finding: dict[str, Any]
    history: list[dict[str, Any]]
    rule: dict[str, Any] | None
    sources: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    lawful: dict[str, str]
    hidden: int


@dataclass
class EntityPage:
    """Rows of the register with the fields of the policy, the next cursor, and the number of hidden rows."""

    items: list[dict[str, Any]]
    next: str | None
    hidden: int


@dataclass
class RuleRow:
    """A rule in force: its title, its type, and the table that it judges."""

    rule: str
    title: PolicyText
    catalogue: str
    kind: str
    severity: str
    domain: str
    problem: str
    judges: str
    fingerprint: str


@dataclass
class RulePage:
    """Rules, and the cursor of the next page."""

    items: list[RuleRow]
    next: str | None


@dataclass
class ScoreForm:
    """A rule's score within reach: `judged` counts found and clear together, `why` counts missing data."""

    judged: int
    found: int
    clear: int
    not_applicable: int
    not_judged: int
    why: dict[str, int]
    excluded: dict[str, int]
    asleep: str


@dataclass
class RuleWhole(RuleRow):
    """A rule with its reason, its text, and its score within reach."""

    why: PolicyText
    lawful: PolicyText
    valid_from: str
    valid_until: str | None
    cites: list[dict[str, Any]]
    reads: list[str]
    sql: str
    score: ScoreForm


@dataclass
class EntryRow:
    """The header of a ledger entry."""

    entry: int
    received_at: str
    media: str
    name: str
    reporter: str
    kind: str
    payload_sha256: str
    is_erased: bool


@dataclass
class EntryPage:
    """Headers of entries, the cursor of the next page, and the number of hidden entries among those read.

    A page may hold fewer entries than requested, even none, and still have a next one.
    """

    items: list[EntryRow]
    next: str | None
    hidden: int


@dataclass
class ReceiptForm:
    """The proof that an entry is in the ledger; docs/verify_receipt.py checks it."""

    format: str
    entry: int
    leaf: str
    size: int
    proof: list[str]
    checkpoint: str


@dataclass
class EntryWhole(EntryRow):
    """An entry with its exact header, its proof, the key to check it with, and its facts within reach and beyond."""

    header: str
    key: str
    receipt: ReceiptForm
    seen_count: int
    hidden_count: int


@dataclass
class NoteForm:
    """Something that reading left out or changed: how often, where first, as sent and as read, and a sentence."""

    code: str
    field: str
    rows: int
    line: int
    sent: str
    read: str
    text: dict[str, str]


@dataclass
class ReadForm:
    """What was read of a report: kind -> act -> count of rows, and notes."""

    rows: dict[str, dict[str, int]]
    notes: list[NoteForm]


@dataclass
class AcceptedReport:
    """A report that was accepted: its entry and receipt, and what was read of it, unless it is answered again later."""

    entry: int
    receipt: ReceiptForm
    read: ReadForm | None = None


@dataclass
class Table:
    """The answer to a query: column names, rows of cells, the number of rows, and the cursor of the next page."""

    columns: list[str]
    rows: list[list[Any]]
    count: int
    next: str | None


@dataclass
class AuthorityCheck:
    """Answer of the authority check: `allowed`, `ask` (a body), `forbidden` or `unknown`, with the lines behind it.

    Each line names its source: `cites` (source and article) of a pack's list, or the `entry` that reported it.

    `advice` is its name in the ledger; `entry` is known when the call waited for it.
    """

    advice: str
    answer: str
    whom: str
    because: str
    lines: list[dict[str, Any]]
    first: list[str]
    entry: int | None


ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusals, "description": said}
    for status, said in (
        (400, "What was sent cannot be read."),
        (401, "Nobody is signed in, or the token does not hold."),
        (403, "No grant, or no scope, gives this."),
        (404, "It is not there, or not within reach."),
        (422, "What was sent is not taken; each refusal says how to mend it."),
        (429, "Asked too often."),
    )
}
"""Errors of every call."""
BODY_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusals, "description": said}
    for status, said in (
        (408, "The body did not come in time."),
        (413, "The body is too large."),
    )
}
"""Further errors of a call with a body."""
