"""The text of a report as it was sent, shown only where every fact in it is within scope."""

import json
from dataclasses import dataclass
from typing import Any

from comptroller.access.row_access import scoped
from comptroller.intake import Report, shape
from comptroller.intake.files import MEDIA
from comptroller.ledger.entry import Entry
from comptroller.model.kind import FACT_LINES
from comptroller.store.duck import DuckDb
from comptroller.web.shell.labels import every_view
from comptroller.web.shell.visit import Visit

_TEXTS = ("json", "ndjson", "csv", "xes")
_MOST_SHOWN, _AROUND = 8 << 20, 20
Lines = list[tuple[int, str, bool]]


@dataclass(frozen=True, slots=True)
class PayloadSource:
    """The visible part of an entry's text: facts inside and outside the scope, and the text where none is outside."""

    seen_count: int
    hidden_count: int
    text: str
    media: str
    is_shown: bool

    def lines(self, place: int) -> Lines:
        """Return the text's lines around a fact's place, or its first lines: number, text, whether it is the fact's."""
        if not self.is_shown:
            return []
        if self.media == "json":
            return _json_lines(self.text, place)
        text_lines = self.text.splitlines()
        hit = place + 1 if self.media == "csv" else place
        first = max(0, hit - _AROUND - 1) if place else 0
        numbered: Lines = [(n, line[:4000], bool(place) and n == hit) for n, line in enumerate(text_lines, 1)]
        head = numbered[:1] if first and self.media == "csv" else []
        return head + numbered[first : first + 2 * _AROUND + 1]


def source_of(visit: Visit, entry: Entry) -> PayloadSource:
    """Return the visible part of an entry."""
    head = entry.fields
    payload = entry.payload or b""
    media = str(head["media"])
    if media not in MEDIA:
        is_text = media == "tick"
        return PayloadSource(0, 0, payload.decode() if is_text else "", media, is_text)
    counts = _counts(visit, entry)
    visible = _visible_counts(visit, entry.number, list(counts))
    hidden = sum(counts.values()) - sum(min(visible[t], counts[t]) for t in counts)
    is_whole = bool(counts) and (hidden == 0 or all(visit.sees_all(t) for t in counts))
    is_shown = is_whole and media in _TEXTS and len(payload) <= _MOST_SHOWN and not payload.startswith(b"\x1f\x8b")
    text = payload.decode("utf-8", "replace") if is_shown else ""
    return PayloadSource(sum(visible.values()), 0 if is_whole else hidden, text, media, is_shown)


def _counts(visit: Visit, entry: Entry) -> dict[str, int]:
    """Return how many facts of each kind a report contains, including those without news."""
    head = entry.fields
    if not entry.payload:
        return {}
    mapping = visit.server.ledger.blob(head["attachments"][0]).decode() if head["attachments"] else ""
    report = Report(entry.payload, head["media"], head["name"], head["reporter"], head["kind"], mapping)
    scratch = DuckDb(memory="512MB")
    try:
        facts, _ = shape(scratch, visit.pack.kinds, [report])
    finally:
        scratch.close()
    return {name: table.num_rows for name, table in facts.tables.items()}


def _visible_counts(visit: Visit, number: int, tables: list[str]) -> dict[str, int]:
    counts = {}
    for table in tables:
        low = number * FACT_LINES
        sql = f"SELECT count(*) FROM {table} WHERE fact >= {low} AND fact < {low + FACT_LINES}"
        counts[table] = int(visit.duck.rows(scoped(sql, every_view(visit, table)))[0][0])
    return counts


def facts_of(value: Any) -> list[Any]:
    """Return the facts of a JSON report in their order: a list, a list in an envelope, a list for each kind, or one
    fact.

    >>> facts_of({"facts": {"a": [1], "b": [2, 3]}}), facts_of([4]), facts_of({"kind": "a", "facts": [5]}), facts_of({"x": 6})
    ([1, 2, 3], [4], [5], [{'x': 6}])
    """
    facts = value.get("facts", [value]) if isinstance(value, dict) else value
    if isinstance(facts, dict):
        return [fact for group in facts.values() if isinstance(group, list) for fact in group]
    return facts if isinstance(facts, list) else []


def _json_lines(text: str, place: int) -> Lines:
    """Return a JSON report with each fact on its own lines; the fact of that place is highlighted."""
    value = json.loads(text)
    facts = facts_of(value)
    numbered: Lines = []
    first = max(0, place - 4) if place else 0
    for at, fact in enumerate(facts[first : first + 9], first + 1):
        body = json.dumps(fact, ensure_ascii=False, indent=1)
        numbered += [(at if n == 0 else 0, line, at == place) for n, line in enumerate(body.splitlines())]
    return numbered
