"""Planted: contracts without a required tender, or with terms that differ from their tender."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.lawful.purchases import hold_tender
from examples.harbour.names import supplier

_R = "cn-central/rules/procurement/"
_PARTY = 2650
_BIDDERS = 50
"""Tenders of this file take their bidders from this number on."""


def plant(book: Book) -> None:
    """Plant contracts beside the law of tenders."""
    _untendered(book)
    _split(book)
    _direct(book)
    _from_tenders(book)


def _untendered(book: Book) -> None:
    rule = _R + "must_tender_not_tendered"
    for number, (entity, on, kind, amount, more, is_found, zh, en) in enumerate(
        (
            (
                "HB0006",
                "2024-04-17",
                "works",
                4_000_000,
                {},
                True,
                "施工合同恰为四百万元，未招标。",
                "Works of exactly four million, not tendered.",
            ),
            (
                "HB0014",
                "2025-02-19",
                "equipment",
                2_460_000,
                {"method": "direct", "no_tender_ground": None},
                True,
                "设备二百余万元直接采购。",
                "Equipment above two million, bought directly.",
            ),
            (
                "CJ0006",
                "2025-03-19",
                "survey_design",
                1_200_000,
                {},
                True,
                "设计合同一百余万元，未招标。",
                "Design above one million, not tendered.",
            ),
            ("HB0007", "2024-04-17", "works", 3_999_999.99, {}, False, "比标准少一分。", "One fen below the line."),
            (
                "CJ0010",
                "2025-03-19",
                "works",
                2_900_000,
                {"kind": "services"},
                False,
                "非工程类服务不属必招。",
                "Services outside works need no tender.",
            ),
            (
                "HB0007",
                "2025-03-19",
                "works",
                4_700_000,
                {"no_tender_ground": "expropriated_technology"},
                False,
                "具备法定不招标理由。",
                "A ground that the law knows.",
            ),
        )
    ):
        fields = {"method": "negotiation", "kind": kind, "project": f"XM-P-{number:02d}"} | more
        contract = acts.sign(book, entity, day(on), amount, supplier(_PARTY + number), **fields)
        (book.expect if is_found else book.lawful)(rule, [entity, contract], zh, en)
        if fields["method"] == "direct":
            book.expect(
                _R + "direct_purchase_without_ground",
                [entity, contract],
                "直接采购且未注明理由。",
                "Bought directly with no ground named.",
            )


def _split(book: Book) -> None:
    rule = _R + "split_below_tender_line"
    for number, (entity, kind, parts, days, is_found, zh, en) in enumerate(
        (
            (
                "HB0013",
                "goods",
                (1_150_000, 980_000),
                96,
                True,
                "同一项目同一供应商两份货物合同，合计超过二百万元。",
                "Two contracts for goods, above two million together.",
            ),
            (
                "CJ0007",
                "works",
                (1_500_000, 2_500_000),
                180,
                True,
                "第一百八十日累计恰为四百万元。",
                "Exactly four million by the hundred and eightieth day.",
            ),
            (
                "HB0012",
                "goods",
                (1_150_000, 980_000),
                181,
                False,
                "相隔一百八十一日。",
                "A hundred and eighty-one days apart.",
            ),
            ("CJ0011", "goods", (1_000_000, 999_999.99), 60, False, "合计差一分。", "One fen below the line together."),
        )
    ):
        on = day("2024-05-15")
        for turn, amount in enumerate(parts):
            more = {"kind": kind, "project": f"XM-S-{number:02d}", "method": "enquiry"}
            contract = acts.sign(book, entity, plus(on, days * turn), amount, supplier(_PARTY + 20 + number), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, contract], zh, en)


def _direct(book: Book) -> None:
    rule = _R + "direct_purchase_without_ground"
    for number, (entity, on, amount, ground, is_found, zh, en) in enumerate(
        (
            (
                "HB0019",
                "2024-09-26",
                186_000,
                None,
                True,
                "十八万余元直接采购，未注明理由。",
                "Bought directly with no ground named.",
            ),
            ("CJ0024", "2025-06-05", 100_000, None, True, "恰为十万元。", "Exactly at the line."),
            ("HB0020", "2025-06-05", 99_999.99, None, False, "比标准少一分。", "One fen below the line."),
            ("CJ0018", "2025-06-05", 186_000, "sole_source", False, "注明单一来源。", "A sole source, named."),
            (
                "HB0018",
                "2024-07-17",
                186_000,
                None,
                False,
                "通知施行前一日。",
                "The day before the notice was in force.",
            ),
        )
    ):
        more = {"method": "direct", "no_tender_ground": ground}
        contract = acts.sign(book, entity, day(on), amount, supplier(_PARTY + 40 + number), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, contract], zh, en)


def _from_tenders(book: Book) -> None:
    """Plant contracts from sound tenders: late, at another price, with too high a deposit; estimates stay small."""
    late, other, deposit = (
        _R + "contract_late_after_award",
        _R + "contract_differs_from_bid",
        _R + "performance_deposit_too_high",
    )
    for number, (entity, on, days, change, deposit_cny, rule, is_found, zh, en) in enumerate(
        (
            (
                "HB0015",
                "2024-06-12",
                31,
                0,
                0.05,
                late,
                True,
                "中标后第三十一日才签约。",
                "Signed on the thirty-first day after the award.",
            ),
            (
                "CJ0014",
                "2025-03-11",
                74,
                0,
                0.05,
                late,
                True,
                "中标两个多月后才签约。",
                "Signed more than two months after the award.",
            ),
            (
                "HB0016",
                "2024-06-12",
                30,
                0,
                0.05,
                late,
                False,
                "第三十日签约，在期限内。",
                "Signed on the thirtieth day, in time.",
            ),
            (
                "HB0009",
                "2024-09-10",
                20,
                160_000,
                0.05,
                other,
                True,
                "合同价高出中标价十六万元。",
                "A hundred and sixty thousand above the bid.",
            ),
            (
                "CJ0008",
                "2025-05-13",
                20,
                -90_000,
                0.05,
                other,
                True,
                "合同价低于中标价九万元。",
                "Ninety thousand below the bid.",
            ),
            ("HB0011", "2024-09-10", 20, 0, 0.05, other, False, "按中标价签约。", "Signed at the bid."),
            (
                "HB0025",
                "2024-10-15",
                20,
                0,
                0.12,
                deposit,
                True,
                "履约保证金为合同价的百分之十二。",
                "Twelve percent of the contract.",
            ),
            (
                "CJ0021",
                "2025-07-15",
                20,
                0,
                0.101,
                deposit,
                True,
                "履约保证金略超百分之十。",
                "A little above ten percent.",
            ),
            ("CJ0020", "2025-07-15", 20, 0, 0.10, deposit, False, "恰为百分之十。", "Exactly ten percent."),
        )
    ):
        estimate = 2_400_000
        tender, winner, price, awarded = hold_tender(
            book, entity, day(on), estimate, "services", _BIDDERS + number, project=None
        )
        amount, signed = price + change, _signed(awarded, days)
        more = {"method": "open_tender", "tender": tender, "performance_deposit_cny": round(amount * deposit_cny, 2)}
        contract = acts.sign(book, entity, signed, amount, winner, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, contract], zh, en)


def _signed(awarded: dt.date, days: int) -> dt.date:
    return plus(awarded, days)
