"""Planted: guarantees for outsiders, beyond the share held, between sisters, beyond what a firm or group can bear."""

import datetime as dt

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.lawful.deals import guarantee
from examples.harbour.lawful.statements import CONSOLIDATED_NET, net_assets, number
from examples.harbour.register import CITY, PORT

_R = "cn-central/rules/guarantees/"
_TOP_UP_ON = day("2025-11-03")


def plant(book: Book) -> None:
    """Plant guarantees."""
    _outsiders(book)
    _investees(book)
    _sisters(book)
    _beyond_share(book)
    _shareholders(book)
    _firms(book)
    _groups(book)


def _matter(book: Book, entity: str, on: dt.date) -> str:
    """Report a matter without a decision."""
    return acts.raise_matter(book, entity, plus(on, -9), "guarantee", "对外担保")


def _outsiders(book: Book) -> None:
    for entity, debtor, on, amount in (
        ("HB0003", "WB0001", "2024-08-08", 20_000_000),
        ("CJ0009", "WB0002", "2025-03-06", 15_000_000),
    ):
        given = guarantee(book, entity, debtor, day(on), amount, matter=_matter(book, entity, day(on)))
        book.expect(
            _R + "debtor_without_stake",
            [entity, given],
            "为集团外无股权关系的企业担保。",
            "For an outsider in which the group has no stake.",
        )
    given = guarantee(
        book,
        "HB0004",
        "望港某贸易商行",
        day("2025-03-06"),
        3_000_000,
        matter=_matter(book, "HB0004", day("2025-03-06")),
    )
    why = ("被担保人不在登记册。", "The debtor is not in the register.")
    book.expect_unjudged(_R + "debtor_without_stake", ["HB0004", given], "entity.debtor", why)


def _investees(book: Book) -> None:
    rule = _R + "investee_beyond_share"
    for entity, debtor, debt, amount, is_found, zh, en in (
        (
            "HB0005",
            "CG0001",
            100_000_000,
            40_000_000,
            True,
            "持股三成，担保了债务的四成。",
            "Thirty percent held, forty guaranteed.",
        ),
        (
            "CJ0003",
            "CG0002",
            50_000_000,
            20_000_000.01,
            True,
            "比股比对应的数额多一分。",
            "One fen beyond the share held.",
        ),
        (PORT, "CG0003", 100_000_000, 20_000_000, False, "恰为股比对应的数额。", "Exactly the share held."),
    ):
        on = day("2024-11-07")
        more = {"debt_total_cny": debt, "matter": _matter(book, entity, on), "share_limit": True}
        given = guarantee(book, entity, debtor, on, amount, **more)
        (book.expect if is_found else book.lawful)(rule, [entity, given], zh, en)
        book.lawful(
            _R + "debtor_without_stake",
            [entity, given],
            "集团持有被担保人股权。",
            "The group holds a stake in the debtor.",
        )


def _sisters(book: Book) -> None:
    rule = _R + "sisters_without_stake"
    on = day("2025-01-09")
    for entity, debtor in (("HB0006", "HB0008"), ("CJ0006", "CJ0010")):
        given = guarantee(book, entity, debtor, on, 10_000_000, matter=_matter(book, entity, on))
        book.expect(
            rule,
            [entity, given],
            "同级子企业之间无直接股权，集团董事会未批准。",
            "Sisters with no stake between them, and no word of the group's board.",
        )
    matter = acts.settle_matter(book, PORT, plus(on, -3), "guarantee", "西港区码头为保税仓储担保", amount=10_000_000)
    given = guarantee(book, "HB0007", "HB0010", on, 10_000_000, matter=matter)
    book.lawful(rule, ["HB0007", given], "集团董事会事先批准。", "The group's board had agreed.")
    given = guarantee(book, "CJ0012", "CJ0007", on, 5_000_000)
    book.expect_unjudged(
        rule,
        ["CJ0012", given],
        "matter",
        ("未报事项编号，无从查找集团批准。", "No matter is named, so no approval can be looked for."),
    )


def _beyond_share(book: Book) -> None:
    rule = _R + "subsidiary_beyond_share"
    on = day("2025-02-13")
    matter = acts.raise_matter(book, PORT, plus(on, -9), "guarantee", "为远潮航运担保", amount=50_000_000)
    acts.decide(book, PORT, matter, "management", plus(on, -4), amount=50_000_000)
    given = guarantee(book, PORT, "HB0003", on, 50_000_000, matter=matter, counter_guarantee_cny=17_500_000)
    book.expect(
        rule,
        [PORT, given],
        "超股比担保，集团董事会未批准。",
        "Beyond the share held, and the group's board had not agreed.",
    )
    matter = acts.settle_matter(book, CITY, plus(on, -3), "guarantee", "为城投置业担保", amount=100_000_000)
    given = guarantee(book, CITY, "CJ0003", on, 100_000_000, matter=matter, counter_guarantee_cny=12_000_000)
    book.expect(
        rule,
        [CITY, given],
        "超股比部分二千万元，反担保只有一千二百万元。",
        "Twenty million beyond the share, covered by twelve.",
    )
    matter = acts.settle_matter(book, CITY, plus(on, -2), "guarantee", "城投置业为滨江开发担保", amount=50_000_000)
    given = guarantee(book, "CJ0003", "CJ0009", on, 50_000_000, matter=matter, counter_guarantee_cny=5_000_000)
    book.lawful(
        rule,
        ["CJ0003", given],
        "集团董事会批准，反担保恰等于超出部分。",
        "The board agreed, and the cover is exactly the excess.",
    )


def _shareholders(book: Book) -> None:
    rule = _R + "shareholder_without_resolution"
    on = day("2025-04-10")
    for entity, debtor, body, zh, en in (
        (
            "HB0006",
            "HB0002",
            "",
            "为股东担保，没有股东会决议。",
            "For its own shareholder, with no resolution of the shareholders.",
        ),
        (
            "CJ0012",
            "CJ0005",
            "board",
            "为股东担保，只有董事会决议。",
            "For its own shareholder, resolved by a board alone.",
        ),
        ("CJ0006", "CJ0002", "shareholders", "股东会事先决议同意。", "The shareholders had agreed."),
    ):
        matter = _matter(book, entity, on)
        if body:
            acts.decide(book, entity, matter, body, plus(on, -2))
        given = guarantee(book, entity, debtor, on, 12_000_000, matter=matter)
        (book.lawful if body == "shareholders" else book.expect)(rule, [entity, given], zh, en)


def _firms(book: Book) -> None:
    rule = _R + "firm_total_above_limit"
    half = net_assets("HB0013") // 2
    on = day("2025-03-10")
    guarantee(book, "HB0013", "HB0022", on, half + 10_000_000, matter=_matter(book, "HB0013", on))
    book.expect(
        rule,
        ["HB0013", number("HB0013", "N", day("2024-12-31"))],
        "担保余额超过净资产的一半。",
        "More than half of its net assets.",
    )
    on = day("2024-05-10")
    guarantee(book, "CJ0010", "CJ0019", on, half + 0.01, matter=_matter(book, "CJ0010", on))
    for end in ("2023-12-31", "2024-12-31"):
        book.expect(
            rule,
            ["CJ0010", number("CJ0010", "N", day(end))],
            "比净资产的一半多一分。",
            "One fen above half of its net assets.",
        )
    on = day("2025-03-11")
    guarantee(book, "CJ0008", "CJ0017", on, half, matter=_matter(book, "CJ0008", on))
    book.lawful(
        rule,
        ["CJ0008", number("CJ0008", "N", day("2024-12-31"))],
        "恰为净资产的一半。",
        "Exactly half of its net assets.",
    )


def _groups(book: Book) -> None:
    rule = _R + "group_total_above_limit"
    on = day("2025-09-04")
    matter = acts.settle_matter(book, CITY, plus(on, -6), "guarantee", "为建工公司银团贷款担保", amount=600_000_000)
    guarantee(book, CITY, "CJ0002", on, 600_000_000, matter=matter)
    assert _standing(book, "CJ", on) > CONSOLIDATED_NET[CITY] * 0.4
    book.expect(
        rule,
        [CITY, number(CITY, "H", day("2024-12-31"))],
        "集团担保总额超过合并净资产的四成。",
        "Above forty percent of the consolidated net assets.",
    )
    top_up = CONSOLIDATED_NET[PORT] * 4 // 10 - _standing(book, "HB", _TOP_UP_ON)
    assert 0 < top_up == int(top_up)
    matter = acts.settle_matter(
        book, PORT, plus(_TOP_UP_ON, -4), "guarantee", "为港务公司银团贷款担保", amount=int(top_up)
    )
    guarantee(book, PORT, "HB0002", _TOP_UP_ON, int(top_up), matter=matter)
    book.lawful(
        rule,
        [PORT, number(PORT, "H", day("2024-12-31"))],
        "恰为合并净资产的四成。",
        "Exactly forty percent of the consolidated net assets.",
    )


def _standing(book: Book, group: str, on: dt.date) -> float:
    """Return what the members of a group guarantee on that day."""
    rows = [s.row for s in book.said if s.kind == "guarantee" and s.row["entity"].startswith(group)]
    return sum(r["amount_cny"] for r in rows if r["valid_from"] <= on.isoformat() < r["valid_until"])
