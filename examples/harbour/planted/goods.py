"""Planted: goods that go round, needless links, two sides of one controller, and flows that differ from the
contract.
"""

from typing import Any

from examples.harbour import acts
from examples.harbour.book import Book, Row
from examples.harbour.days import day
from examples.harbour.names import supplier

_T = "cn-capital/rules/trade/"
_CIRCLES, _LINK, _SIDES, _FLOWS = (
    _T + "goods_in_circles",
    _T + "needless_link",
    _T + "two_sides_connected",
    _T + "four_flows_differ",
)
_PAYEE = "cn-central/rules/payments/payee_not_contract_party"
_PARTY = 700


def plant(book: Book) -> None:
    """Plant trade that is none."""
    _circles(book)
    _links(book)
    _sides(book)
    _flows(book)


def ship(  # noqa: PLR0913, PLR0917 - the fields of a shipment
    book: Book, entity: str, shipper: str, receiver: str, on: str, quantity: float, **more: Any
) -> str:
    """Report that goods went from one party to another, as an entity saw it; returns the shipment's number."""
    number = book.number("HW", entity)
    row: Row = {
        "entity": entity,
        "shipment": number,
        "shipper": shipper,
        "receiver": receiver,
        "goods": "coal",
        "quantity": quantity,
        "unit": "t",
        "price_cny": 830,
        "shipped_on": day(on),
        "received_on": day(on),
        "warehouse": "望港中央仓库",
    }
    book.say("shipment", row | more, day(on))
    return number


def _circles(book: Book) -> None:
    for number, (days, last, goods, says, is_found) in enumerate(
        (
            (
                ("2024-07-02", "2024-07-11", "2024-07-23"),
                4_950,
                "steel",
                ("同一批钢材三周后回到首家发货方。", "The steel was back with its first shipper in three weeks."),
                True,
            ),
            (
                ("2024-09-03", "2024-10-09", "2024-11-05"),
                5_000,
                "steel",
                ("相隔六十三日，超出观察期。", "Sixty-three days apart: outside the window."),
                False,
            ),
            (
                ("2025-02-18", "2025-02-25", "2025-03-04"),
                4_800,
                "steel",
                ("数量少了百分之四。", "Four percent less came back."),
                False,
            ),
            (
                ("2025-04-15", "2025-04-22", "2025-04-28"),
                5_000,
                "copper",
                ("回来的是另一种货物。", "Other goods came back."),
                False,
            ),
        )
    ):
        between = supplier(_PARTY + number)
        legs = [
            ["HB0012", ship(book, "HB0012", "HB0012", between, days[0], 5_000, goods="steel")],
            ["CJ0018", ship(book, "CJ0018", between, "CJ0018", days[1], 4_980, goods="steel")],
            ["CJ0018", ship(book, "CJ0018", "CJ0018", "HB0012", days[2], last, goods=goods)],
        ]
        for leg in legs:
            (book.expect if is_found else book.lawful)(_CIRCLES, leg, *says)


def _links(book: Book) -> None:
    for number, (first, second, month) in enumerate((("HB0004", "HB0010", "2024-08"), ("CJ0002", "CJ0007", "2025-05"))):
        lot, seller, buyer = f"PC-{number:03d}", supplier(_PARTY + 10 + number), supplier(_PARTY + 20 + number)
        ship(book, first, seller, first, f"{month}-05", 2_000, lot=lot)
        within = ship(book, first, first, second, f"{month}-12", 2_000, lot=lot)
        ship(book, second, second, buyer, f"{month}-20", 2_000, lot=lot)
        book.expect(
            _LINK,
            [first, within],
            "从集团外买入、向集团外卖出，中间多过一手。",
            "Bought outside and sold outside, with one more hand of the group between.",
        )
    lot = "PC-010"
    ship(book, "HB0004", supplier(_PARTY + 12), "HB0004", "2024-10-14", 2_000, lot=lot)
    within = ship(book, "HB0004", "HB0004", "HB0010", "2024-10-21", 2_000, lot=lot)
    book.lawful(_LINK, ["HB0004", within], "集团内自用，未再卖出。", "Used within the group and not sold on.")


def _sides(book: Book) -> None:
    for number, (entity, tie, ended, zh, en) in enumerate(
        (
            ("HB0021", "controls", "", "上下游由同一人控制。", "One person controls both sides."),
            ("CJ0009", "same_phone", "", "上下游电话相同。", "Both sides have one telephone."),
            ("HB0027", "same", "", "向谁买就卖给谁。", "Sold to whoever it was bought from."),
            ("CJ0018", "same_address", "2024-11-01", "发货前已不在同一地址。", "The common address had ended before."),
        )
    ):
        up = supplier(_PARTY + 30 + number)
        down = up if tie == "same" else supplier(_PARTY + 40 + number)
        more: Row = {"entity": entity, "valid_from": day("2023-06-01"), "source": "专项核查"}
        more |= {"valid_until": day(ended)} if ended else {}
        pairs = {"controls": [(f"实控人-{entity}", up), (f"实控人-{entity}", down)], "same": []}.get(tie, [(up, down)])
        for left, right in pairs:
            row = more | {"left_party": left, "right_party": right, "relation": tie}
            book.say("relation", row, arrives="2024-11-20T09:30:00")
        lot = f"PC-{20 + number:03d}"
        bought = ship(book, entity, up, entity, "2024-11-06", 1_500, lot=lot)
        sold = ship(book, entity, entity, down, "2024-11-13", 1_500, lot=lot)
        (book.lawful if ended else book.expect)(_SIDES, [entity, bought], zh, en)
        if tie in ("controls", "same"):
            for leg in (bought, sold):
                book.expect(_CIRCLES, [entity, leg], "货物回到同一控制人手中。", "The goods came back to one hand.")


def _flows(book: Book) -> None:
    for number, (entity, goods_to, money_to, zh, en) in enumerate(
        (
            (
                "HB0012",
                True,
                False,
                "货物发给了合同以外的单位。",
                "The goods went to a party that is not in the contract.",
            ),
            (
                "CJ0018",
                False,
                True,
                "货款付给了合同以外的单位。",
                "The money went to a party that is not in the contract.",
            ),
            ("HB0021", False, False, "合同、货物和资金的对方一致。", "Contract, goods and money have one party."),
        )
    ):
        party, other = supplier(_PARTY + 50 + number), supplier(_PARTY + 55 + number)
        contract = acts.sign(book, entity, day("2025-06-04"), 410_000, party, kind="trade")
        ship(book, entity, other if goods_to else party, entity, "2025-06-11", 490, contract=contract)
        paid = acts.pay(book, entity, day("2025-06-18"), 410_000, other if money_to else party, contract=contract)
        (book.expect if goods_to or money_to else book.lawful)(_FLOWS, [entity, contract], zh, en)
        if money_to:
            book.expect(_PAYEE, [entity, paid], zh, en)
