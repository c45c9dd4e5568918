"""Planted: contracts signed without power, faulty powers of attorney, and fees that are not on the list."""

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import day, plus
from examples.harbour.names import supplier
from examples.harbour.people import SINCE, who

_SIGNED = "cn-central/rules/signing/without_authority"
_POWER = "cn-central/rules/signing/power_of_attorney"
_OPEN = "cn-central/rules/signing/power_without_amount"
_MISUSED = "cn-central/rules/decisions/delegation_misused"
_FEE = "cn-central/rules/signing/fee_outside_list"
_PARTY = 2450


def plant(book: Book) -> None:
    """Plant what is wrong with signing."""
    _signers(book)
    _powers(book)
    _misuse(book)
    _fees(book)


def _power(book: Book, entity: str, on: str, delegate: str, **more: object) -> str:
    """Report a power of attorney of one year up to half a million; returns its number."""
    first = day(on)
    row: Row = {
        "entity": entity,
        "delegation": book.number("WT", entity),
        "issuer": who(entity, "representative"),
        "delegate": who(entity, delegate),
        "item": "contract",
        "limit_cny": 500_000,
        "redelegable": False,
        "issued_on": first,
        "valid_from": first,
        "valid_until": plus(first, 365),
    }
    number = str(row["delegation"])
    book.say("delegation", row | more, first)
    return number


def _signers(book: Book) -> None:
    contract = acts.sign(book, "HB0014", day("2024-06-06"), 320_000, supplier(_PARTY), signer=who("HB0014", "maker"))
    book.expect(
        _SIGNED,
        ["HB0014", contract],
        "签署人既非法定代表人，也无授权。",
        "The signer is not the legal representative and holds no power.",
    )
    _power(book, "CJ0007", "2024-03-01", "manager", counterparty=supplier(_PARTY + 1))
    contract = acts.sign(
        book, "CJ0007", day("2024-10-10"), 280_000, supplier(_PARTY + 2), signer=who("CJ0007", "manager")
    )
    book.lawful(_SIGNED, ["CJ0007", contract], "另持年度授权，覆盖该合同。", "The yearly power covers it.")
    _power(book, "HB0023", "2024-03-01", "manager", counterparty=supplier(_PARTY + 1))
    contract = acts.sign(
        book, "HB0023", day("2024-10-10"), 280_000, supplier(_PARTY + 2), signer=who("HB0023", "manager")
    )
    book.expect(_SIGNED, ["HB0023", contract], "授权限定了另一相对方。", "The power was for another counterparty.")
    # CJ0022's legal representative changes on 2025-06-01: the old one may sign until the day before.
    old = {
        "entity": "CJ0022",
        "person": who("CJ0022", "representative"),
        "post": "legal_representative",
        "valid_from": SINCE,
    }
    book.say("post", old | {"valid_until": day("2025-06-01"), "act": "correct"}, arrives="2025-06-04T09:00:00")
    new = {
        "entity": "CJ0022",
        "person": who("CJ0022", "deputy"),
        "post": "legal_representative",
        "valid_from": day("2025-06-01"),
    }
    book.say("post", new, arrives="2025-06-04T09:00:00")
    contract = acts.sign(book, "CJ0022", day("2025-05-31"), 150_000, supplier(_PARTY + 3))
    book.lawful(_SIGNED, ["CJ0022", contract], "任期最后一日签署。", "Signed on the last day of the term.")
    for fact in book.said:  # what was bought since then was signed by the new one
        if fact.kind == "contract" and fact.row["entity"] == "CJ0022" and fact.row["signed_on"] >= "2025-06-01":
            fact.row["signer"] = new["person"]
    contract = acts.sign(book, "CJ0022", day("2025-06-03"), 150_000, supplier(_PARTY + 4))
    book.expect(
        _SIGNED,
        ["CJ0022", contract],
        "离任后仍以法定代表人名义签署。",
        "Signed as legal representative after having left.",
    )


def _powers(book: Book) -> None:
    for entity, more, zh, en in (
        ("CJ0016", {"valid_until": None}, "授权书没有期限。", "No term is stated."),
        (
            "HB0024",
            {"issuer": who("HB0024", "deputy")},
            "签发人不是法定代表人。",
            "The issuer is not the legal representative.",
        ),
    ):
        book.expect(_POWER, [entity, _power(book, entity, "2024-04-08", "maker", **more)], zh, en)
    number = _power(book, "HB0015", "2024-04-08", "maker", limit_cny=None, contract_kind="goods")
    book.expect(_OPEN, ["HB0015", number], "签约授权没有金额上限。", "No amount is stated for signing contracts.")
    number = _power(book, "HB0020", "2024-04-08", "maker", limit_cny=None, without_money=True, powers="代理诉讼")
    book.lawful(_OPEN, ["HB0020", number], "诉讼授权不涉及金额。", "A power for a lawsuit is about no money.")
    number = _power(book, "CJ0009", "2024-04-08", "deputy", issuer=None, issuer_body="board")
    book.lawful(_POWER, ["CJ0009", number], "由董事会签发。", "Issued by the board.")
    number = _power(book, "CJ0022", "2025-05-31", "manager")
    book.lawful(
        _POWER,
        ["CJ0022", number],
        "原法定代表人任期最后一日签发。",
        "Issued on the last day of the representative's term.",
    )
    number = _power(book, "CJ0023", "2024-04-08", "maker", issuer=None)
    book.expect_unjudged(_POWER, ["CJ0023", number], "issuer", ("未报签发人。", "Nobody said who issued it."))


def _misuse(book: Book) -> None:
    number = _power(book, "HB0017", "2024-05-06", "manager")
    for amount, is_found, zh, en in (
        (500_000.01, True, "合同金额比授权上限多一分。", "One fen above the limit."),
        (500_000, False, "恰为授权上限。", "Exactly at the limit."),
    ):
        contract = acts.sign(
            book,
            "HB0017",
            day("2024-08-13"),
            amount,
            supplier(_PARTY + 5 + is_found),
            signer=who("HB0017", "manager"),
            delegation=number,
        )
        (book.expect if is_found else book.lawful)(_MISUSED, ["HB0017", contract], zh, en)
        (book.expect if is_found else book.lawful)(_SIGNED, ["HB0017", contract], zh, en)
    number = _power(book, "CJ0018", "2024-05-06", "manager")
    for on, is_found, zh, en in (
        ("2025-05-06", True, "授权于前一日届满。", "The power had run out the day before."),
        ("2025-05-05", False, "授权期限最后一日。", "The last day of the power's term."),
    ):
        contract = acts.sign(
            book,
            "CJ0018",
            day(on),
            200_000,
            supplier(_PARTY + 7 + is_found),
            signer=who("CJ0018", "manager"),
            delegation=number,
        )
        (book.expect if is_found else book.lawful)(_MISUSED, ["CJ0018", contract], zh, en)
        (book.expect if is_found else book.lawful)(_SIGNED, ["CJ0018", contract], zh, en)
    above = _power(book, "HB0021", "2024-05-06", "manager")
    passed = _power(
        book,
        "HB0021",
        "2024-06-03",
        "maker",
        issuer=who("HB0021", "manager"),
        parent_delegation=above,
        limit_cny=200_000,
    )
    contract = acts.sign(
        book,
        "HB0021",
        day("2024-09-03"),
        180_000,
        supplier(_PARTY + 9),
        signer=who("HB0021", "maker"),
        delegation=passed,
    )
    book.expect(_MISUSED, ["HB0021", contract], "原授权不得转授。", "The power could not be passed on.")
    number = _power(book, "CJ0005", "2024-07-08", "manager", item="merger", limit_cny=900_000)
    contract = acts.sign(
        book,
        "CJ0005",
        day("2024-11-05"),
        600_000,
        supplier(_PARTY + 10),
        signer=who("CJ0005", "manager"),
        delegation=number,
        item="merger",
    )
    book.expect(_MISUSED, ["CJ0005", contract], "合并事项不得授权。", "A merger may not be delegated.")


def _fees(book: Book) -> None:
    for entity, on, category, project, is_found, zh, en in (
        (
            "HB0005",
            "2024-05-14",
            "guarantee_fee",
            "XM-HZ-1",
            True,
            "向项目方收取担保费，不在清单内。",
            "A guarantee fee is on no list.",
        ),
        (
            "CJ0003",
            "2024-08-14",
            "management_fee",
            "XM-HZ-2",
            True,
            "市清单自2024年起已不含管理费。",
            "Since 2024 the city's list has no management fee.",
        ),
        ("HB0013", "2025-03-14", "channel_fee", "XM-HZ-3", True, "收取通道费。", "A channel fee."),
        (
            "HB0005",
            "2024-06-14",
            "investment_return",
            "XM-HZ-1",
            False,
            "投资收益在各级清单内。",
            "Investment return is on every list.",
        ),
        ("CJ0009", "2024-06-14", "guarantee_fee", None, False, "未挂项目，不作项目收费看待。", "No project is named."),
        ("CJ0003", "2024-06-17", "refund", "XM-HZ-2", False, "退款不是收费。", "A refund is no fee."),
    ):
        row: Row = {
            "entity": entity,
            "receipt": book.number("SF", entity),
            "payer": supplier(_PARTY + 12),
            "payer_kind": "entity",
            "amount": 128_000,
            "currency": "CNY",
            "received_on": day(on),
            "category": category,
            "project": project,
        }
        book.say("receipt", row, day(on))
        (book.expect if is_found else book.lawful)(_FEE, [entity, row["receipt"]], zh, en)
