"""Planted: tenders, contracts and partners of the kin of post holders, and kin without any dealings."""

from examples.harbour.book import Book
from examples.harbour.days import day
from examples.harbour.lawful.purchases import hold_tender
from examples.harbour.names import supplier
from examples.harbour.planted.dealing import tie
from examples.harbour.planted.ownership import founded, hold

_WINNER = "cn-capital/rules/procurement/winner_related_to_leader"
_PARTNER = "cn-capital/rules/capital/partner_related_to_leader"
_BIDDERS, _OTHERS = 40, 560
"""First number of tied firms of kin, and first number of the other bidders."""


def plant(book: Book) -> None:
    """Plant winners and partners that are related to a post holder."""
    _winners(book)
    _partners(book)


def _winners(book: Book) -> None:
    for number, (entity, post, is_kin, ended, zh, en) in enumerate(
        (
            (
                "HB0006",
                "manager",
                True,
                "",
                "中标人由总经理亲属控制。",
                "A relative of the manager controls the winner.",
            ),
            (
                "CJ0010",
                "cfo",
                False,
                "",
                "中标人由总会计师本人控制。",
                "The chief financial officer controls the winner.",
            ),
            (
                "HB0007",
                "manager",
                True,
                "2025-03-20",
                "亲属关系下的控制在定标前已终止。",
                "The tie had ended before the award.",
            ),
        )
    ):
        firm = tie(book, entity, post, _BIDDERS + number, kin=is_kin, ended=ended)
        others = [supplier(_OTHERS + 4 * number + n) for n in range(3)]
        tender, winner, _, awarded = hold_tender(
            book, entity, day("2025-03-18"), 2_600_000, "services", 0, project=None, bidders=[firm, *others]
        )
        assert winner == firm
        assert awarded > day("2025-03-20")
        (book.lawful if ended else book.expect)(_WINNER, [entity, tender], zh, en)


def _partners(book: Book) -> None:
    for number, (entity, code, name, ended, zh, en) in enumerate(
        (
            (
                "HB0005",
                "SP0009",
                "望港潮生物流科技有限公司",
                "",
                "合资方由本企业总经理亲属控制。",
                "A relative of the manager controls the partner.",
            ),
            (
                "CJ0003",
                "SP0010",
                "望港云栖酒店管理有限公司",
                "2024-07-01",
                "关系在出资前一日终止。",
                "The tie ended with the day before.",
            ),
        )
    ):
        firm = tie(book, entity, "manager", _BIDDERS + 10 + number, kin=True, ended=ended)
        founded(book, code, name, "investee", "2024-07-01")
        hold(book, entity, code, 30, "2024-07-01")
        hold(book, firm, code, 70, "2024-07-01")
        (book.lawful if ended else book.expect)(_PARTNER, [firm, code, day("2024-07-01")], zh, en, entity=code)
