"""The whole made-up world: its register and lists, what goes on lawfully, and what is planted in between."""

from random import Random

from examples.harbour import people
from examples.harbour.book import Book
from examples.harbour.days import day
from examples.harbour.lawful import deals, decisions, lists, money, purchases, statements
from examples.harbour.names import credit_code
from examples.harbour.planted import PLANTINGS
from examples.harbour.register import ENTITIES, LAST_DAY_HEARD, OTHERS, OWNER, SILENT, reporter_of

SEED = 20240101
BEGINS = ("2023-12-27T09:00:00", "2023-12-27T10:00:00", "2023-12-28T09:00:00", "2023-12-28T15:00:00")
"""When the register, the stakes, the people and the lists arrive."""


def make_world(seed: int = SEED) -> Book:
    """Return all that is reported in the two years, and the key; the same for the same seed."""
    book = Book(Random(seed))
    book.reporters = {code: reporter_of(code) for code in ENTITIES} | {OWNER: OWNER}
    register(book)
    people.settle(book, BEGINS[2])
    lists.settle(book, BEGINS[3])
    purchases.go_on(book)
    money.go_on(book)
    decisions.go_on(book)
    statements.go_on(book)
    deals.go_on(book)
    for plant in PLANTINGS:
        plant(book)
    _fall_silent(book)
    return book


def register(book: Book) -> None:
    """Report the entities and the stakes."""
    book.say(
        "entity", {"entity": OWNER, "name": "望港市国资委", "form": "public_body", "is_owner": True}, arrives=BEGINS[0]
    )
    for number, firm in enumerate(ENTITIES.values(), start=1):
        row = {
            "entity": firm.code,
            "name": firm.name,
            "uscc": credit_code(number) if firm.level <= 3 else None,
            "country": "CN",
            "region": "990000",
            "form": firm.form,
            "parent": firm.parent,
            "class": "public_service" if firm.code in ("CJ0004", "CJ0005") else "commercial",
            "level_declared": firm.level,
            "main_business": "港航物流" if firm.code.startswith("HB") else "城市建设运营",
            "sme": firm.small,
            "status": "active",
            "has_party_committee": firm.party,
            "has_board": firm.board,
            "important": firm.level == 1,
            "staff": 2400 // firm.level**2,
            "valid_from": day("2022-01-01"),
        }
        book.say("entity", row, arrives=BEGINS[0], by=OWNER)
        stake = {
            "holder": firm.parent,
            "entity": firm.code,
            "share_pct": firm.share,
            "mode": "direct",
            "valid_from": day("2022-01-01"),
        }
        book.say("stake", stake, arrives=BEGINS[1], by=OWNER)
    for other in OTHERS:
        row = {
            "entity": other.code,
            "name": other.name,
            "form": other.form,
            "country": "CN",
            "region": "990000",
            "valid_from": day("2022-01-01"),
        }
        book.say("entity", row, arrives=BEGINS[0], by=OWNER)
        if other.share:
            stake = {
                "holder": other.holder,
                "entity": other.code,
                "share_pct": other.share,
                "mode": "direct",
                "valid_from": day("2022-06-01"),
            }
            book.say("stake", stake, arrives=BEGINS[1], by=OWNER)


def _fall_silent(book: Book) -> None:
    """Remove what the silent entities would have sent in their last regular reports."""
    last = {**dict.fromkeys(SILENT, "2025-10"), LAST_DAY_HEARD: "2025-11"}
    book.said = [s for s in book.said if not s.is_regular or s.batch <= last.get(s.row["entity"], "9999-99")]
