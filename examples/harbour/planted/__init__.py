"""Misconduct planted among what is lawful, each beside near misses that are lawful, and the key to all of it.

One file a subject. A planting reports facts and adds the expected results to the key: found, or not judged.
"""

from collections.abc import Callable

from examples.harbour.book import Book
from examples.harbour.planted import (
    authority,
    bids,
    board,
    casework,
    collective,
    dealing,
    debts,
    disclosure,
    goods,
    governance,
    invoices,
    kin,
    order,
    outgoing,
    ownership,
    persons,
    prices,
    reform,
    reports,
    rings,
    study,
    tenders,
)

PLANTINGS: tuple[Callable[[Book], None], ...] = (
    study.plant,
    governance.plant,
    collective.plant,
    order.plant,
    dealing.plant,
    authority.plant,
    outgoing.plant,
    persons.plant,
    tenders.plant,
    bids.plant,
    disclosure.plant,
    prices.plant,
    debts.plant,
    invoices.plant,
    reports.plant,
    reform.plant,
    ownership.plant,
    kin.plant,
    rings.plant,
    goods.plant,
    board.plant,
    casework.plant,
)
