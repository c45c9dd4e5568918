"""Planted: the ordinary work on cases, which open as the facts arrive over the two years, each handled by its line.

Cases open on the days of the regular reports that contain a finding's facts. Work follows on working days from there;
nothing here is late, so that the key gains no line.
"""

import datetime as dt
from dataclasses import dataclass

from examples.harbour.book import Book, Expected, Row, regular
from examples.harbour.casebook import OFFICERS, answer, case_of, step
from examples.harbour.days import after
from examples.harbour.register import OWNER

_CENTRAL, _CAPITAL = "cn-central/rules/", "cn-capital/rules/"
LINES: dict[str, tuple[str, ...]] = {
    "internal": (
        f"{_CENTRAL}decisions/contract_without_decision",
        f"{_CENTRAL}decisions/contract_without_matter",
        f"{_CENTRAL}decisions/not_quorate",
        f"{_CENTRAL}decisions/payment_without_decision",
        f"{_CENTRAL}decisions/payment_without_matter",
        f"{_CENTRAL}decisions/split_to_stay_below",
    ),
    "investor": (
        f"{_CAPITAL}trade/goods_in_circles",
        f"{_CAPITAL}trade/needless_link",
        f"{_CAPITAL}trade/payments_back_to_group",
        f"{_CAPITAL}trade/two_sides_connected",
        f"{_CENTRAL}transactions/appraisal_filed_late",
        f"{_CENTRAL}transactions/appraisal_stale",
        f"{_CENTRAL}transactions/asset_sale_announced_too_short",
        f"{_CENTRAL}transactions/control_passes_without_predisclosure",
        f"{_CENTRAL}transactions/disclosure_too_short",
        f"{_CENTRAL}transactions/increase_disclosed_too_short",
        f"{_CENTRAL}transactions/price_paid_outside_terms",
        f"{_CENTRAL}transactions/several_bidders_no_auction",
    ),
    "audit": (
        f"{_CENTRAL}payments/paid_to_person_at_night",
        f"{_CENTRAL}payments/payee_changed_before_payment",
        f"{_CENTRAL}procurement/bid_time_too_short",
        f"{_CENTRAL}procurement/committee_out_of_order",
        f"{_CENTRAL}procurement/contract_late_after_award",
        f"{_CENTRAL}procurement/split_below_tender_line",
    ),
    "discipline": (
        f"{_CENTRAL}payments/account_in_persons_name",
        f"{_CENTRAL}payments/paid_to_person",
        f"{_CENTRAL}signing/fee_outside_list",
        f"{_CENTRAL}transactions/assets_split_below_listing",
        f"{_CENTRAL}transactions/first_floor_below_appraisal",
        f"{_CENTRAL}transactions/outside_exchange",
        f"{_CENTRAL}transactions/relisted_without_consent",
        f"{_CENTRAL}transactions/sold_below_appraisal_without_consent",
    ),
    "finance": (
        f"{_CENTRAL}payments/account_opened_before_approval",
        f"{_CENTRAL}payments/approved_after_payment",
        f"{_CENTRAL}payments/made_and_checked_by_one",
    ),
}
"""Rules by leading line: each finding of such a rule opens its own case."""
OPEN = frozenset(rule for rules in LINES.values() for rule in rules)
_LATER = dt.date(2025, 12, 3)
LATER = dict.fromkeys(
    (
        f"{_CENTRAL}decisions/not_quorate",
        f"{_CENTRAL}transactions/several_bidders_no_auction",
        f"{_CENTRAL}transactions/appraisal_stale",
        f"{_CENTRAL}transactions/disclosure_too_short",
        f"{_CENTRAL}procurement/committee_out_of_order",
        f"{_CENTRAL}payments/approved_after_payment",
    ),
    _LATER.isoformat(),
)
"""Rules with a trial run until the reports of December 2025, and the day: their findings open cases then."""
_INQUIRED = dt.date(2025, 7, 1)
"""From when on cases are still under inquiry when the world ends."""
_FIRST, _TOLD = 6, 9
"""The last working day after the opening that is reported first, and the day of that report."""
_ON_AND_BACK = ("transactions/price_paid_outside_terms", "CJ0009")


@dataclass(frozen=True, slots=True)
class Case:
    """One case as its line works on it."""

    book: Book
    case: str
    entity: str
    line: str
    opened: dt.date

    def day(self, number: int) -> tuple[str, str]:
        """Return the working day so many after the opening, and when the report about it arrives.

        The office reports the first days together, and the rest with the regular reports of the month.
        """
        first = f"{after(self.opened, _TOLD).isoformat()}T10:00:00"
        rest = regular(self.opened).isoformat()
        return after(self.opened, number).isoformat(), first if number <= _FIRST else rest

    def do(self, move: str, number: int, **more: object) -> None:
        """Report a move of the line on that working day."""
        fields = {"by_line": self.line, "by": OFFICERS[self.line][0]} | more
        step(self.book, self.case, move, *self.day(number), **fields)

    def hear(self, move: str, number: int, reason: str, **more: object) -> None:
        """Report an answer of the entity on that working day."""
        answer(self.book, self.entity, self.case, move, *self.day(number), reason=reason, **more)

    def write(self, number: int, asks: str = "rectify") -> str:
        """Report a letter of the line on that working day; returns its number."""
        on, arrives = self.day(number)
        letter = self.book.number("HJ", OWNER)
        row: Row = {"letter": letter, "case_id": self.case, "office": OWNER, "by_line": self.line, "kind": asks}
        row |= {"addressee": self.entity, "sent_on": on, "due_on": self.day(number + 10)[0]}
        first, second = OFFICERS[self.line]
        self.book.say("letter", row | {"by": first, "approved_by": second}, arrives=arrives, by=OWNER)
        return letter

    def prompt(self) -> str:
        """Report that the line asks the entity about the lead, the day after it opened; returns the number of
        the letter.
        """
        on = after(self.opened, 1)
        letter = self.book.number("HJ", OWNER)
        row: Row = {"letter": letter, "case_id": self.case, "office": OWNER, "by_line": self.line, "kind": "prompt"}
        row |= {"addressee": self.entity, "sent_on": on.isoformat(), "by": OFFICERS[self.line][0]}
        self.book.say("letter", row, arrives=f"{on.isoformat()}T15:00:00", by=OWNER)
        return letter

    def lose(self, number: int, amount: int, recovered: int = 0) -> None:
        """Report the line's estimate of the loss, and the amount recovered."""
        on, arrives = self.day(number)
        row: Row = {"estimate": self.book.number("SS", OWNER), "case_id": self.case, "office": OWNER}
        row |= {"by_line": self.line, "by": OFFICERS[self.line][0], "amount_cny": amount, "recovered_cny": recovered}
        row |= {"estimated_on": on, "certified": recovered > 0, "reason": "按账面与合同价款测算。"}
        self.book.say("loss_estimate", row, arrives=arrives, by=OWNER)


def plant(book: Book) -> None:
    """Plant the work of all lines; the plantings of what is found come before it."""
    reported = _last_reported(book)
    lines = {rule: line for line, rules in LINES.items() for rule in rules}
    dated = [(_opened(expected, reported), expected) for expected in book.found if expected.rule in OPEN]
    dated.sort(key=lambda pair: (pair[0], pair[1].rule, pair[1].subject))
    for number, (opened, expected) in enumerate(dated):
        case = Case(book, case_of(expected.rule, *expected.subject), expected.entity, lines[expected.rule], opened)
        if expected.rule.endswith(_ON_AND_BACK[0]) and expected.entity == _ON_AND_BACK[1]:
            _on_and_back(case)
        elif opened == _LATER:
            _FRESH[number % len(_FRESH)](case)
        elif opened >= _INQUIRED and number % 2:
            _inquired(case, 200_000 + 35_000 * (number % 7))
        elif number % 5 == 0:
            _not_so(case)
        else:
            _residue(case, 80_000 + 45_000 * (number % 9), number)


def _last_reported(book: Book) -> dict[str, dt.date]:
    """Return when each code was last reported."""
    dates: dict[str, dt.date] = {}
    for fact in book.said:
        for value in fact.row.values():
            if isinstance(value, str):
                dates[value] = max(fact.arrives.date(), dates.get(value, fact.arrives.date()))
    return dates


def _opened(expected: Expected, reported: dict[str, dt.date]) -> dt.date:
    """Return when a finding opens its case: when the last fact about it arrives, or when its rule's trial run ends."""
    return max(reported[expected.subject[1]], dt.date.fromisoformat(LATER.get(expected.rule, "2024-01-01")))


def _taken_up(case: Case) -> str:
    """Look at it in time, take it up and write to the entity; returns the letter."""
    case.do("escalate", 2, reason="线索属实，转入办理。")
    return case.write(3)


def _not_so(case: Case) -> None:
    """The entity contests in time, and is right: dismissed, with the reason."""
    letter = case.prompt()
    case.hear("contest", 2, "事项另有依据，已随附原始凭证。", letter=letter)
    case.do("dismiss", 4, reason="经核对原始凭证，企业说明成立，予以解除。")


def _residue(case: Case, amount: int, number: int) -> None:
    """What was done cannot be undone: the loss is reported, the recovery is booked, and the residue is accepted."""
    letter = _taken_up(case)
    case.do("require", 5, reason="责令追回多付款项，完善内控。")
    case.lose(6, amount, amount * (number % 4) // 4)
    case.hear("explain", 7, "已追回可追回部分，其余无法恢复原状。", letter=letter)
    second = OFFICERS[case.line][1]
    case.do("accept", 9, reason="行为已经完成，无法恢复原状，损失已核定。", approved_by=second)
    case.do("close", 9, reason="遗留问题经批准接受，归档。", approved_by=second)


def _inquired(case: Case, amount: int) -> None:
    """Taken up and inquired into, still when the world ends."""
    letter = _taken_up(case)
    case.lose(6, amount)
    case.do("inquire", 8, reason="涉及金额较大，启动核查。")
    case.hear("explain", 9, "已提供合同、凭证和会议材料。", letter=letter)


def _required(case: Case) -> None:
    """Report a required correction by the entity, with its clock running."""
    letter = _taken_up(case)
    case.do("require", 5, reason="限期整改。")
    case.hear("confirm", 8, "已收悉，正在整改。", letter=letter)


def _contested(case: Case) -> None:
    """Contested, and inquired into all the same."""
    letter = case.prompt()
    case.hear("contest", 2, "认为口径理解不同，请予复核。", letter=letter)
    _inquired(case, 310_000)


def _put_right(case: Case) -> None:
    """Reported as put right, to be verified."""
    letter = _taken_up(case)
    case.do("require", 5, reason="限期整改。")
    case.hear("explain", 8, "制度已修订。", letter=letter)
    case.hear("rectify", 14, "已修订制度并补正程序。", evidence_on=case.day(13)[0])


_FRESH = (_required, _contested, _put_right, _not_so)


def _on_and_back(case: Case) -> None:
    """From the investor line to discipline, who find nothing for them, and back."""
    _taken_up(case)
    case.do("hand_over", 4, to_line="discipline", reason="疑有个人获利，移送核实。")
    theirs = {"by_line": "discipline", "by": OFFICERS["discipline"][0]}
    case.do("receive", 6, **theirs)
    case.do("hand_over", 8, to_line="investor", reason="未发现个人获利，退回办理。", **theirs)
    case.do("receive", 9)
    case.do("require", 10, reason="责令按挂牌条件追缴价款。")
    case.lose(11, 420_000, 180_000)
    second = OFFICERS[case.line][1]
    case.do("accept", 13, reason="余款已签还款协议。", approved_by=second)
    case.do("close", 13, reason="遗留问题经批准接受，归档。", approved_by=second)
