"""Planted: dealings with firms that belong to those who decide, and votes in their own cause."""

from examples.harbour import acts
from examples.harbour.book import Book
from examples.harbour.days import day, plus
from examples.harbour.names import supplier
from examples.harbour.people import who

_VOTE = "cn-central/rules/decisions/interested_vote"
_DEAL = "cn-central/rules/decisions/self_dealing"
_DEAL_NO_MATTER = "cn-central/rules/decisions/self_dealing_without_matter"
_KIN = "cn-capital/rules/conduct/kin_business"
_PARTY = 2300


def plant(book: Book) -> None:
    """Plant ties, votes and contracts."""
    _votes(book)
    _deals(book)


def tie(  # noqa: PLR0913 - what a tie is made of
    book: Book, entity: str, post: str, number: int, *, kin: bool, ended: str = ""
) -> str:
    """Report that a firm belongs to the holder of a post, or to a relative; returns the firm."""
    firm, head = supplier(_PARTY + number), who(entity, post)
    more = {
        "entity": entity,
        "valid_from": day("2023-05-04"),
        "valid_until": day(ended) if ended else None,
        "source": "专项核查",
    }
    when = "2024-01-12T09:30:00"
    if kin:
        relative = f"亲属-{head}-{number}"
        book.say(
            "relation",
            more | {"left_party": head, "right_party": relative, "relation": "kin", "degree": "配偶"},
            arrives=when,
        )
        head = relative
    book.say("relation", more | {"left_party": head, "right_party": firm, "relation": "controls"}, arrives=when)
    return firm


def _votes(book: Book) -> None:
    cases = (
        (
            "HB0002",
            "2024-09-19",
            "outside2",
            True,
            False,
            "",
            "其配偶控制交易相对方，本人仍投票同意。",
            "The spouse controls the counterparty, and the director voted.",
        ),
        (
            "CJ0003",
            "2025-03-13",
            "manager",
            False,
            False,
            "",
            "本人控制交易相对方，仍投票同意。",
            "The director controls the counterparty and voted.",
        ),
        ("HB0004", "2025-06-19", "outside1", True, True, "", "已回避表决。", "The director stepped aside."),
        (
            "CJ0002",
            "2025-06-19",
            "outside3",
            False,
            False,
            "2025-06-01",
            "持股关系在表决前已终止。",
            "The tie had ended before the vote.",
        ),
    )
    for number, (entity, on, post, kin, recused, ended, zh, en) in enumerate(cases):
        firm = tie(book, entity, post, number, kin=kin, ended=ended)
        matter = acts.raise_matter(book, entity, plus(day(on), -14), "cooperation", "合作经营方案", counterparty=firm)
        acts.decide(book, entity, matter, "party_committee", plus(day(on), -5))
        ballot = acts.votes(entity, recused=post if recused else "")
        decision = acts.decide(book, entity, matter, "board", day(on), votes=ballot, yes=6 if recused else 7)
        lawful = recused or bool(ended)
        (book.lawful if lawful else book.expect)(_VOTE, [entity, decision, who(entity, post)], zh, en)
    matter = acts.raise_matter(book, "HB0003", day("2025-08-05"), "cooperation", "合作意向", counterparty=None)
    acts.decide(book, "HB0003", matter, "party_committee", day("2025-08-12"))
    decision = acts.decide(book, "HB0003", matter, "board", day("2025-08-19"), votes=acts.votes("HB0003"))
    why = ("事项未报相对方。", "The matter names no counterparty.")
    book.expect_unjudged(_VOTE, ["HB0003", decision, who("HB0003", "manager")], "counterparty", why)


def _deals(book: Book) -> None:
    for number, (entity, on, post, decided, zh, en) in enumerate(
        (
            (
                "HB0005",
                "2024-10-15",
                "manager",
                "management",
                "与董事亲属控制的企业签约，仅经理层同意。",
                "With a firm of a director's kin, agreed by management alone.",
            ),
            (
                "CJ0001",
                "2025-05-15",
                "deputy",
                "",
                "与副总经理亲属的企业签约，事项尚无决议。",
                "With a firm of a deputy manager's kin, and no resolution yet.",
            ),
            (
                "HB0003",
                "2025-05-15",
                "outside4",
                "board",
                "董事会事先同意，关联董事回避。",
                "The board agreed beforehand, the director stepped aside.",
            ),
            (
                "CJ0002",
                "2024-06-28",
                "manager",
                "management",
                "新公司法施行前签订，不适用。",
                "Signed before the revised law was in force.",
            ),
        )
    ):
        firm = tie(book, entity, post, 100 + number, kin=True)
        matter = acts.raise_matter(
            book, entity, plus(day(on), -20), "related_deal", "关联采购", counterparty=firm, amount=640_000
        )
        if decided:
            aside = acts.votes(entity, recused=post) if decided == "board" else None
            acts.decide(
                book, entity, matter, decided, plus(day(on), -6), **({"votes": aside, "yes": 6} if aside else {})
            )
        if decided == "board":
            acts.decide(book, entity, matter, "party_committee", plus(day(on), -8))
        contract = acts.sign(book, entity, day(on), 640_000, firm, matter=matter)
        (book.expect if number < 2 else book.lawful)(_DEAL, [entity, contract], zh, en)
        _lead(book, [entity, contract])
    for number, (entity, on, post, ended, zh, en) in enumerate(
        (
            (
                "HB0006",
                "2024-11-19",
                "cfo",
                "",
                "与总会计师亲属控制的企业签约，未挂事项。",
                "With a firm of the chief financial officer's kin, no matter named.",
            ),
            (
                "CJ0010",
                "2025-08-21",
                "manager",
                "",
                "与总经理亲属控制的企业签约，未挂事项。",
                "With a firm of the manager's kin, no matter named.",
            ),
            (
                "CJ0006",
                "2025-08-21",
                "manager",
                "2025-08-21",
                "关系于签约当日终止（不含当日）。",
                "The tie ended with the day before.",
            ),
        )
    ):
        firm = tie(book, entity, post, 110 + number, kin=True, ended=ended)
        contract = acts.sign(book, entity, day(on), 88_000, firm)
        (book.lawful if ended else book.expect)(_DEAL_NO_MATTER, [entity, contract], zh, en)
        if ended:
            book.lawful(_KIN, [entity, contract], zh, en)
        else:
            _lead(book, [entity, contract])


def _lead(book: Book, subject: list[str]) -> None:
    """Expect the lead that any contract with the kin of a post holder raises, approved or not."""
    book.expect(_KIN, subject, "相对方由任职人员的亲属控制。", "A relative of somebody in a post controls the party.")
