"""Planted: transfers, increases and sales that were disclosed too briefly, too late, or never."""

from examples.harbour.book import Book
from examples.harbour.days import after, day, on_working_day, plus, until
from examples.harbour.lawful.deals import appraise, assets, equity, increase
from examples.harbour.names import supplier

_R = "cn-central/rules/transactions/"


def plant(book: Book) -> None:
    """Plant wrong times of disclosure, and appraisals that were stale or filed late."""
    _disclosures(book)
    _predisclosures(book)
    _increases(book)
    _announcements(book)
    _results(book)
    _appraisals(book)
    _venues(book)


def _disclosures(book: Book) -> None:
    rule = _R + "disclosure_too_short"
    for entity, offered, days_disclosed, is_found, zh, en in (
        (
            "HB0003",
            "2024-09-23",
            19,
            True,
            "跨国庆假期，实际只有十九个工作日。",
            "Nineteen working days, with a week of holidays between.",
        ),
        ("CJ0003", "2025-05-06", 14, True, "按自然日计二十日，工作日不足。", "Twenty days, but not working days."),
        (
            "HB0005",
            "2024-09-23",
            20,
            False,
            "含两个调休上班日，恰为二十个工作日。",
            "Exactly twenty, two worked week-ends among them.",
        ),
    ):
        first = day(offered)
        more = {"disclosure_from": first, "disclosure_until": until(first, days_disclosed)}
        deal = equity(book, entity, plus(first, -20), 36_000_000, buyer=supplier(2820), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)
    more = {
        "disclosure_from": None,
        "disclosure_until": None,
        "bidders": 1,
        "ground": "internal_restructuring",
        "method": "agreement",
    }
    first = day("2025-09-01")
    deal = equity(book, "CJ0002", first, 36_000_000, buyer="CJ0001", **more)
    book.lawful(rule, ["CJ0002", deal], "依法非公开协议转让。", "Not public, on a lawful ground.")


def _predisclosures(book: Book) -> None:
    rule = _R + "control_passes_without_predisclosure"
    for entity, started, days_disclosed, is_found, zh, en in (
        ("HB0005", 0, 0, True, "控制权转移而没有预披露。", "Control passes and nothing was disclosed beforehand."),
        (
            "CJ0003",
            11,
            20,
            True,
            "获批后第十一个工作日才启动预披露。",
            "Begun on the eleventh working day after approval.",
        ),
        ("HB0003", 3, 19, True, "预披露只有十九个工作日。", "Only nineteen working days."),
        (
            "CJ0011",
            10,
            20,
            False,
            "第十个工作日启动，恰为二十个工作日。",
            "Begun on the tenth, for exactly twenty working days.",
        ),
    ):
        approved = day("2025-04-08")
        first = after(approved, started) if days_disclosed else None
        ended = until(first, days_disclosed) if first else None
        more = {"control_after": False, "share_pct": 55, "predisclosure_from": first, "predisclosure_until": ended}
        more["disclosure_from"] = on_working_day(plus(ended or approved, 3))
        deal = equity(book, entity, approved, 30_000_000, buyer=supplier(2821), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _increases(book: Book) -> None:
    rule = _R + "increase_disclosed_too_short"
    first = day("2024-08-05")
    for entity, days_disclosed, before, is_found, zh, en in (
        ("HB0013", 39, 0, True, "披露只有三十九个工作日。", "Only thirty-nine working days."),
        ("CJ0008", 20, 15, True, "预披露与正式披露合计三十五个工作日。", "Thirty-five with the pre-disclosure."),
        ("HB0009", 25, 15, False, "预披露与正式披露合计恰为四十个工作日。", "Exactly forty with the pre-disclosure."),
    ):
        more = {"disclosure_from": first, "disclosure_until": until(first, days_disclosed)}
        if before:
            more |= {"predisclosure_from": day("2024-07-01"), "predisclosure_until": until(day("2024-07-01"), before)}
        deal = increase(book, entity, day("2024-06-24"), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _announcements(book: Book) -> None:
    rule = _R + "asset_sale_announced_too_short"
    first = day("2025-01-20")  # over Spring Festival, with one worked Sunday before and one worked Saturday after
    for entity, value, days_disclosed, is_found, zh, en in (
        (
            "HB0007",
            5_000_000,
            9,
            True,
            "底价五百万元，公告只有九个工作日。",
            "A floor of five million, shown for nine working days.",
        ),
        (
            "CJ0010",
            12_000_000,
            19,
            True,
            "底价逾千万元，公告只有十九个工作日。",
            "A floor above ten million, shown for nineteen.",
        ),
        ("HB0006", 5_000_000, 10, False, "恰为十个工作日。", "Exactly ten working days."),
        (
            "CJ0006",
            10_000_000,
            10,
            False,
            "底价恰为一千万元，按较短一档。",
            "A floor of exactly ten million: the shorter time.",
        ),
        (
            "HB0014",
            1_000_000,
            3,
            False,
            "底价不超过一百万元，由企业自定。",
            "At most one million: the enterprise's own time.",
        ),
    ):
        more = {"disclosure_from": first, "disclosure_until": until(first, days_disclosed)}
        deal = assets(book, entity, plus(first, -15), value, buyer=supplier(2822), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _results(book: Book) -> None:
    rule = _R + "result_published_too_short"
    for entity, days_disclosed, is_found, zh, en in (
        ("HB0013", 4, True, "结果公告只有四个工作日。", "Shown for four working days."),
        ("CJ0009", 1, True, "结果公告只有一个工作日。", "Shown for one working day."),
        ("HB0009", 5, False, "恰为五个工作日。", "Exactly five working days."),
    ):
        approved = day("2024-07-15")
        first = day("2024-09-26")
        more = {"result_from": first, "result_until": until(first, days_disclosed)}
        deal = equity(book, entity, approved, 20_000_000, buyer=supplier(2823), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)


def _appraisals(book: Book) -> None:
    rule = _R + "appraisal_stale"
    base = day("2024-02-29")
    for entity, offered, is_found, zh, en in (
        (
            "HB0005",
            "2025-03-03",
            True,
            "披露时评估结果已过一年有效期。",
            "Offered after the year of the appraisal had run out.",
        ),
        ("CJ0011", "2025-06-16", True, "评估基准日已过十五个月。", "The base day lies more than fifteen months back."),
        ("HB0003", "2025-02-28", False, "有效期最后一日披露。", "Offered on the last day of the year."),
    ):
        first = day(offered)
        more = {"disclosure_from": first, "base_on": base}
        deal = equity(book, entity, plus(first, -12), 24_000_000, buyer=supplier(2824), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)
    rule = _R + "appraisal_filed_late"
    apply_by = day("2024-10-15")  # nine months after the base day
    for entity, days, more, is_found, zh, en in (
        ("HB0012", 21, {}, True, "超过九个月又二十个工作日。", "Past nine months and twenty working days."),
        ("CJ0012", 55, {}, True, "备案逾期近三个月。", "Filed nearly three months late."),
        ("HB0004", 20, {}, False, "恰在九个月又二十个工作日之内。", "Just within nine months and twenty working days."),
        (
            "CJ0004",
            40,
            {"approved_on": day("2024-12-10")},
            False,
            "核准类项目不适用。",
            "Appraisals that need approval have another time.",
        ),
    ):
        number = appraise(book, entity, day("2024-01-15"), 8_000_000, filed_on=after(apply_by, days), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, number], zh, en)


def _venues(book: Book) -> None:
    rule = _R + "outside_exchange"
    for entity, more, is_found, zh, en in (
        ("HB0003", {"venue": "agreement_room"}, True, "股权在产权交易机构之外成交。", "Equity sold off the exchanges."),
        (
            "CJ0011",
            {"venue": "auction_house"},
            True,
            "委托拍卖行成交，未进场。",
            "Sold by an auctioneer, off the exchanges.",
        ),
        (
            "HB0005",
            {"venue": "agreement_room", "ground": "internal_restructuring"},
            False,
            "具备非公开协议转让依据。",
            "On a lawful ground for not going public.",
        ),
        ("CJ0009", {"venue": "wgcq"}, False, "在市里选定的交易机构成交。", "On the exchange that the city selected."),
    ):
        deal = equity(book, entity, day("2025-07-14"), 26_000_000, buyer=supplier(2825), **more)
        (book.expect if is_found else book.lawful)(rule, [entity, deal], zh, en)
    deal = equity(book, "HB0013", day("2025-07-14"), 26_000_000, buyer=supplier(2825), venue=None)
    book.expect_unjudged(rule, ["HB0013", deal], "venue", ("未报交易场所。", "No venue was reported."))
