"""The acts of the made-up world: matters, decisions, payments; lawful unless a caller asks for a fault."""

import datetime as dt
from typing import Any

from examples.harbour.book import Book, Row
from examples.harbour.days import at, on_working_day, plus
from examples.harbour.people import account, who
from examples.harbour.register import ENTITIES

OPEN_TENDER = "公开招标确定"
"""What a matter names as its counterparty while a tender is still to choose one."""


def pay(book: Book, entity: str, on: dt.date, amount: float, payee: str, **more: Any) -> str:
    """Report a payment, approved before it was made and checked by another person; returns its number.

    `paid` is the local time of the payment, `approved` the instant of approval; other fields are used as they are.
    """
    number = more.pop("payment", "") or book.number("FK", entity)
    clock = more.pop("paid", "10:30")
    row: Row = {
        "entity": entity,
        "payment": number,
        "payee": payee,
        "payee_kind": "entity",
        "amount": amount,
        "currency": "CNY",
        "paid_at": at(on, clock) if clock else None,
        "paid_on": on,
        "purpose": "procurement",
        "account": account(entity),
        "maker": who(entity, "maker"),
        "checker": who(entity, "checker"),
        "approved_at": at(on, "08:50"),
    }
    arrives = more.pop("arrives", "")
    book.say("payment", row | more, on, arrives=arrives)
    book.paid.setdefault((entity, payee), on)
    return number


def acquaint(book: Book, entity: str, payee: str, before: dt.date, days: int = 45) -> None:
    """Report a small payment to a payee some time before, so that the payee is not new."""
    pay(book, entity, plus(before, -days), book.fen(3000, 9000), payee)


def sign(book: Book, entity: str, on: dt.date, amount: float, party: str, **more: Any) -> str:
    """Report a contract that the legal representative signs after an enquiry; returns its number."""
    number = more.pop("contract", "") or book.number("HT", entity)
    row: Row = {
        "entity": entity,
        "contract": number,
        "counterparty": party,
        "counterparty_kind": "entity",
        "kind": "services",
        "amount": amount,
        "currency": "CNY",
        "signed_on": on,
        "signer": who(entity, "representative"),
        "method": "enquiry",
        "valid_from": on,
        "valid_until": plus(on, 365),
    }
    book.say("contract", row | more, on)
    return number


def raise_matter(book: Book, entity: str, on: dt.date, item: str, title: str, **more: Any) -> str:
    """Report a matter; returns its number. It names a counterparty, so that interests can be judged."""
    number = more.pop("matter", "") or book.number("SX", entity)
    row: Row = {
        "entity": entity,
        "matter": number,
        "title": title,
        "item": item,
        "currency": "CNY",
        "counterparty": "无",
        "raised_on": on,
    }
    book.say("matter", row | more, on)
    return number


def decide(book: Book, entity: str, matter: str, body: str, on: dt.date, **more: Any) -> str:
    """Report that a body approved a matter at an instant; returns the decision's number."""
    number = more.pop("decision", "") or book.number("JC", entity)
    clock = more.pop("clock", {"management": "09:00", "party_committee": "10:00", "board": "14:30"}.get(body, "16:00"))
    study = body == "party_committee"
    row: Row = {
        "entity": entity,
        "decision": number,
        "matter": matter,
        "body": body,
        "kind": "study" if study else "decision",
        "outcome": "approved",
        "decided_at": at(on, clock) if clock else None,
        "decided_on": on,
        "currency": "CNY",
        "minutes_signed": True,
    }
    if body in ("board", "party_committee"):
        seats = 7 if body == "board" else 5
        row |= {"seats": seats, "present": seats, "yes": seats, "no": 0, "abstained": 0}
    if body == "officer":
        row |= {"by": who(entity, "manager"), "kind": "approval"}
    book.say("decision", row | more, on)
    return number


def votes(entity: str, recused: str = "", people: tuple[str, ...] = ()) -> list[Row]:
    """Return the votes of a board that all agree; `recused` names the post of the one who stepped aside."""
    posts = people or ("representative", "manager", "outside1", "outside2", "outside3", "outside4", "employee")
    rows = []
    for order, post in enumerate(posts, start=1):
        aside = post == recused
        vote = {"person": who(entity, post), "attended": True, "recused": aside, "speaking_order": order}
        rows.append(vote if aside else vote | {"vote": "yes"})
    return rows


def review(book: Book, entity: str, matter: str, kind: str, on: dt.date) -> None:
    """Report that a review of a matter was passed."""
    signer = {"legal": "deputy", "compliance": "cfo"}.get(kind, "manager")
    row = {"entity": entity, "review": book.number("SC", entity), "matter": matter, "kind": kind}
    book.say("review", row | {"signed_by": who(entity, signer), "result": "passed", "reviewed_on": on}, on)


def settle_matter(book: Book, entity: str, on: dt.date, item: str, title: str, **more: Any) -> str:
    """Report a matter with its reviews, its study and its decision, in the lawful order; `on` is the day decided."""
    amount = more.get("amount")
    matter = raise_matter(book, entity, plus(on, -21), item, title, **more)
    for number, kind in enumerate(("legal", "compliance", "feasibility")[: 3 if amount else 1]):
        review(book, entity, matter, kind, plus(on, -14 + number))
    owner = ENTITIES[entity]
    proposal = f"YA-{matter}"
    decide(book, entity, matter, "management", plus(on, -9), kind="study", proposal=proposal)
    if owner.party:
        decide(book, entity, matter, "party_committee", plus(on, -5), proposal=proposal)
    last = "board" if owner.board else "management"
    ballot = (
        {"votes": votes(entity, people=tuple(_board(entity)))} if owner.board and book.random.random() < 0.5 else {}
    )
    decide(book, entity, matter, last, on, proposal=proposal, amount=amount, **ballot)
    return matter


def _board(entity: str) -> list[str]:
    posts = ["representative", "manager", "outside1", "outside2", "outside3"]
    posts += [] if entity == "HB0005" else ["outside4"]
    return posts + ([] if entity == "CJ0005" else ["employee"])


def invoice(  # noqa: PLR0913, PLR0917 - the fields of an invoice
    book: Book, entity: str, side: str, on: dt.date, amount: float, party: str, **more: Any
) -> str:
    """Report an invoice with a gross amount equal to net plus tax; returns its number."""
    number = more.pop("invoice", "") or book.number("FP1" if side == "input" else "FP2", entity)
    rate = more.pop("rate", 0.06)
    net = round(amount / (1 + rate), 2)
    row: Row = {
        "entity": entity,
        "side": side,
        "invoice": number,
        "counterparty": party,
        "issued_on": on,
        "net": net,
        "tax": round(amount - net, 2),
        "gross": amount,
        "currency": "CNY",
        "status": "valid",
    }
    book.say("invoice", row | more, on)
    return number


def working(year: int, month: int, number: int) -> dt.date:
    """Return that day of that month, or the next one that is worked."""
    return on_working_day(dt.date(year, month, number))
