"""Planted: chains of ownership that are too long, go round, do not add up, or differ from their declared form."""

from typing import Any

from examples.harbour.book import Book, Row
from examples.harbour.days import day
from examples.harbour.lawful.deals import equity
from examples.harbour.names import credit_code, supplier
from examples.harbour.register import ENTITIES, OWNER

_R = "cn-capital/rules/capital/"
_SUMS = "cn-capital/rules/data/stakes_do_not_add_up"
_BUYER = 520
_LEVELS_MAX = 4
_CODE = 9001
"""The number of a credit code that no entity of the city has."""


def plant(book: Book) -> None:
    """Plant faults of ownership, each beside a lawful case that looks like it."""
    _levels(book)
    _rings(book)
    _sums(book)
    _boards(book)
    _forms(book)
    _money_first(book)
    _layers(book)
    _codes(book)


def founded(book: Book, code: str, name: str, form: str, since: str, **more: Any) -> None:
    """Report an entity that the owner has just registered; no report about it is due."""
    row: Row = {"entity": code, "name": name, "form": form, "country": "CN", "region": "990000"}
    book.say("entity", row | {"valid_from": day(since)} | more, arrives=f"{since}T15:00:00", by=OWNER)


def hold(book: Book, holder: str, entity: str, share: float, since: str, **more: Any) -> None:
    """Report that a holder has a share of an entity from a day on."""
    row: Row = {"holder": holder, "entity": entity, "share_pct": share, "mode": "direct", "valid_from": day(since)}
    book.say("stake", row | more, arrives=f"{since}T16:00:00", by=OWNER)


def _levels(book: Book) -> None:
    for firm in ENTITIES.values():
        if firm.level > _LEVELS_MAX:
            book.expect(
                _R + "too_many_levels", [firm.code], "管理层级超过四级。", "Below the fourth level of management."
            )
        elif firm.level == _LEVELS_MAX:
            book.lawful(_R + "too_many_levels", [firm.code], "恰为第四级。", "On the fourth level, the last allowed.")


def _rings(book: Book) -> None:
    rule = _R + "circular_ownership"
    hold(book, "HB0009", "HB0011", 5, "2024-02-01")
    hold(book, "HB0011", "HB0009", 10, "2024-02-01")
    for entity in ("HB0009", "HB0011"):
        book.expect(rule, [entity], "两家企业互相持股。", "The two hold stakes in one another.")
    hold(book, "CJ0009", "CJ0020", 5, "2024-02-01", valid_until=day("2024-08-01"))
    hold(book, "CJ0020", "CJ0009", 5, "2024-08-01")
    for entity in ("CJ0009", "CJ0020"):
        book.lawful(rule, [entity], "前一持股终止后才有后一持股。", "The one stake ended as the other began.")


def _sums(book: Book) -> None:
    hold(book, supplier(_BUYER + 10), "HB0015", 20, "2024-03-01")
    book.expect(_SUMS, ["HB0015"], "各方持股合计百分之一百零四。", "The stakes sum to 104 percent.")
    founded(book, "WB0004", "望港空明咨询有限公司", "private", "2024-03-04")
    hold(book, "WB0003", "WB0004", 0, "2024-03-04")
    book.expect(_SUMS, ["WB0004"], "唯一股东的持股比例为零。", "Its only holder has nothing of it.")
    hold(book, supplier(_BUYER + 11), "CJ0003", 20.05, "2024-03-05")
    book.lawful(_SUMS, ["CJ0003"], "超出部分为尾差。", "Above the whole by rounding alone.")


def _codes(book: Book) -> None:
    rule, code = "base/rules/register/shared_code", credit_code(_CODE)
    founded(book, "WB0091", "望港云帆商贸有限公司", "private", "2024-05-06", uscc=code)
    founded(book, "WB0092", "望港云帆商务有限公司", "private", "2024-05-07", uscc=code)
    for entity in ("WB0091", "WB0092"):
        book.expect(rule, [entity], "两家企业登记了同一个信用代码。", "Two firms are registered under one credit code.")
    former, later = credit_code(_CODE + 1), day("2024-08-01")
    founded(book, "WB0093", "望港旧港服务有限公司", "private", "2024-05-08", uscc=former, valid_until=later)
    founded(book, "WB0094", "望港新港服务有限公司", "private", "2024-08-01", uscc=former)
    for entity in ("WB0093", "WB0094"):
        book.lawful(rule, [entity], "前者注销后，代码由后者承继。", "The code passed on when the first had ended.")


def _boards(book: Book) -> None:
    """Add to the key what `people.APPOINTED` implies about appointments."""
    rule = _R + "control_without_power"
    book.expect(
        rule,
        ["HB0003"],
        "持股百分之六十五，七名董事只委派三名，经理层由他人任命。",
        "Of seven directors three are the majority holder's, and neither manager is.",
    )
    book.lawful(rule, ["HB0010"], "七名董事委派四名。", "Four of seven directors.")
    book.lawful(rule, ["CJ0003"], "董事未过半，但委派了总会计师。", "No majority, but the chief financial officer.")
    why = ("未报任命或委派单位。", "Who appointed them is not told.")
    book.expect_unjudged(rule, ["CJ0005"], "post.appointed_by", why)


def _forms(book: Book) -> None:
    rule, false = _R + "class_differs_from_control", _R + "false_state_firm"
    founded(book, "SP0001", "望港智慧港航科技有限公司", "controlled", "2024-01-10", parent="HB0005")
    hold(book, "HB0005", "SP0001", 40, "2024-01-10")
    book.expect(rule, ["SP0001"], "申报为控股，实际只持四成。", "Declared as controlled; forty percent are held.")
    book.lawful(false, ["SP0001"], "集团确实持股。", "The group does hold a stake.")
    founded(book, "SP0002", "望港海悦文旅有限公司", "investee", "2024-05-06", parent="CJ0003")
    book.expect(rule, ["SP0002"], "申报为参股，实际控股。", "Declared as a minority investee; the majority is held.")
    founded(book, "SP0003", "望港新城数据有限公司", "investee", "2024-05-07", parent="CJ0003")
    hold(book, "CJ0003", "SP0003", 50, "2024-05-07")
    book.lawful(rule, ["SP0003"], "恰为一半，不控股。", "Exactly half is no control.")
    founded(book, "SP0004", "望港蓝湾能源有限公司", "controlled", "2024-05-08", parent="HB0005")
    for name in (rule, false):
        book.expect_unjudged(name, ["SP0004"], "stake", ("未报股权。", "No stake is told."))
    founded(book, "WB0005", "望港国联投资有限公司", "state_owned_wholly", "2024-06-03")
    hold(book, "WB0001", "WB0005", 100, "2024-06-03")
    founded(book, "WB0006", "望港国联供应链有限公司", "controlled", "2024-06-04")
    hold(book, "WB0005", "WB0006", 70, "2024-06-04")
    for entity in ("WB0005", "WB0006"):
        book.expect(
            false, [entity], "自称国有，股东中没有国有出资人。", "Calls itself state-owned; no state owner is above it."
        )


def _money_first(book: Book) -> None:
    rule = _R + "paid_in_before_others"
    for code, name, mine, other, paid, zh, en in (
        (
            "SP0005",
            "望港远航燃气有限公司",
            ("HB0005", 40, "2024-04-19"),
            ("WB0002", 60),
            "2024-06-03",
            "先于民营股东一个多月出资。",
            "Paid in more than a month before the private holder.",
        ),
        (
            "SP0002",
            "",
            ("CJ0003", 55, "2024-05-10"),
            ("WB0001", 45),
            "2025-05-09",
            "先于民营股东一年出资。",
            "Paid in a year before the private holder.",
        ),
        (
            "SP0006",
            "望港锦程会展有限公司",
            ("CJ0003", 30, "2024-06-03"),
            ("WB0003", 70),
            "2024-06-03",
            "各方同日出资。",
            "All paid in on one day.",
        ),
    ):
        holder, share, first = mine
        since = "2024-05-06" if code == "SP0002" else "2024-04-01"
        if name:
            founded(book, code, name, "investee", since)
        hold(book, holder, code, share, since, paid_on=day(first))
        hold(book, other[0], code, other[1], since, paid_on=day(paid))
        is_found = first < paid
        subject = [holder, code, day(since)]
        (book.expect if is_found else book.lawful)(rule, subject, zh, en, entity=code)


def _layers(book: Book) -> None:
    rule = _R + "layer_inserted_before_transaction"
    for number, (seller, sold, layer, name, since, share, approved, zh, en) in enumerate(
        (
            (
                "CJ0011",
                "CJ0020",
                "SP0007",
                "望港清源一号有限公司",
                "2025-01-13",
                "2025-01-20",
                "2025-04-10",
                "转让前三个月新设一层持股。",
                "A holder was set up and put above it three months before the transfer.",
            ),
            (
                "HB0003",
                "HB0009",
                "SP0008",
                "望港远潮一号有限公司",
                "2024-09-02",
                "2024-09-09",
                "2025-04-14",
                "新设层级在观察期之前。",
                "The layer is older than the days that are looked at.",
            ),
        )
    ):
        founded(book, layer, name, "spv", since)
        hold(book, layer, sold, 10, share)
        deal = equity(book, seller, day(approved), 40_000_000, buyer=supplier(_BUYER + number), subject_entity=sold)
        (book.lawful if number else book.expect)(rule, [seller, deal], zh, en)
