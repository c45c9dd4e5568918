"""The interface for Python programs: create or open a node, report, and read the findings.

- One process at a time works on a node, and one thread at a time calls it.
- Rejected input is a value (`Result.refusals`); internal failures raise ComptrollerError.
- An instant left out is the present one; instants without an offset raise ValueError.
"""

import datetime as dt
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from comptroller import engine
from comptroller.books.facts.tables import documented
from comptroller.evaluation import history
from comptroller.evaluation.explain import explain
from comptroller.intake.files import media_of
from comptroller.intake.formats.zip import reporter_of
from comptroller.ledger.key import make_key
from comptroller.model.finding import FindingChange
from comptroller.model.kind import FACT_LINES
from comptroller.model.refusal import Refusal
from comptroller.model.report import Report as EngineReport
from comptroller.node import Charter
from comptroller.packs import gather_files
from comptroller.packs.shipped import shipped_roots
from comptroller.web.runtime.query_pool import QueryPool


@dataclass(frozen=True, slots=True)
class Pack:
    """A policy pack with all packs that it extends: its name, and its files by path."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def load(cls, name: str, *folders: str | Path) -> Self:
        """Return the pack with that name; `folders` are searched before the packs that ship.

        Raises Refused if no folder contains it.
        """
        return cls(name, gather_files([*map(Path, folders), *shipped_roots()], name))


@dataclass(frozen=True, slots=True)
class Report:
    """One report: a file byte for byte, its sender, and how to read it.

    `kind` is the kind of the rows if they do not name one. `mapping` is the SQL text of a mapping, or ''. `reporter` is
    the sender's code; '' is the node's owner. `media` is detected from the name and first bytes if it is ''.
    """

    payload: bytes = field(repr=False)
    name: str
    kind: str = ""
    reporter: str = ""
    mapping: str = ""
    signature: str = ""
    media: str = ""

    @classmethod
    def from_file(cls, path: str | Path, *, kind: str = "", reporter: str = "", mapping: str = "") -> Self:
        """Return a file as a report; raises OSError if it cannot be read."""
        file = Path(path)
        return cls(file.read_bytes(), file.name, kind, reporter, mapping)

    @classmethod
    def from_rows(cls, kind: str, rows: Iterable[Mapping[str, Any]], *, reporter: str = "", name: str = "") -> Self:
        """Return rows of one kind as a report in JSON; days and instants become their ISO form, other values text."""
        facts = [dict(row) for row in rows]
        payload = json.dumps({"kind": kind, "facts": facts}, ensure_ascii=False, default=_plain).encode()
        return cls(payload, name or f"{kind}.json", kind, reporter, media="json")


def _plain(value: object) -> str:
    """Return a value that JSON does not support as text."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime | dt.time) else str(value)


@dataclass(frozen=True, slots=True)
class Change:
    """One change by a report or tick: a finding by name, its new state, its rule, its entity and its subject."""

    finding: str
    state: str
    rule: str
    entity: str
    subject: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one report: the entry that records it, or the reasons for its rejection."""

    name: str
    entry: int | None
    refusals: tuple[Refusal, ...]

    @property
    def is_accepted(self) -> bool:
        """Return whether the report is in the ledger."""
        return self.entry is not None


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's current answer about one subject, with its evidence and the entries that it rests on."""

    name: str
    state: str
    rule: str
    title: Mapping[str, str]
    entity: str
    subject: tuple[Any, ...]
    since: dt.date | None
    evidence: Mapping[str, Any]
    entries: tuple[int, ...]
    missing: str = ""


class Node:
    """An open node: use it in a `with` statement, or call `close`."""

    def __init__(self, worker: engine.Engine) -> None:
        """Wrap the engine of an open node; programs call `open_node` or `create`."""
        self._worker = worker
        self._changes: list[Change] = []

    def __enter__(self) -> Self:
        """Return the node itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the node."""
        self.close()

    @property
    def owner(self) -> str:
        """Return the owner's code."""
        return self._worker.charter.owner

    @property
    def entries(self) -> int:
        """Return how many entries the ledger has."""
        return self._worker.ledger.size

    @property
    def verifier_key(self) -> str:
        """Return the public key that receipts are checked with."""
        return str(self._worker.ledger.verifier_key)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return what the last `report`, `tick` or `adopt` changed."""
        return tuple(self._changes)

    def report(self, *reports: Report, at: dt.datetime | None = None) -> list[Result]:
        """Submit reports as one batch; each is accepted or rejected as a whole. Returns one result per report,
        in order.
        """
        taken = self._worker.take([self._incoming(report) for report in reports], at or _now())
        self._note(taken.turns)
        return [
            Result(report.name, taken.entries.get(place), tuple(taken.refused.get(place, ())))
            for place, report in enumerate(reports)
        ]

    def tick(self, instant: dt.datetime | None = None, *, at: dt.datetime | None = None) -> tuple[Change, ...]:
        """Advance the clock to `instant`, evaluate deadlines and missing reports, and return what changed."""
        moment = instant or _now()
        self._note(self._worker.tick(moment, at or _now()))
        return self.changes

    def adopt(self, pack: Pack, *, at: dt.datetime | None = None) -> tuple[Change, ...]:
        """Record a policy as an entry, evaluate everything under it, and return what changed.

        Raises Refused if the pack is inconsistent or cannot follow the present one.
        """
        self._note(self._worker.adopt(pack.files, pack.name, at or _now()))
        return self.changes

    def findings(
        self,
        *,
        rule: str = "",
        entity: str = "",
        state: str = "open",
        valid: dt.date | None = None,
        known: int | None = None,
    ) -> list[Finding]:
        """Return findings by part of the rule's name, entity and state, as of a day and as known with an entry.

        `state` is `open`, `all`, or one state; raises ValueError for another word.
        """
        if state not in ("open", "all", *history.STATES):
            raise ValueError(f"state {state!r}: expected open, all, {', '.join(history.STATES)}")
        filters: dict[str, Any] = {"rule": rule, "entity": entity, "state": state, "valid": valid, "known": known}
        return [self._finding(version) for version in history.findings(self._worker.duck, **filters)]

    def explain(self, finding: str) -> dict[str, Any]:
        """Return a finding with its sources, parameters and rows as plain values; raises LookupError if there
        is none.
        """
        explanation = explain(self._worker.duck, self._worker.pack, finding, policy_of=self._worker.policy_of)
        if explanation is None:
            raise LookupError(f"no finding, or more than one, begins with {finding!r}")
        return explanation.as_json()

    def query(self, sql: str, *, valid: dt.date | None = None, known: int | None = None) -> list[dict[str, Any]]:
        """Return the rows of one SELECT over the documented tables; raises Refused for any other statement."""
        views = self._worker.books.views_here(valid, known)
        with QueryPool() as pool:
            columns, rows = pool.ask(self._worker.duck, sql, set(documented(self._worker.pack)), views)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def receipt(self, entry: int) -> dict[str, Any]:
        """Return the proof that an entry is in the ledger; raises LookupError if there is no such entry."""
        proof: dict[str, Any] = json.loads(self._worker.ledger.receipt(entry).to_json())
        return proof

    def close(self) -> None:
        """Close the stores; a closed node may be closed again."""
        self._worker.close()

    def _incoming(self, report: Report) -> EngineReport:
        media = report.media or media_of(report.name, report.payload) or ""
        sender = report.reporter or (reporter_of(report.name) if media == "zip" else "") or self.owner
        return EngineReport(report.payload, media, report.name, sender, report.kind, report.mapping, report.signature)

    def _finding(self, version: history.Version) -> Finding:
        rule = self._worker.pack.rules.get(version.rule)
        title = dict(rule.title) if rule else {}
        entries, subject = tuple(fact // FACT_LINES for fact in version.entries), tuple(version.subject)
        place = (version.entity, subject, version.since)
        return Finding(
            version.finding, version.state, version.rule, title, *place, version.evidence, entries, version.missing
        )

    def _note(self, turns: Iterable[FindingChange]) -> None:
        self._changes = [
            Change(t.verdict.finding, t.state, t.verdict.rule, t.verdict.entity, t.verdict.subject) for t in turns
        ]


def create(
    folder: str | Path, pack: Pack, *, owner: str = "OWNER", origin: str = "", at: dt.datetime | None = None
) -> Node:
    """Return a new node in an empty folder, under a pack, with a random key.

    `owner` may report for every entity; `origin` names the ledger in its checkpoints. Raises Refused if the folder is
    not empty or the pack is inconsistent.
    """
    name = origin or f"comptroller.invalid/{owner.lower()}/{secrets.token_hex(4)}"
    key = make_key(name, secrets.token_bytes(32))
    return Node(engine.create(Path(folder), pack.files, Charter(owner, name, pack.name), key=key, at=at or _now()))


def open_node(folder: str | Path, *, passphrase: bytes | None = None) -> Node:
    """Return the node in a folder; raises Refused if there is none, or if another process works on it."""
    return Node(engine.open_node(Path(folder), passphrase=passphrase))


def _now() -> dt.datetime:
    """Return the present instant in UTC."""
    return dt.datetime.now(dt.UTC)
