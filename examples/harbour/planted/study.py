"""Planted: matters that the party committee should have studied first, and how it was gone round."""

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.lawful.lists import NEW_ITEM, PRESTUDY
from examples.harbour.register import CITY, PORT

_WITHOUT = "cn-central/rules/decisions/without_prestudy"
_AFTER = "cn-central/rules/decisions/prestudy_after_decision"
_AGAINST = "cn-central/rules/decisions/against_prestudy"


def plant(book: Book) -> None:
    """Plant decisions without, before and against the prior study."""
    _without(book)
    _after(book)
    _against(book)


def _decided(  # noqa: PLR0913, PLR0917 - the fields of a matter
    book: Book, entity: str, on: str, item: str, title: str, amount: float | None = None
) -> str:
    """Report a matter that the board decides without a study."""
    matter = acts.raise_matter(book, entity, plus(day(on), -10), item, title, amount=amount)
    acts.decide(book, entity, matter, "board", day(on), amount=amount)
    return matter


def _without(book: Book) -> None:
    limit = PRESTUDY[PORT]["investment"]
    assert limit
    matter = _decided(book, "HB0004", "2024-05-16", "investment", "分拨中心扩建投资", 62_000_000)
    book.expect(
        _WITHOUT,
        ["HB0004", matter],
        "清单内投资事项金额超过标准，未经党委研究即由董事会决定。",
        "A listed investment above its limit, never studied.",
    )
    matter = _decided(book, "HB0005", "2024-11-12", "investment", "新设投资平台", limit)
    book.expect(
        _WITHOUT, ["HB0005", matter], "金额恰为标准，“以上”含本数。", "Exactly at the limit, which is included."
    )
    matter = _decided(book, CITY, "2025-03-18", "restructuring", "二级企业重组方案")
    book.expect(
        _WITHOUT,
        [CITY, matter],
        "重组事项不设金额标准，未经党委研究。",
        "A restructuring, listed without a limit, never studied.",
    )
    matter = _decided(book, PORT, "2025-01-02", NEW_ITEM, "集团标识变更")
    book.expect(
        _WITHOUT,
        [PORT, matter],
        "新版清单自2025年1月1日起列入该事项。",
        "The list's second version had it since the first of January.",
    )
    matter = _decided(book, PORT, "2024-12-31", NEW_ITEM, "航运品牌变更")
    book.lawful(
        _WITHOUT, [PORT, matter], "决定当日的清单版本尚无该事项。", "The version of that day did not have it yet."
    )
    matter = _decided(book, "HB0005", "2024-11-13", "investment", "参股产业基金", limit - 0.01)
    book.lawful(_WITHOUT, ["HB0005", matter], "金额比标准少一分。", "One fen below the limit.")
    matter = _decided(book, "HB0010", "2024-06-20", "restructuring", "仓储业务整合")
    why = ("登记册未载明该企业是否设党委。", "The register does not say whether it has a party committee.")
    book.expect_unjudged(_WITHOUT, ["HB0010", matter], "has_party_committee", why)


def _studied(book: Book, entity: str, study: tuple[str, str], board: tuple[str, str], **more: object) -> str:
    """Report a matter with its study and its decision, each on a day and at a clock ('' where none was written
    down).
    """
    matter = acts.raise_matter(book, entity, plus(day(board[0]), -12), "restructuring", "业务板块调整")
    acts.decide(book, entity, matter, "party_committee", day(study[0]), clock=study[1], **more)
    acts.decide(book, entity, matter, "board", day(board[0]), clock=board[1])
    return matter


def _after(book: Book) -> None:
    matter = _studied(book, "HB0002", ("2024-07-18", "09:00"), ("2024-07-16", "14:30"))
    book.expect(
        _AFTER, ["HB0002", matter], "董事会决定两日后党委才研究。", "Studied two days after the board had decided."
    )
    matter = _studied(book, "CJ0003", ("2025-06-12", "16:00"), ("2025-06-12", "14:00"))
    book.expect(
        _AFTER,
        ["CJ0003", matter],
        "同日下午董事会在前、党委会在后。",
        "On one afternoon, the board before the committee.",
    )
    matter = _studied(book, "CJ0004", ("2025-09-09", "14:30"), ("2025-09-09", "14:30"))
    book.expect(_AFTER, ["CJ0004", matter], "两会同一时刻，不是前置。", "Both at one moment: that is not before.")
    matter = _studied(book, "HB0003", ("2025-04-22", "09:00"), ("2025-04-22", "14:00"))
    book.lawful(
        _AFTER,
        ["HB0003", matter],
        "同日先研究后决定。",
        "On one day, the study in the morning, the decision after noon.",
    )
    matter = _studied(book, "CJ0002", ("2024-08-20", ""), ("2024-08-20", ""))
    book.expect_unjudged(
        _AFTER,
        ["CJ0002", matter],
        "decided_at",
        ("两会同日而未记时刻。", "Both on one day and no clock was written down."),
    )


def _against(book: Book) -> None:
    for entity, on, outcome, zh, en in (
        (
            "HB0003",
            "2024-09-24",
            "revise",
            "党委意见为修改后再议，原案未改即通过。",
            "To be revised, said the study; the same proposal passed.",
        ),
        (
            "CJ0002",
            "2025-07-08",
            "rejected",
            "党委建议不予提交，原案仍获通过。",
            "The study advised against it; the same proposal passed.",
        ),
    ):
        matter = acts.raise_matter(book, entity, plus(day(on), -15), "restructuring", "剥离辅业方案")
        acts.decide(
            book, entity, matter, "party_committee", plus(day(on), -6), outcome=outcome, proposal=f"YA-{matter}-1"
        )
        decision = acts.decide(book, entity, matter, "board", day(on), proposal=f"YA-{matter}-1")
        book.expect(_AGAINST, [entity, decision], zh, en)
    on = day("2025-10-21")
    matter = acts.raise_matter(book, "CJ0005", plus(on, -25), "restructuring", "线网调整方案")
    acts.decide(book, "CJ0005", matter, "party_committee", plus(on, -14), outcome="revise", proposal=f"YA-{matter}-1")
    acts.decide(book, "CJ0005", matter, "party_committee", plus(on, -5), proposal=f"YA-{matter}-2")
    decision = acts.decide(book, "CJ0005", matter, "board", on, proposal=f"YA-{matter}-2")
    book.lawful(_AGAINST, ["CJ0005", decision], "修改后重新研究同意。", "Changed, studied again and agreed.")
    matter = acts.raise_matter(book, "HB0002", plus(on, -25), "restructuring", "调度中心整合")
    acts.decide(book, "HB0002", matter, "party_committee", plus(on, -7), outcome="revise")
    decision = acts.decide(book, "HB0002", matter, "board", on, proposal=f"YA-{matter}-1")
    book.expect_unjudged(
        _AGAINST,
        ["HB0002", decision],
        "proposal",
        ("未报议案编号，不知是否修改。", "Nobody knows whether the proposal was changed."),
    )
