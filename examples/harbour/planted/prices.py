"""Planted: prices, floors, deposits and payments of transfers that are not as the law wants them."""

import datetime as dt
from typing import Any

from examples.harbour.book import Book
from examples.harbour.days import after, day, plus
from examples.harbour.lawful.deals import assets, equity
from examples.harbour.names import supplier

_R = "cn-central/rules/transactions/"
_VALUE = 50_000_000
_SOLD = _VALUE // 5
"""Twenty percent of it, which is what is sold."""


def plant(book: Book) -> None:
    """Plant wrong prices and terms."""
    _floors(book)
    _relisted(book)
    _sold_low(book)
    _deposits(book)
    _no_auction(book)
    _terms(book)
    _split(book)
    _listed(book)


def _deal(book: Book, entity: str, approved: str, number: int, **more: Any) -> str:
    return equity(book, entity, day(approved), _VALUE, buyer=supplier(2850 + number), **more)


def _floors(book: Book) -> None:
    rule = _R + "first_floor_below_appraisal"
    for number, (entity, floor, is_found, zh, en) in enumerate(
        (
            ("HB0005", _SOLD - 400_000, True, "首次底价低于评估结果。", "The first floor lies below the appraisal."),
            ("CJ0009", _SOLD - 1, True, "首次底价比评估结果少一元。", "One yuan below the appraisal."),
            ("CJ0003", _SOLD, False, "首次底价等于评估结果。", "Exactly the appraisal."),
        )
    ):
        deal = _deal(book, entity, "2024-03-11", number, first_floor_cny=floor, floor_cny=floor)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _relisted(book: Book) -> None:
    rule = _R + "relisted_without_consent"
    for number, (entity, floor, consent, is_found, zh, en) in enumerate(
        (
            (
                "HB0003",
                _SOLD * 85 // 100,
                "",
                True,
                "降至评估结果的八成五再挂牌，未经书面同意。",
                "Listed again at eighty-five percent without consent.",
            ),
            (
                "CJ0011",
                _SOLD * 80 // 100,
                "2024-08-20",
                True,
                "同意晚于再次挂牌。",
                "The consent came after it was listed again.",
            ),
            ("HB0013", _SOLD * 90 // 100, "", False, "恰为九成。", "Exactly nine tenths."),
            (
                "CJ0009",
                _SOLD * 80 // 100,
                "2024-07-26",
                False,
                "再次挂牌前已获书面同意。",
                "Written consent before it was listed again.",
            ),
        ),
        start=10,
    ):
        more = {
            "relisted_on": day("2024-07-29"),
            "floor_cny": floor,
            "deposit_cny": floor // 10,
            "price_cny": _SOLD,
            "first_paid_cny": _SOLD,
        }
        more |= {"consent_on": day(consent), "consent_body": "owner"} if consent else {}
        deal = _deal(book, entity, "2024-05-13", number, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _sold_low(book: Book) -> None:
    rule = _R + "sold_below_appraisal_without_consent"
    for number, (entity, price, consent, is_found, zh, en) in enumerate(
        (
            (
                "CJ0003",
                _SOLD * 88 // 100,
                "",
                True,
                "成交价为评估结果的八成八，未经同意。",
                "Sold at eighty-eight percent without consent.",
            ),
            ("HB0009", _SOLD * 90 // 100 - 1, "", True, "比九成少一元。", "One yuan below nine tenths."),
            ("HB0005", _SOLD * 90 // 100, "", False, "恰为九成。", "Exactly nine tenths."),
            (
                "CJ0011",
                _SOLD * 85 // 100,
                "2024-05-20",
                False,
                "签约前原批准机构已同意。",
                "The approving body consented before it was signed.",
            ),
        ),
        start=20,
    ):
        more = {"consent_on": day(consent), "consent_body": "owner"} if consent else {}
        deal = _deal(book, entity, "2024-04-15", number, price_cny=price, first_paid_cny=price, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _deposits(book: Book) -> None:
    rule = _R + "deposit_too_high"
    for number, (entity, approved, deposit, is_found, zh, en) in enumerate(
        (
            (
                "HB0013",
                "2025-03-10",
                _SOLD * 35 // 100,
                True,
                "保证金为底价的百分之三十五。",
                "Thirty-five percent of the floor.",
            ),
            ("CJ0009", "2025-03-10", _SOLD * 30 // 100 + 1, True, "比上限多一元。", "One yuan above the cap."),
            ("HB0009", "2025-03-10", _SOLD * 30 // 100, False, "恰为百分之三十。", "Exactly thirty percent."),
            (
                "CJ0003",
                "2024-11-11",
                _SOLD * 35 // 100,
                False,
                "新规则施行前披露。",
                "Disclosed before the rules were in force.",
            ),
        ),
        start=30,
    ):
        deal = _deal(book, entity, approved, number, deposit_cny=deposit)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _no_auction(book: Book) -> None:
    rule = _R + "several_bidders_no_auction"
    for number, (entity, bidders, is_found, zh, en) in enumerate(
        (
            ("HB0003", 2, True, "两家意向方，仍以协议方式成交。", "Two wanted to buy; it was sold by agreement."),
            ("CJ0011", 5, True, "五家意向方，仍以协议方式成交。", "Five wanted to buy; it was sold by agreement."),
            ("HB0005", 1, False, "仅一家意向方，可以协议成交。", "One alone wanted to buy."),
        ),
        start=40,
    ):
        deal = _deal(book, entity, "2025-06-09", number, bidders=bidders, method="agreement")
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _terms(book: Book) -> None:
    rule = _R + "price_paid_outside_terms"
    effective = day("2024-09-26")
    price = _SOLD
    for number, (entity, first_days, first_cny, rest_on, secured, is_found, zh, en) in enumerate(
        (
            ("HB0003", 6, price, None, None, True, "第六个工作日才付款。", "Paid on the sixth working day."),
            (
                "CJ0003",
                5,
                price * 29 // 100,
                "2025-03-27",
                True,
                True,
                "首付只有百分之二十九。",
                "Only twenty-nine percent at first.",
            ),
            ("HB0009", 5, price * 30 // 100, "2025-03-27", False, True, "余款没有担保。", "The rest was not secured."),
            (
                "CJ0009",
                5,
                price * 50 // 100,
                "2025-09-27",
                True,
                True,
                "余款超过一年才付清。",
                "The rest came a day after the year.",
            ),
            (
                "HB0013",
                5,
                price * 30 // 100,
                "2025-09-26",
                True,
                False,
                "首付恰三成，余款最后一日付清。",
                "Exactly thirty percent, the rest on the last day.",
            ),
        ),
        start=50,
    ):
        paid = after(effective, first_days)
        full: dt.date = day(rest_on) if rest_on else paid
        more = {
            "signed_on": effective,
            "effective_on": effective,
            "price_cny": price,
            "first_paid_on": paid,
            "first_paid_cny": first_cny,
        }
        deal = _deal(book, entity, "2024-07-01", number, fully_paid_on=full, secured=secured, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _split(book: Book) -> None:
    rule = _R + "assets_split_below_listing"
    for number, (entity, prices, days, is_found, zh, en) in enumerate(
        (
            (
                "HB0006",
                (620_000, 540_000),
                41,
                True,
                "同一买方两笔资产合计超过一百万元。",
                "Two sales to one buyer, above one million together.",
            ),
            (
                "CJ0010",
                (500_000, 500_000),
                90,
                True,
                "第九十日累计恰为一百万元。",
                "Exactly one million by the ninetieth day.",
            ),
            ("HB0012", (620_000, 540_000), 91, False, "相隔九十一日。", "Ninety-one days apart."),
        ),
        start=60,
    ):
        first = day("2025-06-16")
        for turn, price in enumerate(prices):
            signed = plus(first, days * turn)
            more = {"signed_on": signed, "price_cny": price, "buyer": supplier(2850 + number)}
            deal = assets(book, entity, plus(signed, -25), price, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _listed(book: Book) -> None:
    rule = _R + "listed_deposit_short"
    signed = day("2025-09-25")  # a worked Sunday and the October holidays follow
    for entity, days, share, is_found, zh, en in (
        ("HB0005", 5, 29, True, "定金只有百分之二十九。", "A deposit of twenty-nine percent."),
        ("CJ0001", 6, 30, True, "第六个工作日才付定金。", "Paid on the sixth working day."),
        ("HB0001", 5, 30, False, "第五个工作日付足三成。", "Thirty percent on the fifth working day."),
    ):
        row = {
            "entity": entity,
            "transaction": book.number("SG", entity),
            "kind": "listed_shares",
            "share_pct": 2,
            "approved_on": plus(signed, -30),
            "price_cny": _SOLD,
            "signed_on": signed,
            "method": "agreement",
            "buyer": supplier(2850 + 70),
            "first_paid_on": after(signed, days),
            "first_paid_cny": _SOLD * share // 100,
        }
        book.say("transaction", row, after(signed, days))
        (book.expect if is_found else book.lawful)(rule, [entity, row["transaction"]], zh, en)
