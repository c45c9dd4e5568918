"""Whether a pack has what cases need: routes, and the kinds of their events and of their tables."""

from comptroller.cases.rows import TABLES
from comptroller.cases.told import KINDS
from comptroller.model.policy import Pack


def has_cases(pack: Pack) -> bool:
    """Return whether findings open cases under a pack."""
    return pack.casework.is_on and all(name in pack.kinds for name in (*KINDS, *TABLES))
