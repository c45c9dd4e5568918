"""Planted: money to persons, in large sums and by night."""

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus

_LARGE = "cn-central/rules/payments/paid_to_person"
_NIGHT = "cn-central/rules/payments/paid_to_person_at_night"


def plant(book: Book) -> None:
    """Plant payments to persons."""
    _sums(book)
    _nights(book)


def _to(book: Book, entity: str, on: str, amount: float, name: str, **more: object) -> str:
    return acts.pay(book, entity, day(on), amount, name, payee_kind="person", **({"purpose": "consulting"} | more))


def _sums(book: Book) -> None:
    paid = _to(book, "HB0005", "2024-05-22", 238_000, "储清简")
    book.expect(
        _LARGE,
        ["HB0005", paid],
        "向个人支付咨询费二十三万余元。",
        "More than two hundred thousand to one person for advice.",
    )
    for entity, first, step, parts, is_found, zh, en in (
        (
            "CJ0009",
            "2025-02-24",
            14,
            (66_000, 68_000, 67_000),
            True,
            "二十八日内三笔，合计超过二十万元。",
            "Three within twenty-eight days, above two hundred thousand together.",
        ),
        (
            "HB0008",
            "2025-05-06",
            14,
            (60_000, 70_000, 70_000),
            True,
            "三十日内累计恰为二十万元。",
            "Exactly two hundred thousand within thirty days.",
        ),
        ("CJ0013", "2025-05-06", 14, (60_000, 70_000, 69_999.99), False, "累计差一分。", "One fen below."),
        (
            "HB0011",
            "2025-05-06",
            31,
            (120_000, 120_000),
            False,
            "两笔相隔三十一日。",
            "Two that lie thirty-one days apart.",
        ),
    ):
        name = f"仇听澜（{entity}）"
        for turn, amount in enumerate(parts):
            paid = _to(book, entity, plus(day(first), step * turn).isoformat(), amount, name)
        (book.expect if is_found else book.lawful)(_LARGE, [entity, paid], zh, en)
    paid = _to(book, "HB0007", "2025-07-15", 260_000, "逄守港", purpose="severance")
    book.lawful(_LARGE, ["HB0007", paid], "离职补偿属正常用途。", "Severance is an ordinary purpose.")


def _nights(book: Book) -> None:
    for entity, on, clock, amount, purpose, is_found, zh, en in (
        (
            "HB0016",
            "2024-11-06",
            "23:40",
            88_000,
            "consulting",
            True,
            "深夜向个人付款。",
            "Paid to a person late at night.",
        ),
        (
            "CJ0024",
            "2025-01-09",
            "22:00",
            50_000,
            "consulting",
            True,
            "恰为二十二时、恰为五万元。",
            "At ten at night exactly, fifty thousand exactly.",
        ),
        (
            "CJ0018",
            "2025-08-07",
            "05:59",
            73_000,
            "consulting",
            True,
            "凌晨向个人付款。",
            "Paid to a person before six in the morning.",
        ),
        (
            "HB0021",
            "2025-08-07",
            "21:59",
            73_000,
            "consulting",
            False,
            "差一分钟到二十二时。",
            "One minute before ten.",
        ),
        (
            "CJ0006",
            "2025-08-07",
            "06:00",
            73_000,
            "consulting",
            False,
            "六时整已不属夜间。",
            "Six o'clock is no longer night.",
        ),
        ("HB0017", "2025-08-07", "23:10", 49_999.99, "consulting", False, "比标准少一分。", "One fen below the line."),
        (
            "CJ0012",
            "2025-08-07",
            "23:10",
            66_000,
            "reimbursement",
            False,
            "费用报销属正常用途。",
            "Reimbursement is an ordinary purpose.",
        ),
    ):
        paid = _to(book, entity, on, amount, f"蔺知汀（{entity}）", paid=clock, purpose=purpose, approved_at=None)
        (book.expect if is_found else book.lawful)(_NIGHT, [entity, paid], zh, en)
