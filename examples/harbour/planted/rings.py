"""Planted: money and guarantees that go round, gather or scatter, beside what does not close, is too late or unlike."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.lawful.deals import guarantee
from examples.harbour.names import supplier
from examples.harbour.register import CITY

_T = "cn-capital/rules/trade/"
_TURN, _MERGED, _EQUAL = _T + "payments_in_circles", _T + "payments_back_to_group", _T + "equal_sums_in_rings"
_P = "cn-capital/rules/payments/"
_CIRCLE = "cn-capital/rules/guarantees/circle"
_PARTY = 600


def plant(book: Book) -> None:
    """Plant circles of payments, fans of payments, and circles of guarantees."""
    _in_turn(book)
    _back_to_group(book)
    _in_any_order(book)
    _fans(book)
    _gathered(book)
    _guarantees(book)


def _legs(book: Book, *legs: tuple[str, str, str, float]) -> list[list[str]]:
    """Report payments (payer, payee, day, amount); returns them as subjects."""
    return [[who, acts.pay(book, who, day(on), amount, whom)] for who, whom, on, amount in legs]


def _all(book: Book, rule: str, legs: list[list[str]], says: tuple[str, str], *, found: bool = True) -> None:
    for leg in legs:
        (book.expect if found else book.lawful)(rule, leg, *says)


def _in_turn(book: Book) -> None:
    legs = _legs(book, ("HB0019", "CJ0007", "2024-05-08", 620_000), ("CJ0007", "HB0019", "2024-05-22", 603_500))
    _all(book, _TURN, legs, ("两周内等额付出又收回。", "Paid out and paid back within two weeks."))
    legs = _legs(
        book,
        ("HB0020", "CJ0016", "2025-03-05", 480_000),
        ("CJ0016", "CJ0025", "2025-03-11", 471_000),
        ("CJ0025", "HB0020", "2025-03-19", 462_000),
    )
    _all(book, _TURN, legs, ("三家首尾相接，两周内回到原点。", "Three in a circle that closes within two weeks."))
    says = ("经另一集团两家企业回到原点。", "It went by way of two members of another group.")
    _all(book, _MERGED, [legs[0], legs[2]], says)
    legs = _legs(book, ("HB0020", "CJ0018", "2024-06-05", 520_000), ("CJ0018", "HB0020", "2024-07-08", 519_000))
    _all(book, _TURN, legs, ("相隔三十三日，超出观察期。", "Thirty-three days apart: outside the window."), found=False)
    legs = _legs(book, ("HB0026", "CJ0018", "2024-09-04", 520_000), ("CJ0018", "HB0026", "2024-09-18", 460_000))
    _all(book, _TURN, legs, ("金额相差超过一成。", "The sums differ by more than a tenth."), found=False)


def _back_to_group(book: Book) -> None:
    legs = _legs(book, ("HB0012", "CJ0014", "2025-05-07", 740_000), ("CJ0014", "HB0021", "2025-05-20", 733_000))
    _all(book, _MERGED, legs, ("款项回到同一集团的另一企业。", "It came back to another member of the group."))
    legs = _legs(book, ("HB0012", "CJ0015", "2025-08-06", 740_000), ("CJ0015", "HB0021", "2025-08-20", 590_000))
    _all(book, _MERGED, legs, ("金额相差两成。", "A fifth is missing."), found=False)


def _in_any_order(book: Book) -> None:
    says = ("三家金额分文不差，次序颠倒。", "Three equal to the fen, in the wrong order.")
    for entities, days, last, is_found in (
        (("HB0028", "CJ0016", "HB0024"), ("2025-06-10", "2025-05-06", "2025-04-01"), 456_789, True),
        (("HB0029", "CJ0025", "HB0030"), ("2025-06-10", "2025-05-06", "2025-04-01"), 456_789.01, False),
        (("HB0029", "CJ0026", "HB0030"), ("2025-08-12", "2025-05-06", "2025-02-05"), 345_678, False),
    ):
        first, second, third = entities
        amount = float(round(last))
        legs = _legs(
            book,
            (first, second, days[0], amount),
            (second, third, days[1], amount),
            (third, first, days[2], last),
        )
        near = (
            ("其中一笔多一分。", "One of them is a fen more.")
            if amount != last
            else ("前后相隔超过一百八十日。", "More than a hundred and eighty days apart.")
        )
        _all(book, _EQUAL, legs, says if is_found else near, found=is_found)


def _fans(book: Book) -> None:
    rule = _P + "many_to_one"
    payers = ("HB0006", "HB0007", "HB0008", "HB0010", "HB0014", "HB0016", "HB0017", "HB0023")
    start = day("2024-10-14")
    for number, group in enumerate((payers, payers[:7])):
        legs = [
            [
                payer,
                acts.pay(book, payer, plus(start, 150 * number + n % 4), 50_100 + 10 * n, supplier(_PARTY + number)),
            ]
            for n, payer in enumerate(group)
        ]
        says = (
            ("七家，不足八家。", "Seven are fewer than eight.")
            if number
            else ("八家四日内向同一对象支付相近金额。", "Eight paid one party alike within four days.")
        )
        _all(book, rule, legs, says, found=not number)
    rule = _P + "one_to_many"
    for number, (entity, count) in enumerate((("HB0024", 8), ("CJ0023", 7))):
        legs = [
            [
                entity,
                acts.pay(
                    book, entity, plus(day("2025-02-17"), n % 4), 61_200 + n, supplier(_PARTY + 10 + 10 * number + n)
                ),
            ]
            for n in range(count)
        ]
        says = (
            ("七家，不足八家。", "Seven are fewer than eight.")
            if number
            else ("四日内向八家支付相近金额。", "Eight were paid alike within four days.")
        )
        _all(book, rule, legs, says, found=not number)


def _gathered(book: Book) -> None:
    """Report that six pay a seventh, which pays six others as much on the day of its payroll, and the like with
    half.
    """
    rule = _P + "gathered_and_scattered"
    payers = ("CJ0009", "CJ0011", "CJ0013", "CJ0015", "CJ0018", "CJ0021")
    for number, (centre, out, part, is_found) in enumerate(
        (("HB0018", day("2025-10-10"), 1.0, True), ("HB0030", day("2025-10-10"), 0.5, False))
    ):
        amounts = [400_000 + 12_000 * n for n in range(6)]
        routine = sum(s.row["amount"] for s in book.said if s.kind == "payment" and _is_near(s.row, centre, out))
        total = round((sum(amounts) + routine) * part, 2)
        share = round(total / 6)
        gathered = [
            [payer, acts.pay(book, payer, plus(out, -7 + n % 3), share + 7_000 * (2 * n - 5), centre)]
            for n, payer in enumerate(payers)
        ]
        scattered = [
            [centre, acts.pay(book, centre, out, amount, supplier(_PARTY + 40 + 10 * number + n))]
            for n, amount in enumerate(amounts)
        ]
        says = (
            ("六家汇入后几日内等额分散付出。", "Gathered from six and scattered in like sum within days.")
            if is_found
            else ("付出为汇入的两倍。", "Twice as much went out as came in.")
        )
        _all(book, rule, [*gathered, *scattered], says, found=is_found)


def _is_near(row: dict[str, object], centre: str, out: dt.date) -> bool:
    """Return whether a payment is one of the centre's own in the days that follow."""
    return row["entity"] == centre and out.isoformat() <= str(row["paid_on"]) <= plus(out, 12).isoformat()


def _guarantees(book: Book) -> None:
    says = ("双方互相担保。", "The two guarantee one another.")
    for first, other in (("HB0002", "HB0006"), ("CJ0002", "CJ0006")):
        for entity, debtor in ((first, other), (other, first)):
            book.expect(_CIRCLE, [entity, _given(book, entity, debtor)], *says)
    on = day("2024-08-01")
    ring = ("CJ0010", "CJ0019", "CJ0025")
    for entity, debtor in ((ring[1], ring[2]), (ring[2], ring[0])):
        matter = _agreed(book, on)
        guarantee(book, entity, debtor, on, 1_000_000, matter=matter)
    for entity, debtor in zip(ring, (*ring[1:], ring[0]), strict=True):
        subject = [entity, _given(book, entity, debtor)]
        book.expect(_CIRCLE, subject, "三家循环担保。", "Three guarantee one another in a circle.")
    chain = ("CJ0008", "CJ0017", "CJ0023")
    for entity, debtor, since, until in (
        (chain[1], chain[2], "2024-06-03", "2027-06-03"),
        (chain[2], chain[0], "2024-03-01", "2025-03-11"),
    ):
        matter = _agreed(book, day(since))
        given = guarantee(book, entity, debtor, day(since), 1_000_000, matter=matter, valid_until=day(until))
        book.lawful(
            _CIRCLE, [entity, given], "三笔担保的期限没有共同的一天。", "There is no day on which all three run."
        )


def _agreed(book: Book, on: dt.date) -> str:
    """Report that the group's board had agreed to a guarantee within the group; returns the matter."""
    return acts.settle_matter(book, CITY, plus(on, -3), "guarantee", "集团内担保", amount=1_000_000)


def _given(book: Book, entity: str, debtor: str) -> str:
    """Return the number of the guarantee that an entity gave for a debtor."""
    rows = [s.row for s in book.said if s.kind == "guarantee"]
    return str(next(r["guarantee"] for r in rows if (r["entity"], r["debtor"]) == (entity, debtor)))
