"""Mailboxes of tip-offs: ciphertext as facts, a register of their dates, and who may open them.

- The desk holds no clear text, no address, and no key that opens a message.
- All facts of one step are one report, accepted or rejected together.
- The register's number cannot be traced to a mailbox; only the register is visible to others.
"""

import datetime as dt
import hmac
import json
from hashlib import sha256
from typing import Any

from comptroller.access.grants import HANDLE, SEE
from comptroller.intake import Report
from comptroller.model.channel import CONSOLE, PUBLIC
from comptroller.web.public.answers import line_for
from comptroller.web.public.tip_storage import is_expired
from comptroller.web.runtime.server import Server
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.visit import Visit
from comptroller.web.tips.keys import KIND, SIGNS, fingerprint, key_columns

ITEM = "tip"
"""The line of the list of public pages that names the recipient of tip-offs."""
TERMS = {
    "due_on": ("tip_acknowledge_days", "r.lodged_on", "0"),
    "answer_due_on": ("tip_answer_days", "r.waiting_since", "0"),
    "close_due_on": ("tip_close_days", "r.lodged_on", "coalesce(r.extended_by, 0)"),
}
"""Due dates of acknowledgement, answer and closing of a tip-off: the parameter, the starting date, and the
extension.
"""
_USED = {"due_on": {"lodged_on"}, "answer_due_on": {"waiting_since"}, "close_due_on": {"extended_by"}}
_KEPT = ("extended_by", "order_number", "closed_on", "outcome")
_REPORT = "public.json"


def say(server: Server, facts: dict[str, list[dict[str, Any]]], login: str = "") -> int:
    """Report facts of several kinds for the owner, as one entry: from the public, or from a signed-in user.

    Raises Refused when the report is rejected.
    """
    filled = {kind: [{k: v for k, v in row.items() if v is not None} for row in rows] for kind, rows in facts.items()}
    payload = json.dumps({"facts": filled}, ensure_ascii=False).encode()
    channel = CONSOLE if login else PUBLIC
    report = Report(payload, "json", _REPORT, server.owner, channel=channel, login=login)
    outcome = server.outcome_of(server.writer.take(report))
    assert outcome.entry is not None, "what was not refused is kept"
    return outcome.entry


def today(server: Server) -> dt.date:
    """Return the owner's current day."""
    return server.local_now().date()


def key_of(server: Server, line: str, named: str = "") -> dict[str, Any] | None:
    """Return the public key of a line that is in force today, or the one with that fingerprint; None without one."""
    day = today(server)
    rows = server.duck.records(
        f"SELECT {key_columns(server)} FROM main.line_key WHERE office = $1 AND by_line = $2 "
        "AND ((line_key = $4) OR ($4 = '' AND valid_from <= $3 AND coalesce(valid_until, DATE '9999-12-31') > $3)) "
        "ORDER BY fact DESC LIMIT 1",
        [server.owner, line, day, named],
    )
    return rows[0] if rows else None


def keep_key(server: Server, line: str, halves: tuple[str, str], by: str, sign: str = "") -> str:
    """Record a new key of a line from today on; return its fingerprint.

    `halves` are the public half and the private ones, locked in the browser; `sign` verifies answers, '' for none.
    The public ones are a fact; the locked ones are stored beside the ledger.
    """
    public, locked = halves
    sign = sign if SIGNS in server.pack.kinds[KIND].columns else ""
    named = fingerprint(public, sign)
    server.storage.put("INSERT OR IGNORE INTO line_key VALUES (?, ?)", [named, locked])
    fact = {"office": server.owner, "by_line": line, "line_key": named, "public_key": public, "by": by}
    fact |= {SIGNS: sign} if sign else {}
    server.outcome_of(server.report("line_key", [fact | {"valid_from": today(server).isoformat()}], CONSOLE, by))
    return named


def lodge(server: Server, fields: dict[str, str]) -> int:
    """Record a tip-off with its first message and its line in the register; return the entry.

    Raises NotFound for an existing mailbox: two claim codes never share one.
    """
    if server.duck.rows("SELECT 1 FROM main.tip WHERE tip = ?", [fields["mailbox"]]):
        raise NotFound("-")
    day = today(server)
    line, number = line_for(server, ITEM, day), _number(fields["mailbox"])
    same = {"office": server.owner, "by_line": line}
    box = {name: fields[name] for name in ("line_key", "pass_hash", "public_key", "kept_key")}
    tip = same | box | {"tip": fields["mailbox"], "tip_number": number, "lodged_on": day.isoformat()}
    entered = same | {"tip_number": number, "lodged_on": day.isoformat(), "asked_on": day.isoformat()}
    if "waiting_since" in _columns(server):
        entered |= {"waiting_since": day.isoformat()}
    first = _message(server, tip, "informant", fields["sealed"])
    return say(server, {"tip": [tip], "tip_message": [first], "tip_register": [entered]})


def _number(mailbox: str) -> str:
    return sha256(f"register {mailbox}".encode()).hexdigest()[:10].upper()


def _message(server: Server, tip: dict[str, Any], sender: str, sealed: str) -> dict[str, Any]:
    named = {name: tip[name] for name in ("office", "tip", "by_line")}
    more = {"tip_message": server.chance()[:20], "sender": sender, "sealed": sealed}
    return named | more | {"sent_on": today(server).isoformat()}


def opened(server: Server, mailbox: str, passed: str) -> dict[str, Any]:
    """Return the mailbox that a pass opens.

    Raises NotFound alike for a wrong pass, an absent mailbox, and one past its retention.
    """
    rows = server.duck.records("SELECT * FROM main.tip WHERE tip = ? ORDER BY fact LIMIT 1", [mailbox])
    digest = str(rows[0]["pass_hash"]) if rows else "-" * 64
    if not hmac.compare_digest(sha256(passed.encode()).hexdigest(), digest):
        raise NotFound("-")
    if is_expired(server, registered(server, rows[0]["tip_number"]), today(server)):
        raise NotFound("-")
    return rows[0]


def messages(server: Server, tip: str) -> list[dict[str, Any]]:
    """Return the messages of a mailbox, the oldest first."""
    sql = 'SELECT sender, sealed, sent_on, "by", fact >> 20 AS entry FROM main.tip_message WHERE tip = ? ORDER BY fact'
    return server.duck.records(sql, [tip])


def write(server: Server, tip: dict[str, Any], sealed: str) -> int:
    """Record a further message of the informant; return the entry."""
    return say(server, _step(server, tip, _message(server, tip, "informant", sealed), ("asked_on",)))


def reply(server: Server, tip: dict[str, Any], sealed: str, by: str) -> int:
    """Record an answer of the line; the first one acknowledges the tip-off."""
    message = _message(server, tip, "line", sealed) | {"by": by}
    return say(server, _step(server, tip, message, ("acknowledged_on", "answered_on")), by)


def _step(server: Server, tip: dict[str, Any], message: dict[str, Any], turns: tuple[str, ...]) -> dict[str, Any]:
    """Return a message with the register's line corrected: today in each of `turns`; an acknowledgement retains its
    day.

    The waiting time counts from the first unanswered message of the informant; an answer of the line answers all of
    them.
    """
    row, day = _entered(server, tip["tip_number"]), today(server).isoformat()
    row |= {name: (row[name] or day) if name == "acknowledged_on" else day for name in turns}
    if "waiting_since" in row:
        row["waiting_since"] = None if "answered_on" in turns else row["waiting_since"] or day
    return {"tip_message": [message], "tip_register": [row | {"act": "correct"}]}


def _entered(server: Server, number: str) -> dict[str, Any]:
    """Return the register's line of a tip-off in the form of a new report."""
    entered = registered(server, number)
    fields = ("office", "tip_number", "by_line", "lodged_on", "acknowledged_on", "answered_on", "asked_on")
    names = (*fields, *(name for name in ("waiting_since", *_KEPT) if name in entered))
    return {n: entered[n].isoformat() if hasattr(entered[n], "isoformat") else entered[n] for n in names}


def close(server: Server, number: str, outcome: str, by: str) -> int:
    """Record in the register today's outcome of a tip-off; raises Refused for an unknown outcome."""
    row = _entered(server, number) | {"closed_on": today(server).isoformat(), "outcome": outcome, "act": "correct"}
    return say(server, {"tip_register": [row]}, by)


def extend(server: Server, number: str, days: str, order: str, by: str) -> int:
    """Record in the register that an order postpones the closing by working days; raises Refused for an invalid
    number.
    """
    row = _entered(server, number) | {"extended_by": days, "order_number": order or None, "act": "correct"}
    return say(server, {"tip_register": [row]}, by)


def registered(server: Server, number: str) -> dict[str, Any]:
    """Return the register's line of a tip-off with its due days; raises NotFound for an absent number."""
    rows = register(server, number)
    if not rows:
        raise NotFound(number)
    return rows[0]


def register(server: Server, number: str = "") -> list[dict[str, Any]]:
    """Return the register, the newest first, or one line of it, with its due days (`TERMS`); None for an
    unknown term.
    """
    known = _columns(server)
    dues = [
        f"(SELECT min(w.day) FROM main.param_{term} AS p JOIN main.working_day AS b ON b.day = {since} "
        f"JOIN main.working_day AS w ON w.is_working AND w.number = b.number + p.value + {more} WHERE p.valid_from <= {since} "
        f"AND coalesce(p.valid_until, DATE '9999-12-31') > {since}) AS {name}"
        if term in server.pack.params and known.issuperset(_USED[name])
        else f"CAST(NULL AS DATE) AS {name}"
        for name, (term, since, more) in TERMS.items()
    ]
    return server.duck.records(
        f"SELECT r.*, {', '.join(dues)} FROM main.tip_register AS r WHERE $1 IN ('', r.tip_number) "
        "ORDER BY r.lodged_on DESC, r.fact DESC",
        [number],
    )


def _columns(server: Server) -> set[str]:
    """Return the columns of the register under the policy in force: an older one has fewer."""
    return {field.name for field in server.pack.kinds["tip_register"].fields}


def is_of_line(visit: Visit, act: str = SEE) -> bool:
    """Return whether the viewer's grant of the tip-off line covers the whole node and includes that act."""
    line = line_for(visit.server, ITEM, today(visit.server))
    grants = visit.reach.viewer.in_force
    fitting = (g.line == line and g.entity == visit.server.owner and not g.domain and g.gives(act) for g in grants)
    return bool(line) and "tip" in visit.pack.kinds and visit.may(act) and any(fitting)


def of_line(visit: Visit, act: str = SEE) -> str:
    """Return the line; raises PermissionDenied for viewers who are not on it. Only the line's people see its
    mailboxes.
    """
    if not is_of_line(visit, act):
        raise PermissionDenied(act)
    return line_for(visit.server, ITEM, today(visit.server))


def mailbox_of(visit: Visit, number: str) -> dict[str, Any]:
    """Return the mailbox of a register number, for the line's people; raises NotFound for others and absent numbers."""
    line = of_line(visit)
    rows = visit.server.duck.records("SELECT * FROM main.tip WHERE tip_number = ? AND by_line = ?", [number, line])
    if not rows or is_expired(visit.server, registered(visit.server, number), today(visit.server)):
        raise NotFound(number)
    return rows[0]


def may_answer(visit: Visit) -> bool:
    """Return whether the viewer may answer and make keys, beyond reading."""
    return is_of_line(visit, HANDLE)
