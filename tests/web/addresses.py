"""The addresses that pages and calls declare, filled in with every entity, entry and finding of a node."""

from itertools import product

from comptroller.web.app import CALLS, PAGES
from tests.consoles import ENTITIES, mark

CODES = [code for code, _ in ENTITIES]
ENTRIES = range(1, 13)
"""The entries that the shared node begins with."""


def declared():
    """Return the patterns that the modules of the app declare, in the order of the modules."""
    return [address for module in (*PAGES, *CALLS) for address in getattr(module, "ADDRESSES", ())]


def filled(patterns, findings=(), entries=ENTRIES):
    """Return each pattern with each entity and its mark, each entry and each finding in its place."""
    return [address for pattern in patterns for address in _fill(pattern, findings, entries)]


def _fill(pattern, findings, entries):
    entities = CODES if "{entity}" in pattern or "{mark}" in pattern else [""]
    numbers = entries if "{entry}" in pattern else [""]
    named = findings if "{finding}" in pattern else [""]
    for entity, entry, finding in product(entities, numbers, named):
        yield pattern.format(entity=entity, mark=mark(entity), entry=entry, finding=finding)
