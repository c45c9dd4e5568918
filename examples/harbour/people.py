"""Posts, bodies and accounts of the made-up entities: who signs, who sits where, which account pays."""

import datetime as dt
from hashlib import sha256

from examples.harbour.book import Book
from examples.harbour.names import person, signer_name
from examples.harbour.register import CITY, ENTITIES, PORT, Entity

SINCE = dt.date(2022, 3, 1)
_POSTS = (
    "representative",
    "manager",
    "deputy",
    "cfo",
    "maker",
    "checker",
    "outside1",
    "outside2",
    "outside3",
    "outside4",
    "employee",
    "member",
)
_CODES = list(ENTITIES)
SIGN_BY_POWER = 3
"""Lowest level with managers who sign by a yearly power."""
APPOINTED: dict[str, dict[str, str]] = {
    "HB0003": dict.fromkeys(("outside1", "outside2", "outside3"), "WB0001") | {"general_manager": "", "cfo": ""},
    "HB0010": dict.fromkeys(("outside3", "outside4"), "WB0002") | {"general_manager": "", "cfo": ""},
    "CJ0003": dict.fromkeys(("outside1", "outside2", "outside3"), "WB0001") | {"general_manager": ""},
}
"""Posts that are not filled by the manager above, and who fills them ('': the entity itself); planted."""
UNTOLD = ("CJ0005",)
"""Entities that do not report who appointed their directors; planted."""
_APPOINTED_POSTS = ("chair", "director", "outside_director", "employee_director", "general_manager", "cfo")


def who(entity: str, post: str) -> str:
    """Return the key of who holds a post of an entity throughout the two years.

    >>> who("HB0001", "representative")
    'P0001'
    """
    return person(_CODES.index(entity) * len(_POSTS) + _POSTS.index(post) + 1)


def signer(entity: str, post: str) -> str:
    """Return the made-up name of the person who signs for an entity, by office or by power; it is never reported.

    >>> signer("HB0004", "representative"), signer("HB0004", "manager")
    ('储望潮', '戚望潮')
    """
    return signer_name(2 * _CODES.index(entity) + (post == "manager"))


def digest(entity: str, name: str) -> str:
    """Return the digest of a signer's name, as it is reported."""
    return sha256(f"{entity}|{name}".encode()).hexdigest()


def account(entity: str) -> str:
    """Return the entity's basic account."""
    return f"ZH-{entity}-1"


def settle(book: Book, arrives: str) -> None:
    """Report all posts, bodies and accounts as they are when the books begin."""
    for firm in ENTITIES.values():
        for post, key in _posts(firm):
            row = {"entity": firm.code, "person": who(firm.code, key), "post": post, "valid_from": SINCE}
            row |= {"body": "board"} if "director" in post or post == "chair" else {}
            book.say("post", row | {"appointed_by": _appointed_by(firm, post, key)}, arrives=arrives)
        for post in ("representative", "manager") if firm.level <= SIGN_BY_POWER else ("representative",):
            row = {"entity": firm.code, "person": who(firm.code, post), "valid_from": SINCE}
            book.say("signatory", row | {"name_hash": digest(firm.code, signer(firm.code, post))}, arrives=arrives)
        if firm.board:
            _body(book, firm, "board", 7, arrives)
        if firm.party:
            _body(book, firm, "party_committee", 5, arrives)
        book.say(
            "account",
            {
                "entity": firm.code,
                "account": account(firm.code),
                "bank": "望港商业银行营业部",
                "owner_kind": "entity",
                "owner": firm.name,
                "purpose": "basic",
                "pooled": firm.level > 1,
                "approved_on": dt.date(2022, 2, 10),
                "opened_on": dt.date(2022, 2, 21),
            },
            arrives=arrives,
        )


def _appointed_by(firm: Entity, post: str, key: str) -> str | None:
    """Return who filled a post of an entity with a board: its manager, but for what is planted; staff elect
    their own.
    """
    if not firm.board or post not in _APPOINTED_POSTS or firm.code in UNTOLD:
        return None
    planted = APPOINTED.get(firm.code, {})
    appointer = planted.get(post, planted.get(key, firm.parent))
    return firm.code if post == "employee_director" else appointer or firm.code


def _posts(firm: Entity) -> list[tuple[str, str]]:
    """Return an entity's posts: a chair and directors where there is a board, party posts where there is a
    committee.
    """
    posts = [("legal_representative", "representative"), ("general_manager", "manager"), ("cfo", "cfo")]
    if firm.board:
        posts += [("chair", "representative"), ("director", "manager"), ("employee_director", "employee")]
        # Planted: in HB0005 half of the directors is no majority; CJ0005 has no employee director.
        outside = {"HB0005": 3}.get(firm.code, 4)
        posts += [("outside_director", f"outside{n}") for n in range(1, outside + 1)]
        if firm.code == "CJ0005":
            posts.remove(("employee_director", "employee"))
    if firm.party:
        posts += [
            ("party_secretary", "representative"),
            ("party_member", "manager"),
            ("discipline_secretary", "member"),
        ]
    if firm.code in (PORT, CITY):
        posts += [("deputy_manager", "deputy")]
    return posts


def _body(book: Book, firm: Entity, body: str, seats: int, arrives: str) -> None:
    rule = {"quorum_share_pct": 50, "pass_share_pct": 50, "pass_base": "all"}
    if firm.code == "CJ0002" and body == "board":
        rule["quorum_share_pct"] = 66.666667
    row = {"entity": firm.code, "body": body, "seats": seats, **rule, "valid_from": SINCE}
    book.say("body", row, arrives=arrives)
