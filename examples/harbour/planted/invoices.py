"""Planted: invoices that do not add up, share a number, are voided too often, or hang on one party."""

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.names import supplier

_R = "base/rules/invoice/"
_PARTY = 2930


def plant(book: Book) -> None:
    """Plant invoices."""
    _sums(book)
    _numbers(book)
    _voids(book)
    _one_party(book)


def _sums(book: Book) -> None:
    rule = _R + "arithmetic"
    for entity, side, off, is_found, zh, en in (
        ("HB0008", "output", 120.0, True, "价税合计与明细相差一百二十元。", "A hundred and twenty yuan apart."),
        ("CJ0010", "input", 0.06, True, "相差六分，超过容差。", "Six fen apart, above the tolerance."),
        ("CJ0012", "input", 0.05, False, "相差五分，恰为容差。", "Five fen apart, exactly the tolerance."),
    ):
        more = {"net": 90_000, "tax": 5_400, "gross": round(95_400 + off, 2)}
        number = acts.invoice(book, entity, side, day("2024-08-21"), 95_400, supplier(_PARTY), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, side, number, "1"], zh, en)


def _numbers(book: Book) -> None:
    rule = _R + "repeated_key"
    for entity, sides, zh, en in (
        ("HB0017", ("input", "input"), "同一进项发票号码入账两次。", "One number booked twice."),
        ("CJ0018", ("input", "input"), "同一进项发票号码入账两次。", "One number booked twice."),
        (
            "HB0018",
            ("input", "output"),
            "进项、销项各一张，号码相同。",
            "One taken and one given, that share a number.",
        ),
    ):
        number = f"24990{entity}"
        for line, side in enumerate(sides, start=1):
            more = {"invoice": number, "line_id": str(line)}
            acts.invoice(book, entity, side, plus(day("2024-09-18"), 20 * line), 73_140, supplier(_PARTY + 1), **more)
        (book.expect if len(set(sides)) == 1 else book.lawful)(rule, [entity, sides[0], number], zh, en)


def _voids(book: Book) -> None:
    rule = _R + "void_rate"
    for place, (entity, count, voids, is_found, zh, en) in enumerate(
        (
            ("HB0024", 50, 11, True, "五十张中作废十一张。", "Eleven of fifty are void."),
            ("HB0026", 60, 21, True, "六十张中作废二十一张。", "Twenty-one of sixty are void."),
            ("HB0028", 50, 10, False, "五十张中作废十张，恰为两成。", "Ten of fifty: exactly a fifth."),
            ("HB0029", 49, 20, False, "不足五十张，不计比例。", "Fewer than fifty are not counted."),
        )
    ):
        for turn in range(count):
            more = {"status": "void" if turn < voids else "valid"}
            on = plus(day("2024-02-05"), 9 * turn)
            acts.invoice(
                book,
                entity,
                "output",
                on,
                book.fen(40_000, 50_000),
                supplier(_PARTY + 10 + 8 * place + turn % 8),
                **more,
            )
        (book.expect if is_found else book.lawful)(rule, [entity, "output"], zh, en)


def _one_party(book: Book) -> None:
    rule = _R + "one_counterparty"
    for place, (entity, count, step, main_cny, is_found, zh, en) in enumerate(
        (
            (
                "HB0030",
                24,
                12,
                150_000,
                True,
                "销售额的四分之三来自同一客户。",
                "Three quarters of its sales are to one party.",
            ),
            (
                "CJ0016",
                24,
                12,
                50_000,
                True,
                "恰有一半销售额来自同一客户。",
                "Exactly half of its sales are to one party.",
            ),
            ("CJ0025", 24, 12, 49_999, False, "略低于一半。", "A little below half."),
            ("CJ0026", 18, 15, 150_000, False, "不足二十张，不作判断。", "Fewer than twenty are not looked at."),
            ("CJ0027", 24, 5, 150_000, False, "不足六个月，不作判断。", "Fewer than six months are not looked at."),
        )
    ):
        for turn in range(count):
            on = plus(day("2024-03-06"), step * turn)
            main = turn % 2 == 0
            party = supplier(_PARTY + 50 + 8 * place + (0 if main else 1 + turn % 7))
            acts.invoice(book, entity, "output", on, main_cny if main else 50_000, party)
        (book.expect if is_found else book.lawful)(rule, [entity, "output"], zh, en)
