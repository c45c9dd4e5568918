"""Public answers about an enterprise on a day: state control, its chain, signers and fees.

- An enterprise that policy does not publish gets the same answer as an unknown one, in the same words.
- No person is named; a name that a visitor types is compared by its digest.
- Missing data mean "not known", never "no".
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from comptroller.books.ownership.control_periods import ControlPeriods
from comptroller.model.text import Text
from comptroller.web.runtime.server import Server

LIST, FEES = "public_desk", "allowed_fees"
CONTROL, SIGNERS, FEE_ITEM = "control", "signers", "fees"
"""Lines of the list of public answers; the nearest list above an entity applies."""
YES, WITHIN, NO, UNKNOWN = "yes", "within", "no", "unknown"
_HOLDS = "valid_from <= $2 AND coalesce(valid_until, DATE '9999-12-31') > $2"


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """The public answer: each part `yes`, `no` or `unknown`; `signs` also `within`, for a power with limits."""

    controlled: str = UNKNOWN
    since: dt.date | None = None
    chain: tuple[str, ...] = ()
    """Names from the owner down to the enterprise; '' for one that is not published."""
    signs: str = UNKNOWN
    fees: tuple[Text, ...] | None = None
    """The fees that it may take; None when that is unknown, or when the state does not control it."""


def plain_name(name: str) -> str:
    """Return a name in its form for comparison: NFKC, no spaces, case folded.

    >>> plain_name(" 海港（集团） 有限公司")
    '海港(集团)有限公司'
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def name_digest(entity: str, name: str) -> str:
    """Return the digest of a person's name, for storing and comparing; it differs for each entity."""
    return sha256(f"{entity}|{plain_name(name)}".encode()).hexdigest()


def answer(server: Server, enterprise: str, person: str, on: dt.date) -> PublicAnswer:
    """Return the public answer about an enterprise and a person on a day."""
    entity = _found(server, enterprise, on)
    if entity is None:
        return PublicAnswer()
    open_items = published(server, entity, on)
    control = _control(server, entity, on) if CONTROL in open_items else PublicAnswer()
    signs = _signs(server, entity, person, on) if person.strip() and SIGNERS in open_items else UNKNOWN
    takes_fees = FEE_ITEM in open_items and control.controlled != NO
    fees = fees_of(server, entity, on) if takes_fees else None
    return PublicAnswer(control.controlled, control.since, control.chain, signs, fees)


def _found(server: Server, code_or_name: str, on: dt.date) -> str | None:
    """Return the only entity with that code or name in the register on that day, or None."""
    name = plain_name(code_or_name)
    if not name:
        return None
    rows = server.duck.rows(
        "SELECT entity, name FROM main.entity WHERE coalesce(valid_from, $2) <= $2 "
        "AND coalesce(valid_until, DATE '9999-12-31') > $2 AND (lower(entity) = $1 OR lower(uscc) = $1 OR "
        "lower(regexp_replace(replace(replace(nfc_normalize(name), '（', '('), '）', ')'), '\\s', '', 'g')) = $1)",
        [name, on],
    )
    return str(rows[0][0]) if len(rows) == 1 else None


def published(server: Server, entity: str, on: dt.date) -> frozenset[str]:
    """Return what policy publishes about an entity: the lines of the nearest list in force."""
    rows = server.duck.rows(
        f"SELECT item, distance FROM main.list_in_force WHERE entity = $1 AND list = '{LIST}' AND {_HOLDS}",
        [entity, on],
    )
    nearest = min((distance for _, distance in rows), default=0)
    return frozenset(item for item, distance in rows if distance == nearest)


def _control(server: Server, entity: str, on: dt.date) -> PublicAnswer:
    owners = {server.owner} | {o for (o,) in server.duck.rows("SELECT entity FROM main.entity WHERE is_owner")}
    if entity in owners:
        return PublicAnswer(YES, None, (_name(server, entity),))
    rows = server.cached(
        ("control", server.position(), entity), lambda: ControlPeriods(server.duck, server.pack).rows({entity})
    )
    stretches = sorted((since or dt.date.min, until or dt.date.max, path) for owner, _, _, path, since, until in rows if owner in owners)  # fmt: skip
    now = [path for since, until, path in stretches if since <= on < until]
    if not now:
        return PublicAnswer(NO)
    since = on
    for begin, end, _ in reversed(stretches):
        if begin < since <= end:
            since = begin
    path = min(now, key=lambda chain: (len(chain), chain))
    codes = path.split(">")[::2]
    named = tuple(_name(server, c) if c in owners or CONTROL in published(server, c, on) else "" for c in codes)
    return PublicAnswer(YES, None if since == dt.date.min else since, named)


def _name(server: Server, entity: str) -> str:
    rows = server.duck.rows("SELECT name FROM main.entity WHERE entity = ?", [entity])
    return str(rows[0][0]) if rows else ""


def _signs(server: Server, entity: str, person: str, on: dt.date) -> str:
    """Return whether that person may sign; a "no" needs the name of every signer."""
    duck, bound = server.duck, [entity, on]
    sql = f"SELECT name_hash, person FROM main.signatory WHERE entity = $1 AND {_HOLDS}"
    named = dict(duck.rows(sql, bound))
    typed = {unicodedata.normalize("NFKC", person).strip(), named.get(name_digest(entity, person))}
    posts = {
        who
        for (who,) in duck.rows(
            f"SELECT person FROM main.post WHERE entity = $1 AND post = 'legal_representative' AND {_HOLDS}", bound
        )
    }
    powers = {
        who
        for (who,) in duck.rows(
            "SELECT delegate FROM main.delegation WHERE entity = $1 AND coalesce(valid_from, issued_on) <= $2 "
            "AND coalesce(valid_until, DATE '9999-12-31') > $2 AND coalesce(revoked_on, DATE '9999-12-31') > $2",
            bound,
        )
    }
    if typed & posts:
        return YES
    if typed & powers:
        return WITHIN
    return NO if posts and posts | powers <= set(named.values()) else UNKNOWN


def fees_of(server: Server, entity: str, on: dt.date) -> tuple[Text, ...] | None:
    """Return the titles of the fees that an entity may take: those on every list in force for it; None without
    a list.
    """
    rows = server.duck.rows(
        f"SELECT item, distance, text FROM main.list_in_force WHERE entity = $1 AND list = '{FEES}' AND {_HOLDS}",
        [entity, on],
    )
    distances = {distance for _, distance, _ in rows}
    lists_by_item: dict[str, set[Any]] = {}
    for item, distance, _ in rows:
        lists_by_item.setdefault(item, set()).add(distance)
    titles = titles_of(server, FEES, on)
    allowed = tuple(
        titles.get(item, Text(zh=item, en=item)) for item, at in sorted(lists_by_item.items()) if at == distances
    )
    return allowed if rows else None


def titles_of(server: Server, name: str, on: dt.date) -> dict[str, Text]:
    """Return the titles of a pack's list by item on a day; empty without such a list."""
    listed = server.pack.lists.get(name)
    return {
        line.item: line.title
        for line in (listed.lines if listed else ())
        if line.valid_from <= on and (line.valid_until is None or on < line.valid_until)
    }


def line_for(server: Server, item: str, on: dt.date) -> str:
    """Return the supervision line that receives reports of a public page; '' when the page is closed."""
    listed = server.pack.lists.get(LIST)
    return next(
        (
            line.body
            for line in (listed.lines if listed else ())
            if line.item == item and line.valid_from <= on and (line.valid_until is None or on < line.valid_until)
        ),
        "",
    )
