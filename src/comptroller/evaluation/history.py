"""Findings as of a day, and as known with an entry of the ledger."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from comptroller.store.duck import DuckDb

_COLUMNS = "finding, version, state, rule, entity, subject, since, missing, excluded, evidence, entries, fingerprint, pack, today, known"
STATES = ("raised", "changed", "cleared", "not_judged", "not_applicable")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a finding; it never changes."""

    finding: str
    version: int
    state: str
    rule: str
    entity: str
    subject: list[Any]
    since: dt.date | None
    missing: str
    excluded: str
    evidence: dict[str, Any]
    entries: list[int]
    fingerprint: str
    pack: str
    today: dt.date | None
    known: int

    def as_json(self) -> dict[str, Any]:
        """Return the version as plain values."""
        return {name: getattr(self, name) for name in _COLUMNS.split(", ")}


def findings(  # noqa: PLR0913 - what one may ask by
    duck: DuckDb,
    *,
    rule: str = "",
    entity: str = "",
    state: str = "open",
    valid: dt.date | None = None,
    known: int | None = None,
) -> list[Version]:
    """Return findings by rule (a part of its name), entity and state.

    `state` is `open` (raised or changed), `all`, or one of STATES. `valid` leaves out findings about a later day.
    `known` is a ledger entry: later versions are left out.
    """
    wheres, values = ["known <= ?"], [known if known is not None else 2**62]
    latest = f"SELECT {_COLUMNS}, row_number() OVER (PARTITION BY finding ORDER BY version DESC) AS place FROM finding WHERE {wheres[0]}"
    outer = ["place = 1"]
    more: list[Any] = []
    if rule:
        outer.append("contains(rule, ?)")
        more.append(rule)
    if entity:
        outer.append("entity = ?")
        more.append(entity)
    if state == "open":
        outer.append("state IN ('raised', 'changed')")
    elif state != "all":
        outer.append("state = ?")
        more.append(state)
    if valid:
        outer.append("(since IS NULL OR since <= ?)")
        more.append(valid)
    sql = f"SELECT {_COLUMNS} FROM ({latest}) WHERE {' AND '.join(outer)} ORDER BY rule, entity, subject"
    return [_version(row) for row in duck.rows(sql, [*values, *more])]


def versions(duck: DuckDb, finding: str) -> list[Version]:
    """Return all versions of a finding, oldest first; an empty list if there is no such finding."""
    return [
        _version(r) for r in duck.rows(f"SELECT {_COLUMNS} FROM finding WHERE finding = ? ORDER BY version", [finding])
    ]


def _version(row: tuple[Any, ...]) -> Version:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    named["subject"] = json.loads(named["subject"])
    named["evidence"] = json.loads(named["evidence"])
    named |= {name: named[name] or "" for name in ("missing", "excluded")}
    return Version(**named)
