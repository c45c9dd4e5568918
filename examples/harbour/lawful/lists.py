"""Lists that the owner, the groups and the enterprises have set, by version, and the yearly authorisations."""

from examples.harbour.book import Book, Row
from examples.harbour.days import day, plus
from examples.harbour.people import who
from examples.harbour.register import CITY, ENTITIES, OWNER, PORT

_2023, _2024, _2025 = day("2023-01-01"), day("2024-01-01"), day("2025-01-01")
_AUTHORISED = {2024: "2023-12-28T15:00:00", 2025: "2024-12-27T15:00:00", 2026: "2025-12-26T15:00:00"}
"""The years of the managers' authorisations, and when each is reported."""

PRESTUDY = {
    PORT: {
        "investment": 50_000_000,
        "guarantee": 100_000_000,
        "asset_sale": 20_000_000,
        "large_contract": 30_000_000,
        "restructuring": None,
        "annual_plan": None,
    },
    CITY: {
        "investment": 30_000_000,
        "guarantee": 80_000_000,
        "asset_sale": 10_000_000,
        "large_contract": 20_000_000,
        "restructuring": None,
        "annual_plan": None,
    },
    "HB0002": {"investment": 20_000_000, "large_contract": 15_000_000},
    "HB0003": {"investment": 20_000_000, "vessel_purchase": 10_000_000},
    "CJ0002": {"large_contract": 12_000_000, "new_trade": None},
    "CJ0003": {"land_purchase": None, "investment": 20_000_000},
    "CJ0004": {"tariff_change": None},
}
"""Matters for prior study by list's holder, with their limits; all hold in both years."""
NEW_ITEM, NEW_ITEM_FROM = "brand_change", _2025
"""What the port group's second version adds."""
CITY_PAYMENT_CNY, CITY_CONTRACT_CNY = 1_500_000, 3_000_000
"""The city group's own, tighter lines of collective decision."""


def settle(book: Book, arrives: str) -> None:
    """Report the lists of both years, each version when it is made, and the authorisations of each year and the
    next.
    """
    for holder, items in PRESTUDY.items():
        for item, limit in items.items():
            # The first version ends with 2024 and the second begins, with the same limits.
            _line(
                book,
                holder,
                "prestudy",
                item,
                arrives,
                limit_cny=limit,
                body="party_committee",
                valid_from=_2023,
                valid_until=_2025,
            )
            second = {"limit_cny": limit, "body": "party_committee", "valid_from": _2025}
            _line(book, holder, "prestudy", item, "2024-12-27T15:00:00", **second)
    new = {"body": "party_committee", "legal_review": True, "valid_from": NEW_ITEM_FROM}
    _line(book, PORT, "prestudy", NEW_ITEM, "2024-12-27T15:00:00", **new)
    _line(book, CITY, "collective_decision", "payment", arrives, limit_cny=CITY_PAYMENT_CNY, valid_from=_2024)
    _line(book, CITY, "collective_decision", "contract", arrives, limit_cny=CITY_CONTRACT_CNY, valid_from=_2024)
    _line(book, PORT, "allowed_fees", "investment_return", arrives, text="仅收取投资收益", valid_from=_2024)
    _line(book, OWNER, "main_business", "port_logistics", arrives, text="港航物流", valid_from=_2024)
    _line(book, OWNER, "main_business", "city_operation", arrives, text="城市建设运营", valid_from=_2024)
    _line(book, OWNER, "property_exchanges", "wgcq", arrives, text="望港产权交易所", valid_from=_2023)
    for firm in ENTITIES.values():
        if firm.level <= 3:
            for year in _AUTHORISED:
                authorise(book, firm.code, year)


def authorise(book: Book, entity: str, year: int) -> None:
    """Report the yearly power of attorney of the manager: contracts up to three million yuan."""
    first = day(f"{year}-01-01")
    row: Row = {
        "entity": entity,
        "delegation": yearly(entity, year),
        "issuer": who(entity, "representative"),
        "delegate": who(entity, "manager"),
        "item": "contract",
        "limit_cny": 3_000_000,
        "redelegable": False,
        "issued_on": plus(first, -6),
        "valid_from": first,
        "valid_until": day(f"{year + 1}-01-01"),
    }
    book.say("delegation", row, arrives=_AUTHORISED[year])


def yearly(entity: str, year: int) -> str:
    """Return the number of an entity's yearly power of attorney."""
    return f"SQ-{entity}-{year}"


def _line(book: Book, holder: str, name: str, item: str, arrives: str, **more: object) -> None:
    book.say("list_line", {"entity": holder, "list": name, "item": item} | more, arrives=arrives)
