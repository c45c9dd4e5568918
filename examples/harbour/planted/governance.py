"""Planted: boards that are wrongly made up or too few, and decisions that were the owner's."""

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.people import SINCE, who

_BOARD = "cn-central/rules/decisions/board_composition"
_QUORUM = "cn-central/rules/decisions/not_quorate"
_RESERVED = "cn-central/rules/decisions/reserved_to_owner"


def plant(book: Book) -> None:
    """Plant what is wrong with boards and with what they decide."""
    _boards(book)
    _quorums(book)
    _reserved(book)


def _boards(book: Book) -> None:
    book.expect(
        _BOARD,
        ["HB0005"],
        "外部董事三人，恰为六名董事的一半，不过半数。",
        "Three of six directors from outside: half is no majority.",
    )
    book.expect(_BOARD, ["CJ0005"], "董事会没有职工董事。", "No employee director.")
    left = {"entity": "CJ0004", "person": who("CJ0004", "outside4"), "post": "outside_director", "body": "board"}
    left |= {"valid_from": SINCE, "valid_until": day("2025-11-20"), "act": "correct"}
    book.say("post", left, arrives="2025-11-24T10:00:00")
    book.lawful(
        _BOARD,
        ["CJ0004"],
        "外部董事离任不满九十日，尚在补足期内。",
        "An outside director left; the time to fill the seat still runs.",
    )


def _resolution(  # noqa: PLR0913, PLR0917 - what a resolution counts
    book: Book, entity: str, on: str, seats: int, present: int, yes: int
) -> str:
    """Report a board's resolution with so many seats, present and in favour; returns its number."""
    matter = acts.raise_matter(book, entity, plus(day(on), -10), "internal_rules", "制度修订")
    acts.decide(book, entity, matter, "party_committee", plus(day(on), -4))
    return acts.decide(book, entity, matter, "board", day(on), seats=seats, present=present, yes=yes, no=present - yes)


def _quorums(book: Book) -> None:
    for entity, on, seats, present, yes, zh, en in (
        ("HB0002", "2024-08-15", 7, 3, 3, "应到七人实到三人。", "Three of seven were present."),
        (
            "CJ0001",
            "2025-02-20",
            7,
            6,
            3,
            "同意三票，不过全体董事半数。",
            "Three votes are not above half of all seven.",
        ),
        (
            "HB0003",
            "2025-05-15",
            8,
            4,
            4,
            "应到八人，出席和同意均恰为一半。",
            "Exactly half of eight, and half is not more than half.",
        ),
        (
            "CJ0002",
            "2025-08-14",
            7,
            4,
            4,
            "未达议事规则规定的三分之二到会。",
            "Below the two thirds that its own rules ask.",
        ),
    ):
        book.expect(_QUORUM, [entity, _resolution(book, entity, on, seats, present, yes)], zh, en)
    for entity, on, seats, present, yes, zh, en in (
        ("HB0002", "2024-06-27", 7, 3, 3, "新公司法施行前的决议不适用。", "Before the revised law was in force."),
        ("HB0004", "2024-09-12", 7, 4, 4, "出席和同意均为四人，刚过半数。", "Four of seven, just above half."),
        ("CJ0002", "2024-12-19", 6, 4, 4, "恰为三分之二到会。", "Exactly two thirds present."),
    ):
        book.lawful(_QUORUM, [entity, _resolution(book, entity, on, seats, present, yes)], zh, en)


def _reserved(book: Book) -> None:
    for entity, on, item, title in (
        ("HB0002", "2024-10-17", "capital_change", "增加注册资本"),
        ("CJ0004", "2025-04-17", "profit_distribution", "年度利润分配"),
    ):
        matter = acts.raise_matter(book, entity, plus(day(on), -14), item, title)
        acts.decide(book, entity, matter, "board", day(on))
        book.expect(
            _RESERVED,
            [entity, matter],
            f"{title}属出资人保留事项，由董事会作了决定。",
            f"{item} is the owner's to decide; the board decided it.",
        )
    matter = acts.raise_matter(book, "CJ0002", day("2025-05-06"), "profit_distribution", "年度利润分配")
    acts.decide(book, "CJ0002", matter, "board", day("2025-05-20"))
    acts.decide(book, "CJ0002", matter, "owner", day("2025-06-03"))
    book.lawful(_RESERVED, ["CJ0002", matter], "董事会审议后由出资人决定。", "The owner decided it after the board.")
    matter = acts.raise_matter(book, "CJ0003", day("2025-05-06"), "profit_distribution", "年度利润分配")
    acts.decide(book, "CJ0003", matter, "board", day("2025-05-20"))
    book.lawful(
        _RESERVED,
        ["CJ0003", matter],
        "控股企业不适用国有独资公司的规定。",
        "A controlled company: the rule is for wholly state-owned ones.",
    )
    matter = acts.raise_matter(book, "HB0004", day("2024-05-07"), "profit_distribution", "年度利润分配")
    acts.decide(book, "HB0004", matter, "board", day("2024-06-28"))
    book.expect(
        _RESERVED,
        ["HB0004", matter],
        "新公司法施行前，企业国有资产法同样保留利润分配。",
        "The law on state-owned assets reserved the profit before the revised company law as well.",
    )
    matter = acts.raise_matter(book, "HB0005", day("2025-07-01"), "", "其他事项")
    acts.decide(book, "HB0005", matter, "board", day("2025-07-15"))
    book.expect_unjudged(
        _RESERVED, ["HB0005", matter], "item", ("未报事项清单编码。", "The item of the list was not reported.")
    )
