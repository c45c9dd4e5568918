"""Storage limits of tip-offs: the size of one mailbox, and the retention of policy.

These functions never delete entries. `due_for_erasure` names the entries that the law no longer lets the office hold,
for the ledger's act of erasure. Until that act is done, neither informant nor line opens the mailbox.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from comptroller.model.refusal import Refusal, refusal
from comptroller.web.runtime.server import Server

RETENTION = "tip_retention_days"
"""Parameter: days that a closed tip-off is stored."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A mailbox past its retention: its register number, the end of the retention, and its entries."""

    tip_number: str
    since: dt.date
    entries: tuple[int, ...]


def on_day(server: Server, param: str, day: dt.date) -> int | None:
    """Return the value of a whole-number parameter on a day; None without one."""
    parameter = server.pack.params.get(param)
    for value in parameter.values if parameter else ():
        if value.valid_from <= day and (value.valid_until is None or day < value.valid_until):
            return int(value.value)
    return None


def is_expired(server: Server, entered: dict[str, Any], day: dt.date) -> bool:
    """Return whether a line of the register was closed longer ago than the retention of policy."""
    days, closed = on_day(server, RETENTION, day), entered.get("closed_on")
    return days is not None and closed is not None and closed + dt.timedelta(days=days) <= day


def due_for_erasure(server: Server, rows: list[dict[str, Any]], day: dt.date) -> list[Expired]:
    """Return the mailboxes of the register's `rows` to be erased, the oldest first."""
    expired = []
    for row in rows:
        if is_expired(server, row, day):
            sql = (
                "SELECT DISTINCT fact >> 20 AS entry FROM (SELECT t.fact FROM main.tip AS t WHERE t.tip_number = $1 UNION ALL "
                "SELECT m.fact FROM main.tip_message AS m JOIN main.tip AS t ON m.tip = t.tip WHERE t.tip_number = $1) ORDER BY entry"
            )
            entries = tuple(int(entry) for (entry,) in server.duck.rows(sql, [row["tip_number"]]))
            if entries:
                days = on_day(server, RETENTION, day) or 0
                expired.append(Expired(str(row["tip_number"]), row["closed_on"] + dt.timedelta(days=days), entries))
    return sorted(expired, key=lambda item: (item.since, item.tip_number))


OVERHEAD = 2048
"""Bytes that a message costs beside its ciphertext: its entry, its mailbox, its line in the register."""


def check_room(server: Server, tip: str, size: int) -> Refusal | None:
    """Return the refusal of an informant's message that does not fit into its mailbox; None for others."""
    sql = (
        "SELECT count(*), coalesce(sum(strlen(sealed)), 0) FROM main.tip_message WHERE tip = ? AND sender = 'informant'"
    )
    count, stored = server.duck.rows(sql, [tip])[0]
    most, most_bytes = server.settings.most_mailbox_messages, server.settings.most_mailbox_bytes
    if count < most and stored + size <= most_bytes:
        return None
    return refusal("public.mailbox", ("", None, "sealed"), f"{count}, {stored}", most=most, most_bytes=most_bytes)


def used_on(server: Server, day: dt.date, *, is_first: bool) -> int:
    """Return the bytes of informants' messages of a day: the first of each mailbox, or the further ones."""
    sql = (
        f"SELECT strlen(m.sealed) + {OVERHEAD} AS size, m.fact = min(m.fact) OVER (PARTITION BY m.tip) AS is_first, m.sent_on "
        "FROM main.tip_message AS m WHERE m.sender = 'informant'"
    )
    total = f"SELECT coalesce(sum(size), 0) FROM ({sql}) WHERE sent_on = ? AND is_first = ?"
    return int(server.duck.rows(total, [day, is_first])[0][0])


def leads_on(server: Server, day: dt.date) -> int:
    """Return the bytes of leads that the public reported on a day."""
    sql = f"SELECT coalesce(sum(strlen(text) + {OVERHEAD}), 0) FROM main.public_lead WHERE received_on = ?"
    return int(server.duck.rows(sql, [day])[0][0])
