"""Purchases, small and large: contract, delivery, invoice and payment, each in its order."""

import datetime as dt
from typing import Any

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import LAST, at, on_working_day, plus
from examples.harbour.lawful.lists import yearly
from examples.harbour.names import supplier
from examples.harbour.people import who
from examples.harbour.register import ENTITIES

_SUPPLIERS = 4
_FIRST_CUSTOMER = 1000
"""Suppliers are numbered from 0, bidders of tenders from here, customers and planted parties further on."""


def go_on(book: Book) -> None:
    """Report eight small purchases of each entity, and the large ones of the upper three levels."""
    for place, firm in enumerate(ENTITIES.values()):
        for quarter in range(8):
            _small(book, firm.code, quarter, supplier(place * _SUPPLIERS + quarter % _SUPPLIERS))
    large = [firm.code for firm in ENTITIES.values() if firm.level <= 2] * 3
    large += [firm.code for firm in ENTITIES.values() if firm.level == 3 and firm.party]
    for number, entity in enumerate(large):
        _large(book, entity, number)


def _small(book: Book, entity: str, quarter: int, party: str) -> None:
    """Report one purchase below every threshold: a contract, three deliveries with their invoices and payments."""
    year, month = 2024 + quarter // 4, 1 + 3 * (quarter % 4)
    signed = on_working_day(dt.date(year, month, 4) + dt.timedelta(days=book.random.randrange(5)))
    part = book.fen(60_000, 140_000)
    amount = round(part * 3, 2)
    kind = book.random.choice(("goods", "services"))
    more: Row = {"kind": kind, "method": book.random.choice(("enquiry", "bidding"))}
    if ENTITIES[entity].level <= 3 and book.random.random() < 0.5:
        more |= {"signer": who(entity, "manager"), "delegation": yearly(entity, year)}
    contract = acts.sign(book, entity, signed, amount, party, **more)
    paid = signed
    for days in (22, 47, 72):
        paid = on_working_day(plus(signed, days))
        number = acts.invoice(
            book, entity, "input", plus(paid, -6), part, party, rate=0.13 if kind == "goods" else 0.06
        )
        acts.pay(book, entity, paid, part, party, contract=contract, invoice=number)
    row: Row = {
        "entity": entity,
        "payable": book.number("YF", entity),
        "supplier": party,
        "supplier_sme": True,
        "contract": contract,
        "amount": part,
        "currency": "CNY",
        "delivered_on": plus(paid, -35),
        "accepted_on": plus(paid, -30),
        "start_rule": "acceptance",
        "agreed_days": 45,
        "due_on": plus(paid, 15),
        "paid_on": paid,
        "disputed": False,
    }
    book.say("payable", row, paid)


def _large(book: Book, entity: str, number: int) -> None:
    """Report one project from the matter to the last payment, by open tender."""
    decided = on_working_day(dt.date(2024, 2, 20) + dt.timedelta(days=book.random.randrange(430)))
    estimate = book.random.randrange(8, 60) * 1_000_000
    category = book.random.choice(("works", "works", "equipment", "goods"))
    project = f"XM-{entity}-{number:03d}"
    title = {"works": "码头及道路工程", "equipment": "设备采购", "goods": "大宗物资采购"}[category]
    more = {"amount": estimate, "counterparty": acts.OPEN_TENDER}
    matter = acts.settle_matter(book, entity, decided, "large_contract", f"{project} {title}", **more)
    published = on_working_day(plus(decided, 7))
    tender, winner, price, awarded = hold_tender(book, entity, published, estimate, category, number, project=project)
    signed = on_working_day(plus(awarded, 12))
    contract = acts.sign(
        book,
        entity,
        signed,
        price,
        winner,
        kind=category,
        project=project,
        method="open_tender",
        tender=tender,
        matter=matter,
        performance_deposit_cny=price // 20,
    )
    paid, left = on_working_day(plus(signed, 10)), price
    parts = [min(400_000, price // 20), *[price // 6] * 5]
    for part in parts:
        if paid > LAST:
            break
        acts.pay(
            book, entity, paid, part, winner, contract=contract, matter=matter, approved_at=at(plus(paid, -1), "16:00")
        )
        left -= part
        paid = on_working_day(plus(paid, 38))


def hold_tender(  # noqa: PLR0913, PLR0917 - the fields of a tender
    book: Book, entity: str, published: dt.date, estimate: int, category: str, number: int, **more: Any
) -> tuple[str, str, int, dt.date]:
    """Report an open tender with its bids; returns its number, the winner, the winner's price and the day of award.

    `bidders` names who bids, the winner first; else their names come from `number`.
    """
    tender = book.number("ZB", entity)
    opened = on_working_day(plus(published, 21))
    awarded = on_working_day(plus(opened, 5))
    bidders = more.pop("bidders", None) or [supplier(_FIRST_CUSTOMER + number * 5 + n) for n in range(4)]
    prices = sorted(int(estimate * (0.90 + 0.08 * book.random.random())) for _ in bidders)
    row: Row = {
        "entity": entity,
        "tender": tender,
        "category": category,
        "estimate_cny": estimate,
        "method": "open_tender",
        "published_on": published,
        "opened_at": at(opened, "09:30"),
        "awarded_on": awarded,
        "contract_within_on": plus(awarded, 30),
        "winner": bidders[0],
        "bid_deposit_cny": estimate // 100,
        "committee_size": 7,
        "committee_experts": 5,
    }
    book.say("tender", row | more, awarded)
    for place, (bidder, price) in enumerate(zip(bidders, prices, strict=True)):
        bid: Row = {
            "entity": entity,
            "tender": tender,
            "bidder": bidder,
            "price_cny": price,
            "submitted_at": at(plus(opened, -1), f"{9 + place:02d}:15"),
            "deposit_cny": estimate // 100,
            "deposit_account": f"ZH-{tender}-{place}",
            "device": f"SB-{tender}-{place}",
            "responsible": f"标书负责人{tender[-5:]}-{place}",
        }
        book.say("bid", bid, awarded)
    return tender, bidders[0], prices[0], awarded
