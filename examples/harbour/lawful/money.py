"""Money in and out every month: payroll, taxes, fees, reimbursements, receipts and issued invoices."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import months, on_working_day, plus
from examples.harbour.names import person_name, supplier
from examples.harbour.register import ENTITIES

_CUSTOMERS = 6
_FIRST_CUSTOMER = 1400
KEPT_FREE = ("HB0024", "HB0026", "HB0028", "HB0029", "HB0030", "CJ0016", "CJ0023", "CJ0025", "CJ0026", "CJ0027")
"""Entities that issue no invoices of their own, so that plants on invoices are the only ones."""


def go_on(book: Book) -> None:
    """Report the ordinary money of each entity, month by month."""
    for place, firm in enumerate(ENTITIES.values()):
        staff = book.random.randrange(180_000, 700_000)
        for number, first in enumerate(months()):
            _outgoing(book, firm.code, first, staff)
            if place % 3 == 0:
                _reimbursement(book, firm.code, first)
            if place % 3:
                _receipt(book, firm.code, first, supplier(_FIRST_CUSTOMER + place * _CUSTOMERS + number % _CUSTOMERS))
            if firm.code not in KEPT_FREE and place % 2:
                for turn in range(2):
                    party = supplier(_FIRST_CUSTOMER + place * _CUSTOMERS + (2 * number + turn) % _CUSTOMERS)
                    issued = plus(first, 7 + 9 * turn)
                    acts.invoice(book, firm.code, "output", issued, book.fen(80_000, 120_000), party)


def _outgoing(book: Book, entity: str, first: dt.date, staff: int) -> None:
    """Report payroll, social security, taxes and the bank's fee of a month."""
    paid = on_working_day(plus(first, 9))
    pay = round(staff * (0.95 + 0.1 * book.random.random()), 2)
    acts.pay(book, entity, paid, pay, "职工薪酬代发户", purpose="payroll")
    acts.pay(book, entity, paid, round(pay * 0.29, 2), "望港市社会保险基金专户", purpose="social_security")
    acts.pay(book, entity, on_working_day(plus(first, 13)), round(pay * 0.17, 2), "望港市税务局", purpose="tax")
    acts.pay(book, entity, on_working_day(plus(first, 19)), book.fen(30, 400), "望港商业银行", purpose="bank_fee")


def _reimbursement(book: Book, entity: str, first: dt.date) -> None:
    """Report that an employee was reimbursed."""
    name = f"{person_name(book.random)}（{entity}）"
    paid = on_working_day(plus(first, 11))
    acts.pay(book, entity, paid, book.fen(400, 9000), name, payee_kind="person", purpose="reimbursement")


def _receipt(book: Book, entity: str, first: dt.date, payer: str) -> None:
    """Report what a customer paid, for goods, work, service or use."""
    received = on_working_day(plus(first, 16))
    row: Row = {
        "entity": entity,
        "receipt": book.number("SK", entity),
        "payer": payer,
        "payer_kind": "entity",
        "amount": book.fen(50_000, 400_000),
        "currency": "CNY",
        "received_on": received,
        "category": book.random.choice(("sale", "service_income", "rent", "progress_payment")),
        "project": f"XM-{entity}-{book.random.randrange(3)}",
    }
    book.say("receipt", row, received)
