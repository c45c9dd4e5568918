"""Planted: payments before approval, after a refusal, and refusals that came too late."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.names import supplier

_BEFORE = "base/rules/procedure/acted_before_approval"
_REFUSED = "base/rules/procedure/acted_after_refusal"
_LATER = "base/rules/procedure/refused_after_act"
_PARTY = 2200


def plant(book: Book) -> None:
    """Plant the wrong order of payment and decision; all sums stay below the lines of other rules."""
    _before_approval(book)
    _after_refusal(book)
    _refused_later(book)


def _paid(book: Book, entity: str, matter: str, on: dt.date, number: int, **more: object) -> None:
    acts.pay(book, entity, on, book.fen(40_000, 90_000), supplier(_PARTY + number), matter=matter, **more)


def _matter(book: Book, entity: str, on: str) -> str:
    return acts.raise_matter(book, entity, plus(day(on), -8), "purchase", "零星采购")


def _before_approval(book: Book) -> None:
    matter = _matter(book, "HB0015", "2024-04-23")
    _paid(book, "HB0015", matter, day("2024-04-23"), 0)
    acts.decide(book, "HB0015", matter, "management", day("2024-04-25"))
    book.expect(_BEFORE, ["HB0015", matter], "付款两日后才审批。", "Approved two days after the payment.")
    matter = _matter(book, "CJ0014", "2025-01-14")
    _paid(book, "CJ0014", matter, day("2025-01-14"), 1)
    book.expect(_BEFORE, ["CJ0014", matter], "付款后始终没有终审同意。", "No final approval ever came.")
    matter = _matter(book, "HB0020", "2025-06-24")
    acts.decide(book, "HB0020", matter, "management", day("2025-06-24"), clock="15:30")
    _paid(book, "HB0020", matter, day("2025-06-24"), 2, paid="11:00")
    book.expect(_BEFORE, ["HB0020", matter], "同日上午付款，下午审批。", "Paid in the morning, approved after noon.")
    matter = _matter(book, "HB0022", "2025-06-25")
    acts.decide(book, "HB0022", matter, "management", day("2025-06-25"), clock="09:00")
    _paid(book, "HB0022", matter, day("2025-06-25"), 3, paid="15:00")
    book.lawful(_BEFORE, ["HB0022", matter], "同日先审批后付款。", "Approved in the morning, paid after noon.")
    matter = _matter(book, "CJ0015", "2025-06-26")
    acts.decide(book, "CJ0015", matter, "management", day("2025-06-26"), clock="")
    _paid(book, "CJ0015", matter, day("2025-06-26"), 4, paid="", approved_at=None)
    book.expect_unjudged(
        _BEFORE, ["CJ0015", matter], "decided_at", ("同日而未报时刻。", "On one day, and no instant was given.")
    )


def _after_refusal(book: Book) -> None:
    matter = _matter(book, "HB0017", "2024-05-28")
    acts.decide(book, "HB0017", matter, "management", day("2024-05-21"))
    acts.decide(book, "HB0017", matter, "board", day("2024-05-24"), outcome="rejected")
    _paid(book, "HB0017", matter, day("2024-05-28"), 5)
    book.expect(
        _REFUSED,
        ["HB0017", matter],
        "经理层同意后被董事会否决，仍然付款。",
        "The board refused what management had approved; it was paid.",
    )
    matter = _matter(book, "CJ0017", "2025-03-25")
    acts.decide(book, "CJ0017", matter, "management", day("2025-03-20"), outcome="rejected")
    _paid(book, "CJ0017", matter, day("2025-03-25"), 6)
    book.expect(_REFUSED, ["CJ0017", matter], "被否决的事项照常付款。", "Refused, and paid all the same.")
    book.expect(_BEFORE, ["CJ0017", matter], "付款前只有否决，没有终审同意。", "There was a refusal and no approval.")
    matter = _matter(book, "CJ0018", "2025-04-29")
    acts.decide(book, "CJ0018", matter, "management", day("2025-04-15"), outcome="rejected")
    acts.decide(book, "CJ0018", matter, "management", day("2025-04-24"))
    _paid(book, "CJ0018", matter, day("2025-04-29"), 7)
    book.lawful(
        _REFUSED, ["CJ0018", matter], "否决后重新审批同意再付款。", "Approved anew after the refusal, then paid."
    )
    matter = _matter(book, "CJ0016", "2025-05-29")
    acts.decide(book, "CJ0016", matter, "management", day("2025-05-20"), outcome="revise")
    acts.decide(book, "CJ0016", matter, "management", day("2025-05-27"))
    _paid(book, "CJ0016", matter, day("2025-05-29"), 8)
    book.lawful(_REFUSED, ["CJ0016", matter], "退回修改不是否决。", "To be revised is not refused.")


def _refused_later(book: Book) -> None:
    for entity, on, number in (("HB0018", "2024-10-22", 9), ("CJ0020", "2025-10-23", 10)):
        matter = _matter(book, entity, on)
        acts.decide(book, entity, matter, "management", plus(day(on), -3))
        _paid(book, entity, matter, day(on), number)
        acts.decide(book, entity, matter, "shareholders", plus(day(on), 12), outcome="rejected")
        book.expect(_LATER, [entity, matter], "付款十二日后被否决。", "Refused twelve days after it was paid.")
    matter = _matter(book, "HB0019", "2025-10-24")
    acts.decide(book, "HB0019", matter, "management", day("2025-10-20"))
    _paid(book, "HB0019", matter, day("2025-10-24"), 11)
    acts.decide(book, "HB0019", matter, "management", day("2025-11-06"), outcome="deferred")
    book.lawful(_LATER, ["HB0019", matter], "缓议不是否决。", "Put off is not refused.")
