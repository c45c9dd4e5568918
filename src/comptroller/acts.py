"""Entries that the engine makes itself and no reader parses: policies, ticks, entries set aside, acts about the clock.

- A tick holds the instant of the clock; a policy holds the pack's files.
- `aside` names entries that are not folded, each with its fault: a rebuild leaves out the same entries.
- `clock` accepts a jump of the clock, or marks a stretch of entries as made by a wrong clock.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from comptroller.ledger.entry import Accepted, Entry
from comptroller.model.refusal import Refusal, Refused, refusal

TICK, POLICY, ASIDE, CLOCK = "tick", "policy", "aside", "clock"
MADE = (TICK, POLICY, ASIDE, CLOCK)
PASS, WRONG = "pass", "wrong"
"""The values of `does` in an act about the clock."""


def tick(instant: dt.datetime, owner: str) -> Accepted:
    """Return the entry that sets the clock to an instant (UTC)."""
    return _entry(TICK, owner, {"instant": instant.isoformat()})


def policy(bundle: bytes, name: str, owner: str) -> Accepted:
    """Return the entry that adopts a policy."""
    return Accepted(bundle, POLICY, owner, name=name, kind=POLICY)


def aside(faults: Mapping[int, str], owner: str) -> Accepted:
    """Return the entry that sets entries aside, each with its fault."""
    entries = [{"entry": number, "fault": fault} for number, fault in sorted(faults.items())]
    return _entry(ASIDE, owner, {"entries": entries, "why": "cannot be folded"})


def clock(fields: Mapping[str, Any], owner: str) -> Accepted:
    """Return the entry of an act about the clock.

    `fields` are what it `does`, `by` which officer and `why`, and the stretch of entries or the two instants.
    """
    return _entry(CLOCK, owner, fields)


def _entry(media: str, owner: str, fields: Mapping[str, Any]) -> Accepted:
    return Accepted(json.dumps(fields, ensure_ascii=False).encode(), media, owner, kind=media)


def content_of(entry: Entry) -> dict[str, Any]:
    """Return the content of an entry that the engine made; its payload is never erased."""
    assert entry.payload is not None, "what the engine itself says is never erased"
    content: dict[str, Any] = json.loads(entry.payload)
    return content


def faults_in(entry: Entry) -> dict[int, str]:
    """Return the entries that an entry sets aside, with their faults."""
    return {int(item["entry"]): str(item["fault"]) for item in content_of(entry)["entries"]}


def instant_in(entry: Entry) -> dt.datetime:
    """Return the instant of a tick."""
    return dt.datetime.fromisoformat(content_of(entry)["instant"])


def passing(since: dt.datetime, until: dt.datetime, by: str, why: str) -> dict[str, Any]:
    """Return the content of an act that accepts a jump of the clock; raises Refused without an officer and a reason."""
    _signed(by, why)
    return {"does": PASS, "from": since.isoformat(), "to": until.isoformat(), "by": by, "why": why}


def wrong_stretch(stretch: tuple[int, int], size: int, by: str, why: str) -> dict[str, Any]:
    """Return the content of an act that marks entries as made by a wrong clock.

    Raises Refused for a stretch that does not exist, or without an officer and a reason.
    """
    _signed(by, why)
    first, last = stretch
    if not 1 <= first <= last <= size:
        raise Refused([refusal("clock.stretch", ("", None, "entries"), f"{first}-{last}", size=size)])
    return {"does": WRONG, "first": first, "last": last, "by": by, "why": why}


def _signed(by: str, why: str) -> None:
    missing = [name for name, value in (("by", by), ("why", why)) if not value.strip()]
    if missing:
        raise Refused([refusal("clock.unsigned", ("", None, name), "-") for name in missing])


def unfoldable(media: str, fault: Exception) -> Refusal:
    """Return the refusal of an engine's own entry that the books cannot follow."""
    text = f"{type(fault).__name__}: {(str(fault).splitlines() or [''])[0]}"
    return refusal("act.unfoldable", ("", None, media), text)
