"""The check that a pack has what cases need: routes, and the kinds of their events and of their tables."""

from comptroller.cases.events import KINDS
from comptroller.cases.projection import TABLES
from comptroller.model.policy import Pack


def has_cases(pack: Pack) -> bool:
    """Return whether findings open cases under a pack."""
    return pack.case_policy.is_on and all(name in pack.kinds for name in (*KINDS, *TABLES))
