"""Transfers, appraisals and guarantees as the law wants them; the same builders serve what is planted."""

import datetime as dt
from typing import Any

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import after, day, on_working_day, plus, until
from examples.harbour.names import supplier
from examples.harbour.register import ENTITIES

_FIRST_BUYER = 2000


def go_on(book: Book) -> None:
    """Report lawful transfers of equity, increases of capital, sales of assets, and guarantees."""
    days = [plus(day("2024-03-04"), 42 * n) for n in range(14)]
    for number, (holder, subject) in enumerate(
        (("HB0003", "HB0009"), ("CJ0003", "CJ0009"), ("HB0005", "HB0013"), ("CJ0011", "CJ0020")) * 2
    ):
        equity(
            book,
            holder,
            on_working_day(days[number]),
            40_000_000,
            buyer=supplier(_FIRST_BUYER + number),
            subject_entity=subject,
        )
    increase(book, "HB0011", on_working_day(days[9]))
    increase(book, "CJ0020", on_working_day(days[3]))
    for number, (entity, value) in enumerate(
        (("HB0006", 3_000_000), ("CJ0006", 14_000_000), ("HB0012", 900_000), ("CJ0012", 6_500_000))
    ):
        assets(book, entity, on_working_day(days[10 + number]), value, buyer=supplier(_FIRST_BUYER + 20 + number))
    _guarantees(book)


def appraise(book: Book, entity: str, base: dt.date, value: int, **more: Any) -> str:
    """Report an appraisal that is filed half a year after its base day; returns its number."""
    number = book.number("PG", entity)
    filed = on_working_day(plus(base, 170))
    row: Row = {
        "entity": entity,
        "appraisal": number,
        "base_on": base,
        "value_cny": value,
        "method": "income",
        "agency": "望港公允资产评估有限公司",
    }
    row |= {"filed_on": filed, "filing_no": f"BA-{number}"} | more
    book.say("appraisal", row, row["filed_on"] or filed)
    return number


def equity(book: Book, entity: str, approved: dt.date, value: int, **more: Any) -> str:
    """Report a transfer of 20 percent of a subsidiary, disclosed, bid for and paid as prescribed; returns its
    number.
    """
    number = book.number("CQ", entity)
    base = more.pop("base_on", plus(approved, -200))
    appraisal = more.pop("appraisal", "") or appraise(book, entity, base, value)
    share = more.get("share_pct", 20)
    sold = value * share // 100
    offered = more.get("disclosure_from") or on_working_day(plus(approved, 12))
    closed = more.get("disclosure_until") or until(offered, 20)
    signed = on_working_day(plus(max(closed, more.get("relisted_on") or closed), 9))
    row: Row = {
        "entity": entity,
        "transaction": number,
        "kind": "equity_transfer",
        "share_pct": share,
        "approved_on": approved,
        "disclosure_from": offered,
        "disclosure_until": closed,
        "first_floor_cny": sold,
        "floor_cny": sold,
        "price_cny": sold + 300_000,
        "signed_on": signed,
        "effective_on": signed,
        "venue": "wgcq",
        "method": "online_bidding",
        "bidders": 3,
        "control_before": True,
        "control_after": True,
        "appraisal": appraisal,
        "deposit_cny": sold // 10,
        "first_paid_on": after(signed, 3),
        "first_paid_cny": sold + 300_000,
        "fully_paid_on": after(signed, 3),
        "result_from": after(signed, 2),
        "result_until": until(after(signed, 2), 5),
    } | more
    book.say("transaction", row, max(row["fully_paid_on"] or signed, row["result_until"] or signed))
    return number


def increase(book: Book, entity: str, approved: dt.date, **more: Any) -> str:
    """Report a capital increase that is disclosed for forty working days; returns its number."""
    number = book.number("ZZ", entity)
    offered = more.get("disclosure_from") or on_working_day(plus(approved, 8))
    closed = more.get("disclosure_until") or until(offered, 40)
    row: Row = {
        "entity": entity,
        "transaction": number,
        "kind": "capital_increase",
        "subject_entity": entity,
        "share_pct": 10,
        "approved_on": approved,
        "disclosure_from": offered,
        "disclosure_until": closed,
        "floor_cny": 20_000_000,
        "price_cny": 21_000_000,
        "signed_on": on_working_day(plus(closed, 10)),
        "venue": "wgcq",
        "method": "negotiation",
        "buyer": supplier(_FIRST_BUYER + 40),
        "bidders": 2,
        "appraisal": appraise(book, entity, plus(approved, -190), 180_000_000),
    } | more
    book.say("transaction", row, row["signed_on"])
    return number


def assets(book: Book, entity: str, approved: dt.date, value: int, **more: Any) -> str:
    """Report a sale of assets that is announced for the period that its floor price requires; returns its number."""
    number = book.number("ZC", entity)
    base = more.pop("base_on", plus(approved, -200))
    offered = more.get("disclosure_from") or on_working_day(plus(approved, 6))
    announced = 20 if value > 10_000_000 else 10 if value > 1_000_000 else 5
    closed = more.get("disclosure_until") or until(offered, announced)
    signed = more.get("signed_on") or on_working_day(plus(closed, 6))
    row: Row = {
        "entity": entity,
        "transaction": number,
        "kind": "asset_sale",
        "approved_on": approved,
        "disclosure_from": offered,
        "disclosure_until": closed,
        "first_floor_cny": value,
        "floor_cny": value,
        "price_cny": value + value // 20,
        "signed_on": signed,
        "venue": "wgcq",
        "method": "auction",
        "bidders": 4,
        "deposit_cny": value // 5,
        "appraisal": more.pop("appraisal", "") or appraise(book, entity, base, value),
    } | more
    book.say("transaction", row, signed)
    return number


def guarantee(book: Book, entity: str, debtor: str, on: dt.date, amount: int, **more: Any) -> str:
    """Report a guarantee for two years, for a debt of the same amount; returns its number."""
    number = more.pop("guarantee", "") or book.number("DB", entity)
    row: Row = {
        "entity": entity,
        "guarantee": number,
        "debtor": debtor,
        "creditor": "望港商业银行",
        "amount_cny": amount,
        "debt_total_cny": amount,
        "share_limit": False,
        "counter_guarantee_cny": 0,
        "form": "joint",
        "signed_on": on,
        "valid_from": on,
        "valid_until": plus(on, 730),
    } | more
    book.say("guarantee", row, on)
    return number


def _guarantees(book: Book) -> None:
    """Report guarantees of managing firms for their wholly owned firms, each decided before."""
    pairs = (
        ("HB0001", "HB0002"),
        ("HB0001", "HB0004"),
        ("CJ0001", "CJ0004"),
        ("CJ0001", "CJ0005"),
        ("HB0002", "HB0006"),
        ("CJ0002", "CJ0006"),
    )
    for number, (entity, debtor) in enumerate(pairs):
        on = on_working_day(plus(day("2024-03-18"), 60 * number))
        assert ENTITIES[debtor].share == 100
        matter = acts.settle_matter(
            book, entity, plus(on, -4), "guarantee", f"为{ENTITIES[debtor].name}提供担保", amount=60_000_000
        )
        guarantee(book, entity, debtor, on, 60_000_000, matter=matter)
