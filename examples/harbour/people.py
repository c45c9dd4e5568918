"""Posts, bodies and accounts of the made-up entities: who signs, who sits where, which account pays."""

import datetime as dt

from examples.harbour.book import Book
from examples.harbour.names import person
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


def who(entity: str, post: str) -> str:
    """Give the key of who holds a post of an entity throughout the two years.

    >>> who("HB0001", "representative")
    'P0001'
    """
    return person(_CODES.index(entity) * len(_POSTS) + _POSTS.index(post) + 1)


def account(entity: str) -> str:
    """Give the entity's basic account."""
    return f"ZH-{entity}-1"


def settle(book: Book, arrives: str) -> None:
    """Say all posts, bodies and accounts as they stood when the books begin."""
    for one in ENTITIES.values():
        for post, key in _posts(one):
            row = {"entity": one.code, "person": who(one.code, key), "post": post, "valid_from": SINCE}
            book.say(
                "post", row | ({"body": "board"} if "director" in post or post == "chair" else {}), arrives=arrives
            )
        if one.board:
            _body(book, one, "board", 7, arrives)
        if one.party:
            _body(book, one, "party_committee", 5, arrives)
        book.say(
            "account",
            {
                "entity": one.code,
                "account": account(one.code),
                "bank": "望港商业银行营业部",
                "owner_kind": "entity",
                "owner": one.name,
                "purpose": "basic",
                "pooled": one.level > 1,
                "approved_on": dt.date(2022, 2, 10),
                "opened_on": dt.date(2022, 2, 21),
            },
            arrives=arrives,
        )


def _posts(one: Entity) -> list[tuple[str, str]]:
    """Give an entity's posts: a chair and directors where there is a board, party posts where there is a committee."""
    held = [("legal_representative", "representative"), ("general_manager", "manager"), ("cfo", "cfo")]
    if one.board:
        held += [("chair", "representative"), ("director", "manager"), ("employee_director", "employee")]
        # Planted: in HB0005 half of the directors is no majority; CJ0005 has no employee director.
        outside = {"HB0005": 3}.get(one.code, 4)
        held += [("outside_director", f"outside{n}") for n in range(1, outside + 1)]
        if one.code == "CJ0005":
            held.remove(("employee_director", "employee"))
    if one.party:
        held += [("party_secretary", "representative"), ("party_member", "manager"), ("discipline_secretary", "member")]
    if one.code in (PORT, CITY):
        held += [("deputy_manager", "deputy")]
    return held


def _body(book: Book, one: Entity, body: str, seats: int, arrives: str) -> None:
    rule = {"quorum_share_pct": 50, "pass_share_pct": 50, "pass_base": "all"}
    if one.code == "CJ0002" and body == "board":
        rule["quorum_share_pct"] = 66.666667
    row = {"entity": one.code, "body": body, "seats": seats, **rule, "valid_from": SINCE}
    book.say("body", row, arrives=arrives)
