"""Planted: what supervisors themselves did late, twice or wrongly, beside cases that went as they should.

Until its trial run ends, with 2025, a rule's findings open no case but for those that are worked on here or on the board.
"""

from typing import Any

from comptroller.model.finding import finding_id
from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.casebook import FOUR, ONE, THREE, TWO, answer, case_of, step
from examples.harbour.days import day
from examples.harbour.people import who
from examples.harbour.planted.board import LATER, OPEN
from examples.harbour.planted.from_the_public import tell
from examples.harbour.planted.reform import done_bare
from examples.harbour.register import ENTITIES, OWNER

_S = "cn-cases/rules/supervision/"
_LEVELS, _BARE = "cn-capital/rules/capital/too_many_levels", "cn-central/rules/reform/done_without_evidence"
_LATE, _PAPER = "cn-central/rules/reform/task_overdue", "cn-central/rules/reform/paper_reform"
_RESULTS = "cn-central/rules/reform/results_not_tracked"
WORKED = (_LEVELS, _BARE, _LATE, _PAPER, _RESULTS)
"""Rules with findings that are worked on, so that these are suppressed one by one and not rule by rule."""
_DISMISSED = 10
_TRIAL = ("2023-12-27T08:30:00", "2023-12-27", "2025-12-30")
_FIRST, _BACK, _CLOSING = "2025-10-23T16:00:00", "2025-10-30T10:00:00", "2025-11-04T10:00:00"


def plant(book: Book) -> None:
    """Plant the work on cases; all other plantings come before it."""
    dismissed = [firm.code for firm in ENTITIES.values() if firm.level > 4][:_DISMISSED]
    _dismiss(book, dismissed)
    _close(book)
    _late(book)
    _hand_over(book)
    _others(book)
    _advice(book)
    tell(book)
    _hold_back(book, dismissed)


def _take_up(book: Book, case: str, on: str = "2025-10-20", arrives: str = _FIRST) -> None:
    step(book, case, "escalate", on, arrives)
    step(book, case, "require", on, arrives)


def _dismiss(book: Book, entities: list[str]) -> None:
    for entity in entities:
        more = {"by_line": "investor", "by": THREE, "reason": "经批准保留的专业公司，不属违规新设。"}
        step(book, case_of(_LEVELS, entity), "dismiss", "2023-12-29", "2023-12-29T10:00:00", **more)
    says = ("十条已定发现全部解除，建议降级。", "All ten that are decided were dismissed.")
    book.expect(_S + "rule_dismissed_too_often", [_LEVELS], *says, entity=OWNER)
    says = ("只有一条已定。", "One alone is decided.")
    book.lawful(_S + "rule_dismissed_too_often", [_PAPER], *says, entity=OWNER)


def _close(book: Book) -> None:
    """Correct and close eight tasks: four as it should be, four not."""
    sound = ("closed_without_rectification", "evidence_older_than_finding", "verified_by_rectifier")
    sound += ("found_again_after_closure",)
    for entity, rule, zh, en in (
        (
            "HB0007",
            "",
            "整改、复核、关闭各由一人，证据晚于发现。",
            "Put right, verified and closed by three, on new evidence.",
        ),
        ("HB0011", "", "补报证据后复核通过。", "Verified on the evidence that came."),
        ("CJ0016", "", "补报证据后复核通过。", "Verified on the evidence that came."),
        ("CJ0017", "", "补报证据后复核通过。", "Verified on the evidence that came."),
        (
            "HB0010",
            sound[0],
            "企业没有报告整改，问题即告关闭。",
            "Closed, and the entity never told what it put right.",
        ),
        ("CJ0011", sound[1], "证据形成于发现之前。", "The evidence is older than the finding."),
        ("CJ0012", sound[2], "报告整改的人自己关闭了问题。", "Whoever reported it as put right closed it."),
        (
            "CJ0013",
            sound[3],
            "关闭后证据被撤下，同一发现再次成立。",
            "Closed, then the evidence was withdrawn: found again.",
        ),
    ):
        task = done_bare(book, entity)
        case = case_of(_BARE, entity, task["task"])
        _take_up(book, case)
        by = ONE if rule == sound[2] else who(entity, "manager")
        if rule != sound[0]:
            reported = day("2025-09-20" if rule == sound[1] else "2025-10-29")
            answer(book, entity, case, "rectify", "2025-10-30", _BACK, evidence_on=reported, by=by)
        proof = {"document": "证据.pdf", "hash": f"f1{entity.lower()}", "act": "correct"}
        book.say("reform_task", task | proof, arrives="2025-10-30T16:00:00")
        step(book, case, "verify", "2025-11-03", _CLOSING, by=TWO)
        step(book, case, "close", "2025-11-04", _CLOSING, by=ONE)
        for name in sound:
            (book.expect if name == rule else book.lawful)(_S + name, [case], zh, en, entity=OWNER)
        if rule == sound[3]:
            book.say("reform_task", task | {"act": "correct"}, arrives="2025-12-29T10:00:00")
            book.expect(_BARE, [entity, task["task"]], "证据又被撤下。", "The evidence was withdrawn again.")
        else:
            book.lawful(_BARE, [entity, task["task"]], "已补报证据。", "The evidence was reported afterwards.")


def _late(book: Book) -> None:
    """Look at one case too late and accept its residue; others are looked at on the last day, or extended."""
    rule = _S + "clock_overdue"
    case = case_of(_LATE, "CJ0006", "GG-CJ0006-00001")
    _take_up(book, case, "2025-11-10", "2025-11-10T10:00:00")
    for move in ("accept", "close"):
        step(book, case, move, "2025-11-28", "2025-11-28T10:00:00", approved_by=TWO, reason="退出协议已签，余款待收。")
    says = ("线索超过五个工作日才研判。", "The lead was looked at after its five working days.")
    book.expect(rule, [case, "triage", "1"], *says, entity=OWNER)
    case = case_of(_PAPER, "CJ0010", "GG-CJ0010-00002")
    request: Row = {"letter": "HJ-2025-002", "case_id": case, "office": OWNER, "by_line": "internal", "kind": "prompt"}
    request |= {"addressee": "CJ0010", "sent_on": day("2025-10-21"), "by": ONE}
    book.say("letter", request, arrives="2025-10-21T16:00:00", by=OWNER)
    answer(book, "CJ0010", case, "contest", "2025-10-22", "2025-10-22T10:00:00", reason="口径有误。")
    step(book, case, "dismiss", "2025-10-23", _FIRST, reason="指标口径已经更正。")
    book.lawful(rule, [case, "triage", "1"], "最后一日研判。", "Looked at on the last day.", entity=OWNER)
    case = case_of(_PAPER, "HB0002", "GG-HB0002-00002")
    _take_up(book, case)
    letter: Row = {"letter": "HJ-2025-001", "case_id": case, "office": OWNER, "by_line": "internal", "kind": "rectify"}
    letter |= {
        "addressee": "HB0002",
        "sent_on": day("2025-10-20"),
        "due_on": day("2025-10-31"),
        "by": ONE,
        "approved_by": TWO,
    }
    book.say("letter", letter, arrives=_FIRST, by=OWNER)
    answer(book, "HB0002", case, "explain", "2025-10-29", _BACK, letter="HJ-2025-001", reason="正在办理注销。")
    more = {"clock": "rectification", "extend_by": 30, "order_number": "望国资督〔2025〕18号", "approved_by": TWO}
    step(book, case, "extend", "2025-11-27", "2025-11-28T10:00:00", **more)
    says = ("期限经批准延长。", "The time was extended by an order.")
    book.lawful(rule, [case, "rectification", "1"], *says, entity="HB0002")


def _hand_over(book: Book) -> None:
    """Pass a case over to another line, which inquires, asks for material, and names who is responsible."""
    case = case_of(_LATE, "HB0005", "GG-HB0005-00001")
    step(book, case, "escalate", "2025-10-20", _FIRST)
    step(book, case, "hand_over", "2025-10-21", _FIRST, to_line="investor")
    taken: Row = {"by_line": "investor", "by": THREE}
    arrives = "2025-10-27T10:00:00"
    for move, on, more in (
        ("receive", "2025-10-24", {}),
        ("inquire", "2025-10-27", {}),
        ("inform", "2025-10-27", {"to_line": "audit"}),
    ):
        step(book, case, move, on, arrives, **taken, **more)
    first = _ask(book, case, taken, "board_minutes", "2025-10-27", arrives)
    answer(book, "HB0005", case, "supply", "2025-10-30", _BACK, request=first, material="board_minutes")
    audit: Row = {"by_line": "audit", "by": FOUR}
    rule = _S + "asked_again"
    saved = _ask(book, case, audit, "board_minutes", "2025-11-03", _CLOSING)
    book.lawful(
        rule, [saved], "以先前提供的材料答复。", "Answered with what had been supplied before.", entity="HB0005"
    )
    again = [_ask(book, case, line, "contract_ledger", "2025-11-04", _CLOSING) for line in (taken, audit)]
    says = ("两条线向企业要了同一份材料。", "Two lines asked the entity for one and the same.")
    book.expect(rule, [again[1]], *says, entity="HB0005")
    for request in again:
        more = {"request": request, "material": "contract_ledger"}
        answer(book, "HB0005", case, "supply", "2025-11-06", "2025-11-06T10:00:00", **more)
    loss: Row = {"estimate": "SS-2025-001", "case_id": case, "office": OWNER, "amount_cny": 860_000}
    loss |= {"estimated_on": day("2025-11-04"), "certified": False, "reason": "薪酬多发部分。"}
    book.say("loss_estimate", loss | taken, arrives=_CLOSING, by=OWNER)
    _answerable(book, case, taken)


def _ask(  # noqa: PLR0913, PLR0917 - the fields of a request
    book: Book, case: str, line: Row, material: str, on: str, arrives: str
) -> str:
    """Report one request for material; returns its number."""
    number = book.number("DY", OWNER)
    row: Row = {"request": number, "case_id": case, "office": OWNER, "material": material, "asked_on": day(on)}
    book.say("material_request", row | line, arrives=arrives, by=OWNER)
    return number


def _answerable(book: Book, case: str, line: Row) -> None:
    exempted, moved = _S + "exempted_without_grounds", _S + "moved_during_inquiry"
    fields: Row = {"case_id": case, "office": OWNER, "entity": "HB0005", "degree": "leading"} | line
    fields |= {"inquired_on": day("2025-10-27"), "approved_by": ONE}
    grounds = {"exemption": True, "lawful": True, "diligent": True, "no_gain": True}
    for post, more in (("manager", grounds), ("cfo", grounds | {"diligent": False}), ("member", {})):
        row = fields | {"person": who("HB0005", post)} | more
        book.say("responsibility", row, arrives="2025-11-10T10:00:00", by=OWNER)
    book.lawful(exempted, [case, who("HB0005", "manager")], "三项条件均成立。", "All three hold.", entity=OWNER)
    book.expect(exempted, [case, who("HB0005", "cfo")], "未勤勉履职仍予免责。", "Exempted, though not diligent.", OWNER)
    _follows(book, case, fields)
    row = {"entity": "HB0012", "person": who("HB0005", "member"), "post": "deputy_manager"}
    book.say("post", row | {"valid_from": day("2025-11-10")}, arrives="2025-11-13T10:00:00")
    subject = [case, who("HB0005", "member"), "HB0012"]
    book.expect(moved, subject, "核查期间调任他职。", "Moved to another post during the inquiry.", "HB0012")
    subject = [case, who("HB0005", "manager"), "HB0005"]
    book.lawful(moved, subject, "核查期间未变动。", "Not moved during the inquiry.", "HB0005")


def _follows(book: Book, case: str, fields: Row) -> None:
    """Report performance pay released during the inquiry, and a decision below its band; one lawful example
    beside each.
    """
    released, outside = _S + "pay_released_during_inquiry", _S + "consequence_outside_band"
    paid: Row = {"entity": "HB0005", "year": 2024, "amount_cny": 60000}
    for number, post, component in (("XC-1", "member", "performance"), ("XC-2", "cfo", "base")):
        row = paid | {"pay": number, "person": who("HB0005", post), "component": component}
        book.say("pay", row | {"paid_on": day("2025-11-07")}, arrives="2025-11-10T10:00:00")
    subject = [case, who("HB0005", "member"), "HB0005"]
    book.expect(released, subject, "核查期间发放绩效年薪。", "Performance pay during the inquiry.", "HB0005")
    subject = [case, who("HB0005", "cfo"), "HB0005"]
    book.lawful(released, subject, "核查期间只发基本年薪。", "Base pay alone went on.", "HB0005")
    decided: Row = fields | {"decided_on": day("2025-11-07"), "degree": "leading", "loss_class": "general"}
    for post, share in (("deputy", 5), ("maker", 10)):
        row = decided | {"person": who("HB0005", post), "deduction_pct": share}
        book.say("responsibility", row, arrives="2025-11-10T10:00:00", by=OWNER)
    subject = [case, who("HB0005", "deputy")]
    book.expect(outside, subject, "扣减比例低于规定幅度。", "Less withheld than the band allows.", OWNER)
    subject = [case, who("HB0005", "maker")]
    book.lawful(outside, subject, "扣减比例恰为下限。", "Exactly the least of the band.", OWNER)


def _others(book: Book) -> None:
    """Leave one case waiting to be verified."""
    case = case_of(_RESULTS, "HB0001")
    _take_up(book, case, "2025-10-23")
    more = {"evidence_on": day("2025-11-27"), "reason": "已补充第三项成效的指标。"}
    answer(book, "HB0001", case, "rectify", "2025-11-28", "2025-11-28T10:00:00", **more)


def _advice(book: Book) -> None:
    rule = _S + "acted_against_advice"
    for number, (entity, body, zh, en) in enumerate(
        (
            (
                "CJ0014",
                "management",
                "答复应报董事会，经理层仍自行批准。",
                "Told to ask the board, the managers approved it.",
            ),
            ("CJ0015", "shareholders", "按答复报请股东批准。", "The shareholders approved it, as advised."),
        )
    ):
        matter = acts.raise_matter(book, entity, day("2025-06-10"), "brand_change", "商标授权使用")
        row: Row = {"entity": entity, "advice": f"QX-{number}", "post": "management", "item": "brand_change"}
        row |= {"matter": matter, "asked_on": day("2025-06-12"), "answer": "ask", "whom": "shareholders"}
        book.say("advice", row | {"because": "owner_reserved"}, day("2025-06-12"))
        acts.decide(book, entity, matter, body, day("2025-06-17"), final=True)
        (book.lawful if number else book.expect)(rule, [entity, f"QX-{number}"], zh, en)


def _hold_back(book: Book, dismissed: list[str]) -> None:
    """Report that findings open no case until the trial run ends: rule by rule, and one by one where some are
    worked on.
    """
    arrives, first, until = _TRIAL
    rules = sorted(
        {expected.rule for expected in book.found if not expected.rule.startswith("cn-cases/")} - set(WORKED)
    )
    rules = [rule for rule in rules if rule not in OPEN or rule in LATER]
    suppressed = [
        (expected.rule, finding_id(expected.rule, tuple(expected.subject)))
        for expected in book.found
        if _is_left(expected, dismissed)
    ]
    for number, (rule, finding) in enumerate([*((rule, None) for rule in rules), *suppressed]):
        row: Row = {"suppression": f"ZB-{number:03d}", "office": OWNER, "rule": rule, "finding": finding}
        row |= {"valid_from": day(first), "valid_until": day(LATER.get(rule, until)), "by": ONE, "approved_by": TWO}
        book.say("suppression", row | {"reason": "试运行期间只提示、不立项。"}, arrives=arrives, by=OWNER)


def _is_left(expected: Any, dismissed: list[str]) -> bool:
    """Return whether a planted finding has a rule that is worked on, without work on the finding itself."""
    if expected.rule == _LEVELS:
        return expected.entity not in dismissed
    return expected.rule == _BARE and expected.entity in ("HB0006", "CJ0008")
