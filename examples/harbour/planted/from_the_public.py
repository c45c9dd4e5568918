"""Planted: tip-offs and suspected false enterprises from the public, and whether they were handled in time."""

from examples.harbour.book import Book, Row
from examples.harbour.days import day
from examples.harbour.register import OWNER

_PUBLIC = "cn-cases/rules/public/"


def tell(book: Book) -> None:
    """Plant what the public reported, and what was done about it."""
    rule, lead = _PUBLIC + "tip_not_acknowledged", _PUBLIC + "false_enterprise_reported"
    tip: Row = {"office": OWNER, "by_line": "discipline", "lodged_on": day("2025-10-09")}
    for number, acknowledged in (("JB2025A1", None), ("JB2025A2", day("2025-10-29"))):
        row = tip | {"tip_number": number, "acknowledged_on": acknowledged}
        book.say("tip_register", row, arrives="2025-11-10T10:00:00", by=OWNER)
    book.expect(
        rule, [OWNER, "JB2025A1"], "十五个工作日内未告知受理。", "Not acknowledged within fifteen working days."
    )
    book.lawful(rule, [OWNER, "JB2025A2"], "第十四个工作日告知。", "Acknowledged on the fourteenth working day.")
    _tips(book, tip)
    notice: Row = {
        "office": OWNER,
        "by_line": "investor",
        "about": "false_enterprise",
        "received_on": day("2025-12-29"),
    }
    for number, named, outcome in (
        ("XS2025B1", "望港国联投资有限公司", None),
        ("XS2025B2", "望港国海贸易有限公司", "unfounded"),
    ):
        looked = day("2025-12-29") if outcome else None
        row = notice | {"lead": number, "named": named, "text": "对外自称国有企业。", "outcome": outcome}
        book.say("public_lead", row | {"looked_into_on": looked}, arrives="2025-12-29T10:00:00", by=OWNER)
    book.expect(
        lead, [OWNER, "XS2025B1"], "公众反映疑似假冒国企，尚未核实。", "Reported by the public and not looked into."
    )
    book.lawful(lead, [OWNER, "XS2025B2"], "经核实不属实。", "Looked into: unfounded.")


def _tips(book: Book, tip: Row) -> None:
    """Acknowledge two tip-offs: one remains open while its informant waits, the other is answered and closed."""
    answered, closed = _PUBLIC + "tip_not_answered", _PUBLIC + "tip_not_closed"
    known = {"acknowledged_on": day("2025-10-14"), "answered_on": day("2025-10-14")}
    open_one = (
        tip | known | {"tip_number": "JB2025A3", "asked_on": day("2025-10-20"), "waiting_since": day("2025-10-20")}
    )
    done = tip | known | {"tip_number": "JB2025A4", "closed_on": day("2025-11-06"), "outcome": "not_borne_out"}
    for row in (open_one, done):
        book.say("tip_register", row, arrives="2025-11-10T10:00:00", by=OWNER)
    book.expect(answered, [OWNER, "JB2025A3"], "来信后五个工作日未答复。", "Not answered within five working days.")
    book.lawful(answered, [OWNER, "JB2025A4"], "没有来信待答复。", "No message waits for an answer.", entity=OWNER)
    says = ("三十个工作日内办结。", "Closed within thirty working days.")
    book.lawful(closed, [OWNER, "JB2025A4"], *says, entity=OWNER)
    for number in ("JB2025A1", "JB2025A2", "JB2025A3"):
        book.expect(closed, [OWNER, number], "逾期未办结。", "Not closed in time.")
