"""Planted: money that a collective body should have decided and did not, or that was cut up to stay below the line."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import at, day, plus
from examples.harbour.lawful.lists import CITY_CONTRACT_CNY
from examples.harbour.names import supplier

_SPLIT = "cn-central/rules/decisions/split_to_stay_below"
_NO_MATTER = "cn-central/rules/decisions/payment_without_matter"
_NO_DECISION = "cn-central/rules/decisions/payment_without_decision"
_CONTRACT_NO_MATTER = "cn-central/rules/decisions/contract_without_matter"
_CONTRACT_NO_DECISION = "cn-central/rules/decisions/contract_without_decision"
_EMERGENCY = "cn-central/rules/decisions/emergency_without_report"
_PARTY = 2100
"""Counterparties of this file are numbered from here."""


def plant(book: Book) -> None:
    """Plant payments and contracts without a decision, split payments, and emergencies that were never confirmed."""
    _split(book)
    _payments(book)
    _contracts(book)
    _emergencies(book)


def _series(
    book: Book, entity: str, first: str, steps: list[tuple[int, float]], number: int, **more: object
) -> tuple[str, list[dt.date]]:
    """Report payments to one payee, each so many days after the first day; returns the payee and the days."""
    payee = supplier(_PARTY + number)
    days = [plus(day(first), days) for days, _ in steps]
    for on, (_, amount) in zip(days, steps, strict=True):
        acts.pay(book, entity, on, amount, payee, **more)
    return payee, days


def _split(book: Book) -> None:
    payee, days = _series(book, "HB0006", "2024-03-11", [(0, 680_000), (22, 690_000), (57, 700_000)], 0)
    book.expect(
        _SPLIT,
        ["HB0006", payee, days[2]],
        "九十日内三笔各低于二百万元，合计二百零七万元。",
        "Three below two million within ninety days, 2.07 million together.",
    )
    payee, days = _series(book, "CJ0012", "2025-05-12", [(0, 745_000), (30, 755_000)], 1)
    book.expect(
        _SPLIT,
        ["CJ0012", payee, days[1]],
        "城建集团标准更严：两笔合计恰为一百五十万元。",
        "The city group's own line is 1.5 million, reached exactly.",
    )
    payee, days = _series(book, "HB0021", "2025-02-10", [(0, 990_000), (1, 505_000), (89, 505_000)], 2)
    book.expect(
        _SPLIT,
        ["HB0021", payee, days[2]],
        "首末两笔相隔八十九日，仍在九十日内。",
        "First and last lie eighty-nine days apart.",
    )
    for number, entity, first, steps, zh, en in (
        (
            3,
            "HB0007",
            "2024-03-11",
            [(0, 680_000), (22, 690_000), (57, 629_999.99)],
            "合计差一分达到标准。",
            "One fen below the line together.",
        ),
        (
            4,
            "HB0008",
            "2024-04-15",
            [(0, 990_000), (1, 505_000), (91, 505_000)],
            "末笔在第九十一日，已不在同一期间。",
            "The last came on the ninety-first day after.",
        ),
    ):
        payee, days = _series(book, entity, first, steps, number)
        book.lawful(_SPLIT, [entity, payee, days[2]], zh, en)
    payee, days = _series(
        book, "HB0012", "2024-05-20", [(0, 900_000), (30, 910_000), (60, 920_000)], 60, purpose="same_name_transfer"
    )
    book.lawful(
        _SPLIT, ["HB0012", payee, days[2]], "同名划转属例行用途，不计。", "Transfers between own accounts are routine."
    )


def _payments(book: Book) -> None:
    for entity, on, amount, number, zh, en in (
        (
            "HB0003",
            "2024-06-18",
            3_260_000,
            61,
            "三百余万元付款未挂任何事项。",
            "Over three million, and no matter named.",
        ),
        (
            "HB0007",
            "2025-03-12",
            2_000_000,
            62,
            "恰为二百万元标准，“以上”含本数。",
            "Exactly at the line, which is included.",
        ),
        ("CJ0006", "2025-08-19", 1_560_000, 63, "超过城建集团自定的一百五十万元。", "Above the city group's own line."),
    ):
        payee = supplier(_PARTY + number)
        acts.acquaint(book, entity, payee, day(on))
        book.expect(_NO_MATTER, [entity, acts.pay(book, entity, day(on), amount, payee)], zh, en)
    payee = supplier(_PARTY + 64)
    acts.acquaint(book, "HB0007", payee, day("2025-03-13"))
    paid = acts.pay(book, "HB0007", day("2025-03-13"), 1_999_999.99, payee)
    book.lawful(_NO_MATTER, ["HB0007", paid], "比标准少一分。", "One fen below the line.")
    paid = acts.pay(book, "HB0003", day("2025-05-27"), 4_800_000, "望港市税务局", purpose="tax")
    book.lawful(_NO_MATTER, ["HB0003", paid], "缴税属例行用途。", "Taxes are routine.")

    matter = acts.raise_matter(book, "CJ0010", day("2024-09-02"), "large_payment", "支付工程垫款", amount=2_800_000)
    acts.decide(book, "CJ0010", matter, "officer", day("2024-09-05"), amount=2_800_000)
    payee = supplier(_PARTY + 65)
    acts.acquaint(book, "CJ0010", payee, day("2024-09-06"))
    paid = acts.pay(book, "CJ0010", day("2024-09-06"), 2_800_000, payee, matter=matter)
    book.expect(_NO_DECISION, ["CJ0010", paid], "总经理一人批准，未经集体决策。", "Approved by the manager alone.")
    for entity, paid_cny, is_found, zh, en in (
        ("HB0004", 2_860_000, True, "付款比决策金额多出一成以上。", "More than a tenth above what was decided."),
        ("HB0002", 2_750_000, False, "恰多一成，在容差之内。", "Exactly a tenth above, which is tolerated."),
    ):
        matter = acts.settle_matter(book, entity, day("2025-04-10"), "large_payment", "支付设备款", amount=2_500_000)
        payee = supplier(_PARTY + 66 + is_found)
        acts.acquaint(book, entity, payee, day("2025-04-16"))
        paid = acts.pay(book, entity, day("2025-04-16"), paid_cny, payee, matter=matter)
        (book.expect if is_found else book.lawful)(_NO_DECISION, [entity, paid], zh, en)


def _contracts(book: Book) -> None:
    for entity, on, amount, number, is_found, zh, en in (
        (
            "HB0008",
            "2024-07-09",
            6_400_000,
            70,
            True,
            "六百余万元合同未挂任何事项。",
            "Over six million, and no matter named.",
        ),
        (
            "CJ0008",
            "2025-02-18",
            CITY_CONTRACT_CNY,
            71,
            True,
            "恰为城建集团自定标准。",
            "Exactly at the city group's own line.",
        ),
        ("HB0012", "2025-02-18", 4_999_999.99, 72, False, "比标准少一分。", "One fen below the line."),
    ):
        contract = acts.sign(book, entity, day(on), amount, supplier(_PARTY + number), method="negotiation")
        (book.expect if is_found else book.lawful)(_CONTRACT_NO_MATTER, [entity, contract], zh, en)
    for entity, on, signed, number, is_found, zh, en in (
        (
            "HB0005",
            "2024-08-22",
            "2024-08-19",
            73,
            True,
            "先签合同，三日后董事会才决定。",
            "Signed three days before the board decided.",
        ),
        (
            "CJ0009",
            "2025-06-17",
            "2025-06-17",
            74,
            False,
            "签约与决策同日。",
            "Signed on the very day of the decision.",
        ),
    ):
        matter = acts.settle_matter(book, entity, day(on), "large_contract", "咨询服务采购", amount=7_000_000)
        contract = acts.sign(
            book, entity, day(signed), 6_800_000, supplier(_PARTY + number), matter=matter, method="negotiation"
        )
        (book.expect if is_found else book.lawful)(_CONTRACT_NO_DECISION, [entity, contract], zh, en)
    matter = acts.raise_matter(book, "CJ0011", day("2025-09-01"), "large_contract", "污泥处置服务", amount=5_200_000)
    acts.decide(book, "CJ0011", matter, "officer", day("2025-09-08"), amount=5_200_000)
    contract = acts.sign(
        book, "CJ0011", day("2025-09-11"), 5_200_000, supplier(_PARTY + 75), matter=matter, method="negotiation"
    )
    book.expect(
        _CONTRACT_NO_DECISION, ["CJ0011", contract], "总经理一人批准，未经集体决策。", "Approved by the manager alone."
    )


def _emergencies(book: Book) -> None:
    """Plant emergencies; the manager pays at once, and the body has ten days to confirm it."""
    for entity, on, taken, zh, en in (
        ("HB0014", "2024-09-17", 15, "台风抢险付款十五日后才补报。", "Taken up fifteen days after the payment."),
        ("CJ0019", "2025-07-22", 0, "抢修付款至今未补报集体决策。", "Never taken up."),
        (
            "HB0016",
            "2024-09-18",
            10,
            "第十日补报，尚在期限内。",
            "Taken up on the tenth day, the last that is in time.",
        ),
    ):
        matter = acts.raise_matter(
            book, entity, day(on), "emergency_repair", "应急抢险", emergency=True, amount=860_000
        )
        acts.decide(book, entity, matter, "officer", day(on), clock="07:30", amount=860_000)
        acts.pay(
            book,
            entity,
            day(on),
            860_000,
            supplier(_PARTY + 80),
            matter=matter,
            paid="15:00",
            approved_at=at(day(on), "07:30"),
        )
        if taken:
            acts.decide(book, entity, matter, "management", plus(day(on), taken), amount=860_000)
        (book.lawful if taken == 10 else book.expect)(_EMERGENCY, [entity, matter], zh, en)
