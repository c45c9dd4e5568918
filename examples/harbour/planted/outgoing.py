"""Planted: accounts and payments that the treasury should have stopped."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import at, day, plus
from examples.harbour.names import supplier
from examples.harbour.people import who
from examples.harbour.register import ENTITIES

_P = "cn-central/rules/payments/"
_TWICE = "base/rules/payments/duplicate"
_PARTY = 2550


def plant(book: Book) -> None:
    """Plant wrong accounts, large payments without control, new and changed payees, double payments, arrears."""
    _accounts(book)
    _control(book)
    _new_payees(book)
    _under_contract(book)
    _changed(book)
    _twice(book)
    _arrears(book)


def _account(book: Book, entity: str, number: int, opened: str, approved: str, **more: object) -> str:
    row: Row = {
        "entity": entity,
        "account": f"ZH-{entity}-{number}",
        "bank": "望港商业银行",
        "owner_kind": "entity",
        "owner": ENTITIES[entity].name,
    }
    row |= {"purpose": "special", "pooled": False, "approved_on": day(approved), "opened_on": day(opened)}
    book.say("account", row | more, day(opened))
    return f"ZH-{entity}-{number}"


def _accounts(book: Book) -> None:
    rule = _P + "account_in_persons_name"
    for entity, opened, closed, zh, en in (
        ("HB0015", "2024-09-03", None, "公款存入出纳个人账户。", "Enterprise money in the cashier's own account."),
        (
            "CJ0024",
            "2024-06-05",
            "2024-07-02",
            "个人账户在新公司法施行后仍在使用。",
            "Still in use when the law came into force.",
        ),
        (
            "CJ0021",
            "2024-06-05",
            "2024-07-01",
            "旧法期间已禁止，销户不改变。",
            "Forbidden under the older law as well, and closing does not change that.",
        ),
    ):
        more = {"owner_kind": "person", "owner": f"{entity}出纳", "closed_on": day(closed) if closed else None}
        number = _account(book, entity, 9, opened, opened, **more)
        book.expect(rule, [entity, number], zh, en)
    card = {"owner_kind": "person", "owner": "CJ0019出纳", "official_card": True}
    number = _account(book, "CJ0019", 9, "2024-06-05", "2024-06-05", **card)
    book.lawful(rule, ["CJ0019", number], "公务卡不存放公款。", "An official card holds no money of the enterprise.")
    rule = _P + "account_opened_before_approval"
    for entity, opened, approved, zh, en in (
        ("HB0018", "2024-05-13", "2024-05-14", "开户次日才批准。", "Approved the day after it was opened."),
        ("CJ0014", "2025-02-11", "2025-03-04", "开户三周后才批准。", "Approved three weeks after it was opened."),
        ("CJ0015", "2025-02-11", "2025-02-11", "同日批准并开户。", "Approved and opened on one day."),
    ):
        number = _account(book, entity, 2, opened, approved)
        (book.lawful if opened == approved else book.expect)(rule, [entity, number], zh, en)


def _known(book: Book, entity: str, number: int, on: dt.date) -> str:
    payee = supplier(_PARTY + number)
    acts.acquaint(book, entity, payee, on)
    return payee


def _control(book: Book) -> None:
    rule = _P + "approved_after_payment"
    for number, (entity, on, amount, approved, zh, en) in enumerate(
        (
            (
                "HB0007",
                "2024-07-16",
                1_380_000,
                "15:40",
                "下午才补批上午的付款。",
                "Paid in the morning, approved in the afternoon.",
            ),
            (
                "CJ0010",
                "2025-01-21",
                1_000_000,
                "11:01",
                "恰为一百万元，付款后一分钟审批。",
                "Exactly one million, approved a minute after.",
            ),
            ("CJ0011", "2025-01-21", 999_999.99, "15:40", "比标准少一分。", "One fen below the line."),
            (
                "HB0008",
                "2025-01-22",
                1_250_000,
                "11:00",
                "审批与付款同一时刻。",
                "Approved at the very moment of the payment.",
            ),
        )
    ):
        payee = _known(book, entity, number, day(on))
        paid = acts.pay(book, entity, day(on), amount, payee, paid="11:00", approved_at=at(day(on), approved))
        (book.expect if number < 2 else book.lawful)(rule, [entity, paid], zh, en)
    rule = _P + "made_and_checked_by_one"
    for number, (entity, on, amount, zh, en) in enumerate(
        (
            ("HB0012", "2024-08-06", 1_120_000, "经办、复核为同一人。", "One person made and checked it."),
            (
                "CJ0012",
                "2025-09-16",
                1_000_000,
                "恰为一百万元，一人经办并复核。",
                "Exactly one million, made and checked by one.",
            ),
            ("HB0016", "2025-09-16", 999_999.99, "比标准少一分。", "One fen below the line."),
        )
    ):
        payee = _known(book, entity, 10 + number, day(on))
        paid = acts.pay(book, entity, day(on), amount, payee, checker=who(entity, "maker"))
        (book.expect if number < 2 else book.lawful)(rule, [entity, paid], zh, en)


def _new_payees(book: Book) -> None:
    rule = _P + "first_payment_is_large"
    for number, (entity, on, amount, before, zh, en) in enumerate(
        (
            ("HB0004", "2024-10-29", 1_460_000, 0, "首次付款即逾百万元。", "The first payment is above one million."),
            (
                "CJ0004",
                "2025-03-04",
                1_000_000,
                0,
                "首次付款恰为一百万元。",
                "The first payment is exactly one million.",
            ),
            (
                "HB0002",
                "2025-06-10",
                1_180_000,
                366,
                "上次付款在三百六十六日以前。",
                "The last one was three hundred and sixty-six days before.",
            ),
            (
                "HB0003",
                "2025-06-10",
                1_180_000,
                365,
                "三百六十五日前付过款。",
                "Paid three hundred and sixty-five days before.",
            ),
            ("CJ0005", "2025-06-10", 999_999.99, 0, "比标准少一分。", "One fen below the line."),
        )
    ):
        payee = supplier(_PARTY + 20 + number)
        if before:
            acts.acquaint(book, entity, payee, day(on), before)
        paid = acts.pay(book, entity, day(on), amount, payee)
        (book.expect if number < 3 else book.lawful)(rule, [entity, paid], zh, en)


def _under_contract(book: Book) -> None:
    rule = _P + "paid_above_contract"
    for number, (entity, on, extra, kind, zh, en) in enumerate(
        (
            (
                "HB0019",
                "2024-06-11",
                46_000,
                "services",
                "累计付款超出合同四万余元。",
                "Forty-six thousand above the contract.",
            ),
            ("CJ0021", "2025-04-08", 0.01, "services", "累计付款超出合同一分。", "One fen above the contract."),
            ("CJ0020", "2025-04-08", 0, "services", "累计付款恰为合同金额。", "Exactly the contract."),
            ("HB0013", "2025-04-08", 9_000, "loan", "借款合同还本付息。", "A loan, repaid with interest."),
        )
    ):
        party = supplier(_PARTY + 30 + number)
        contract = acts.sign(book, entity, day(on), 270_000, party, kind=kind)
        for turn, part in enumerate((90_000, 90_000, 90_000 + extra)):
            acts.pay(book, entity, plus(day(on), 20 + 25 * turn), part, party, contract=contract)
        (book.expect if number < 2 else book.lawful)(rule, [entity, contract], zh, en)
    # A change that is reported: the contract is corrected to a higher amount.
    party = supplier(_PARTY + 35)
    contract = acts.sign(book, "CJ0013", day("2025-02-12"), 180_000, party)
    for turn in range(3):
        acts.pay(book, "CJ0013", plus(day("2025-02-12"), 15 + 20 * turn), 66_000 + turn, party, contract=contract)
    row = next(s.row for s in reversed(book.said) if s.kind == "contract" and s.row["contract"] == contract)
    book.say("contract", row | {"amount": 200_000, "act": "correct"}, arrives="2025-05-14T15:00:00")
    book.lawful(rule, ["CJ0013", contract], "合同变更已重报金额。", "The change was reported as a correction.")

    rule = _P + "payee_not_contract_party"
    for number, entity in enumerate(("HB0025", "CJ0017")):
        party, other = supplier(_PARTY + 40 + number), supplier(_PARTY + 42 + number)
        contract = acts.sign(book, entity, day("2024-09-10"), 240_000, party)
        acts.pay(book, entity, day("2024-10-15"), 80_000, party, contract=contract)
        paid = acts.pay(book, entity, day("2024-11-14"), 80_000, other, contract=contract)
        book.expect(rule, [entity, paid], "合同款付给了第三方。", "The contract's money went to a third party.")
    paid = acts.pay(book, "HB0026", day("2024-11-14"), 70_000, supplier(_PARTY + 45), contract="HT-HB0026-X0001")
    book.expect_unjudged(rule, ["HB0026", paid], "contract", ("合同尚未报送。", "The contract was never reported."))


def _changed(book: Book) -> None:
    rule = _P + "payee_changed_before_payment"
    for number, (entity, days, zh, en) in enumerate(
        (
            ("HB0022", 2, "付款前两日变更收款账户。", "Changed two days before."),
            ("CJ0019", 7, "付款前第七日变更收款账户。", "Changed on the seventh day before."),
            ("CJ0015", 8, "变更已满八日。", "Changed eight days before."),
        )
    ):
        on = day("2025-05-20")
        more = {"payee_account": f"ZH-新-{number}", "payee_changed_on": plus(on, -days)}
        paid = acts.pay(book, entity, on, 118_000, _known(book, entity, 50 + number, on), **more)
        (book.lawful if days > 7 else book.expect)(rule, [entity, paid], zh, en)


def _twice(book: Book) -> None:
    for number, (entity, days, zh, en) in enumerate(
        (
            ("HB0009", 9, "同一发票九日后再次付款。", "The same invoice paid again nine days later."),
            ("CJ0007", 30, "同一发票第三十日再次付款。", "Paid again on the thirtieth day."),
            ("HB0010", 31, "已过三十日，不在此列。", "Thirty-one days later, outside the time looked at."),
        )
    ):
        payee, on = supplier(_PARTY + 60 + number), day("2024-07-08")
        for turn in range(2):
            paid = acts.pay(book, entity, plus(on, days * turn), 96_500, payee, invoice=f"FPC-{number}")
        (book.lawful if days > 30 else book.expect)(_TWICE, [entity, paid], zh, en)
    payee, on = supplier(_PARTY + 64), day("2025-08-12")
    acts.pay(book, "HB0020", on, 57_300, payee, invoice="FPC-8")
    paid = acts.pay(book, "HB0020", plus(on, 2), 57_300, payee, invoice="FPC-8")
    acts.pay(book, "HB0020", plus(on, 5), -57_300, payee, invoice="FPC-8", note="重复付款退回")
    book.lawful(_TWICE, ["HB0020", paid], "多付款项已退回。", "The surplus came back.")


def _arrears(book: Book) -> None:
    rule = _P + "sme_paid_late"
    for entity, delivered, more, is_found, zh, en in (
        ("HB0006", "2025-08-11", {}, True, "交付满六十日仍未付款。", "Unpaid sixty days after delivery."),
        (
            "CJ0006",
            "2025-09-02",
            {"start_rule": "acceptance", "accepted_on": day("2025-09-22"), "agreed_days": 30},
            True,
            "验收合格满约定三十日未付款。",
            "Unpaid thirty days after acceptance, as agreed.",
        ),
        ("CJ0008", "2025-11-06", {}, False, "期限最后一日。", "The last day of the term."),
        ("CJ0010", "2025-07-07", {"disputed": True}, False, "全部有争议。", "All of it is in dispute."),
        ("HB0009", "2025-07-07", {}, False, "付款方本身是中小企业。", "The payer is itself small or medium."),
        ("HB0007", "2025-05-30", {}, False, "条例施行前交付。", "Delivered before the regulation was in force."),
    ):
        row: Row = {
            "entity": entity,
            "payable": book.number("QK", entity),
            "supplier": supplier(_PARTY + 70),
            "supplier_sme": True,
            "amount": 214_000,
            "currency": "CNY",
            "delivered_on": day(delivered),
            "disputed": False,
        }
        book.say("payable", row | more, day(delivered))
        (book.expect if is_found else book.lawful)(rule, [entity, row["payable"]], zh, en)
    row = row | {"entity": "CJ0011", "payable": "QK-CJ0011-00001", "delivered_on": day("2025-07-07")}
    row.pop("supplier_sme")
    book.say("payable", row, day("2025-07-07"))
    book.expect_unjudged(
        rule, ["CJ0011", row["payable"]], "supplier_sme", ("未报供应商规模。", "The supplier's size was not reported.")
    )
