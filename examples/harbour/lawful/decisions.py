"""Matters of every quarter, decided in the lawful order, and ties that people have declared."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, on_working_day, plus
from examples.harbour.names import supplier
from examples.harbour.people import who
from examples.harbour.register import ENTITIES

_ITEMS = (
    ("annual_plan", "年度计划及预算调整", None),
    ("investment", "设备更新投资", 26_000_000),
    ("restructuring", "内设机构重组方案", None),
    ("internal_rules", "内部管理制度修订", None),
    ("asset_sale", "闲置资产处置", 12_000_000),
    ("investment", "信息化建设投资", 9_000_000),
)
_FIRST_RELATIVE = 1900


def go_on(book: Book) -> None:
    """Report two matters a quarter of each entity of the upper two levels, and one a half-year of the third."""
    for place, firm in enumerate(ENTITIES.values()):
        if firm.level <= 2:
            for quarter in range(8):
                for turn in range(2):
                    _matter(book, firm.code, quarter, 40 + 30 * turn, place + quarter + turn)
        elif firm.level == 3:
            for half in range(0, 8, 2):
                _matter(book, firm.code, half, 75, place + half)
    _ties(book)


def _matter(book: Book, entity: str, quarter: int, offset: int, turn: int) -> None:
    """Report one matter; sometimes it is first sent back, changed, and studied again."""
    item, title, amount = _ITEMS[turn % len(_ITEMS)]
    first = dt.date(2024 + quarter // 4, 1 + 3 * (quarter % 4), 1)
    decided = on_working_day(plus(first, offset))
    matter = acts.settle_matter(book, entity, decided, item, title, amount=amount, counterparty="无")
    if ENTITIES[entity].party and turn % 9 == 0:
        # An earlier study had asked for changes; the study that settle_matter reports came after it.
        acts.decide(
            book, entity, matter, "party_committee", plus(decided, -12), outcome="revise", proposal=f"YA-{matter}-0"
        )
    if item == "investment":
        row = {
            "entity": entity,
            "investment": book.number("TZ", entity),
            "matter": matter,
            "kind": "fixed_asset",
            "business": "main",
            "in_main_business": True,
            "country": "CN",
            "amount": amount,
            "currency": "CNY",
            "irr_pct": 8,
            "decided_on": decided,
            "plan_year": decided.year,
            "plan_line": f"JH-{decided.year}-{turn:03d}",
        }
        book.say("investment", row, decided)


def _ties(book: Book) -> None:
    """Report declared ties with firms without dealings with the entity."""
    for place, entity in enumerate(ENTITIES.values()):
        if entity.level <= 3:
            relative = f"亲属-{who(entity.code, 'manager')}"
            since = day("2023-06-01")
            kin = {
                "entity": entity.code,
                "left_party": who(entity.code, "manager"),
                "right_party": relative,
                "relation": "kin",
            }
            book.say(
                "relation",
                kin | {"degree": "配偶的兄弟姐妹", "source": "个人有关事项申报", "valid_from": since},
                arrives="2023-12-28T15:00:00",
            )
            firm = {
                "entity": entity.code,
                "left_party": relative,
                "right_party": supplier(_FIRST_RELATIVE + place),
                "relation": "controls",
            }
            book.say("relation", firm | {"source": "工商登记", "valid_from": since}, arrives="2023-12-28T15:00:00")
