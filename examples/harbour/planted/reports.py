"""Planted: statements that did not come, came late, or contradict each other; and entities that do not report."""

from examples.harbour.book import Book, Row, Said
from examples.harbour.days import day
from examples.harbour.lawful.statements import IN_TIME, LATE, SKIPPED, number
from examples.harbour.names import supplier
from examples.harbour.register import LAST_DAY_HEARD, SILENT

_LATE = "base/rules/reporting/statement_late"
_TWO = "base/rules/reporting/contradiction"
_SILENT = "base/rules/reporting/silent_level"


def plant(book: Book) -> None:
    """Plant faults of reporting; late and missing statements are planted where the statements are made."""
    for entity, end in SKIPPED:
        book.expect(_LATE, [entity, "monthly", end], "月报至今未报。", "It never came.")
    for (entity, end), arrived in LATE.items():
        book.expect(
            _LATE,
            [entity, "monthly", end],
            f"截止日后才于{arrived[:10]}送达。",
            f"It came on {arrived[:10]}, after the day due.",
        )
    for entity, end in IN_TIME:
        book.lawful(_LATE, [entity, "monthly", end], "截止日当天送达。", "It came on the very day due.")
    _contradictions(book)
    _silence(book)


def _statement(book: Book, entity: str, end: str) -> Said:
    wanted = number(entity, "Y", day(end))
    return next(s for s in book.said if s.kind == "statement" and s.row["statement"] == wanted)


def _with(row: Row, changed: dict[str, int]) -> list[Row]:
    return [line | {"amount_cny": line["amount_cny"] + changed.get(line["item"], 0)} for line in row["lines"]]


def _contradictions(book: Book) -> None:
    for entity, end, changed in (
        ("CJ0002", "2024-09-30", {"operating_revenue": 8_600_000}),
        ("HB0003", "2025-04-30", {"operating_revenue": -3_100_000, "cash": 2_400_000}),
    ):
        first = _statement(book, entity, end).row
        again = first | {"statement": f"{first['statement']}-2", "lines": _with(first, changed)}
        book.say("statement", again, arrives=f"{end[:4]}-{int(end[5:7]) + 2:02d}-18T16:00:00")
        for item in changed:
            book.expect(
                _TWO,
                [entity, "stand_alone", end, item],
                "另报一份同期报表，数值不同而未作更正。",
                "A second statement of the period says otherwise, and neither was corrected.",
            )
    first = _statement(book, "HB0002", "2024-05-31").row
    again = first | {"act": "correct", "lines": _with(first, {"operating_revenue": 1_000_000})}
    book.say("statement", again, arrives="2024-06-12T16:00:00")
    book.lawful(
        _TWO,
        ["HB0002", "stand_alone", "2024-05-31", "operating_revenue"],
        "按原编号更正。",
        "Corrected under its number.",
    )
    book.lawful(
        _LATE,
        ["HB0002", "monthly", "2024-05-31"],
        "按期送达，截止日前更正。",
        "In time, and corrected before it was due.",
    )


def _silence(book: Book) -> None:
    for entity in SILENT:
        book.expect(_SILENT, [entity], "十五日以上没有任何报送。", "Nothing was heard for more than fifteen days.")
    row: Row = {
        "entity": LAST_DAY_HEARD,
        "receipt": f"SK-{LAST_DAY_HEARD}-90001",
        "payer": supplier(2999),
        "payer_kind": "entity",
        "amount": 31_500,
        "currency": "CNY",
        "received_on": day("2025-12-19"),
        "category": "sale",
    }
    book.say("receipt", row, arrives="2025-12-21T11:00:00")
    book.lawful(_SILENT, [LAST_DAY_HEARD], "恰在第十五日前报送过。", "Heard exactly fifteen days before.")
