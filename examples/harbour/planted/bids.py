"""Planted: tenders that were too quick, too dear to enter, wrongly judged, or bid for by one hand."""

import datetime as dt
from typing import Any

from examples.harbour.book import Book, Row
from examples.harbour.days import at, day, plus
from examples.harbour.names import supplier

_R = "cn-central/rules/procurement/"
_PARTY = 2750


def plant(book: Book) -> None:
    """Plant what is wrong with tenders and bids."""
    _deposits(book)
    _times(book)
    _committees(book)
    _traces(book)
    _relatives(book)


def _tender(book: Book, entity: str, on: str, **more: Any) -> str:
    """Report a tender for works of six million, announced for three weeks, judged by five with four experts."""
    published = day(on)
    number = book.number("ZB", entity)
    row: Row = {
        "entity": entity,
        "tender": number,
        "project": f"XM-{number}",
        "category": "works",
        "estimate_cny": 6_000_000,
        "method": "open_tender",
        "published_on": published,
        "opened_at": at(plus(published, 21), "09:30"),
        "awarded_on": plus(published, 27),
        "winner": supplier(_PARTY),
        "bid_deposit_cny": 60_000,
        "committee_size": 5,
        "committee_experts": 4,
    }
    book.say("tender", row | more, plus(published, 27))
    return number


def _deposits(book: Book) -> None:
    rule = _R + "bid_deposit_too_high"
    for entity, deposit, is_found, zh, en in (
        ("HB0003", 180_000, True, "投标保证金为估算价的百分之三。", "Three percent of the estimate."),
        ("CJ0004", 120_000.01, True, "比上限多一分。", "One fen above the cap."),
        ("HB0004", 120_000, False, "恰为百分之二。", "Exactly two percent."),
    ):
        tender = _tender(book, entity, "2024-07-10", bid_deposit_cny=deposit)
        (book.expect if is_found else book.lawful)(rule, [entity, tender], zh, en)


def _times(book: Book) -> None:
    rule = _R + "bid_time_too_short"
    for entity, days, more, is_found, zh, en in (
        ("HB0006", 12, {}, True, "公告十二日即开标。", "Opened twelve days after the notice."),
        ("CJ0006", 19, {}, True, "第十九日开标。", "Opened on the nineteenth day."),
        (
            "HB0007",
            20,
            {},
            False,
            "第二十日开标，恰为最短期限。",
            "Opened on the twentieth day, the shortest that is lawful.",
        ),
        (
            "CJ0010",
            12,
            {"estimate_cny": 3_999_999},
            False,
            "不属必须招标的项目。",
            "Not a project that must be tendered.",
        ),
    ):
        tender = _tender(book, entity, "2024-10-08", opened_at=at(plus(day("2024-10-08"), days), "09:30"), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, tender], zh, en)


def _committees(book: Book) -> None:
    rule = _R + "committee_out_of_order"
    for entity, size, experts, is_found, zh, en in (
        ("HB0012", 3, 3, True, "评标委员会仅三人。", "A committee of three."),
        ("CJ0012", 6, 5, True, "评标委员会人数为偶数。", "An even number of members."),
        ("HB0008", 5, 3, True, "专家不足三分之二。", "Fewer than two thirds are experts."),
        ("CJ0011", 9, 6, False, "专家恰为三分之二。", "Exactly two thirds are experts."),
    ):
        tender = _tender(book, entity, "2025-03-05", committee_size=size, committee_experts=experts)
        (book.expect if is_found else book.lawful)(rule, [entity, tender], zh, en)


def _traces(book: Book) -> None:
    rule = _R + "bids_share_traces"
    for number, (entity, shared, zh, en) in enumerate(
        (
            ("HB0002", "device", "两家投标人用同一设备递交。", "Two bidders submitted from one device."),
            (
                "CJ0002",
                "deposit_account",
                "两家投标人的保证金出自同一账户。",
                "Two bidders' deposits came from one account.",
            ),
            ("CJ0004", "responsible", "两家投标人由同一人负责。", "One person answers for two bidders."),
            ("HB0004", "", "各投标人互不相同。", "Nothing is shared."),
        )
    ):
        tender = _tender(book, entity, "2025-05-07")
        awarded = plus(day("2025-05-07"), 27)
        for place in range(4):
            bidder = supplier(_PARTY + 1 + 4 * number + place)
            row = _bid(entity, tender, awarded, bidder, place)
            if shared and place in (1, 2):
                row[shared] = f"同一-{tender}"
            book.say("bid", row, awarded)
            (book.expect if shared and place in (1, 2) else book.lawful)(rule, [entity, tender, bidder], zh, en)


def _bid(entity: str, tender: str, awarded: dt.date, bidder: str, place: int) -> Row:
    """Return a bid that shares nothing with the others of its tender."""
    return {
        "entity": entity,
        "tender": tender,
        "bidder": bidder,
        "price_cny": 5_400_000 + 110_000 * place,
        "submitted_at": at(plus(awarded, -7), f"{13 + place}:20"),
        "deposit_cny": 60_000,
        "deposit_account": f"ZH-{tender}-{place}",
        "device": f"SB-{tender}-{place}",
        "responsible": f"标书负责人{tender[-5:]}-{place}",
    }


def _relatives(book: Book) -> None:
    rule = _R + "bidders_under_one_control"
    for entity, bidders, is_found, zh, en in (
        (
            "CJ0003",
            ("HB0008", "HB0017"),
            True,
            "母公司与其全资子公司同场投标。",
            "A company and what it holds whole bid in one lot.",
        ),
        ("HB0002", ("CJ0006", "CJ0014"), True, "管理上级与下级同场投标。", "One bidder manages the other."),
        (
            "CJ0005",
            ("CJ0014", "CJ0015"),
            False,
            "同受第三方控制，不在本条之列。",
            "Both under a third party, which this article does not forbid.",
        ),
    ):
        tender = _tender(book, entity, "2025-08-06")
        awarded = plus(day("2025-08-06"), 27)
        for place, bidder in enumerate((*bidders, supplier(_PARTY + 30))):
            book.say("bid", _bid(entity, tender, awarded, bidder, place), awarded)
            if place < 2:
                (book.expect if is_found else book.lawful)(rule, [entity, tender, bidder], zh, en)
        if is_found:
            why = ("投标人不在登记册。", "The bidder is not in the register.")
            book.expect_unjudged(rule, [entity, tender, bidder], "entity.bidder", why)
