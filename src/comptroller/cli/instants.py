"""Instants on the command line: the current one, or one that an option names."""

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from comptroller.model.refusal import Refused, refusal

if TYPE_CHECKING:
    from comptroller.engine import Engine


def now() -> dt.datetime:
    """Return the current instant; no package below the command line reads the clock."""
    return dt.datetime.now(dt.UTC)


def instant(text: str | None, zone: str = "UTC") -> dt.datetime:
    """Return the instant in an option (ISO 8601; local time of `zone` where it has no offset), or now. Raises
    typer.BadParameter for other text.
    """
    if not text:
        return now()
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: an instant such as 2024-06-30T08:00:00+08:00") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))


def instant_for(worker: "Engine", text: str | None) -> dt.datetime:
    """Return the instant in an option for a node: local time of its owner where it has no offset, or now.

    Raises Refused for a named instant before the node's last moment, which would be recorded as that moment.
    """
    named, last = instant(text, worker.pack.zone), worker.last_moment()
    if text and named < last:
        raise Refused([refusal("clock.back", ("", None, "--at"), named.isoformat(), last=last.isoformat())])
    return named
