"""What the ledger records about itself: entries that are not folded, and acts about the clock."""

from collections.abc import Mapping
from typing import Any

from comptroller.store.duck import DuckDb

WRONG = "wrong"
"""The act that marks a stretch of entries as made by a wrong clock."""


class Notes:
    """The tables `unfolded` and `clock_act`."""

    def __init__(self, duck: DuckDb) -> None:
        """Read the stretches that are named."""
        self._duck = duck
        sql = "SELECT first_entry, last_entry FROM clock_act WHERE does = ? ORDER BY entry"
        self.wrong: list[tuple[int, int]] = [(int(a), int(b)) for a, b in duck.rows(sql, [WRONG])]

    def put_aside(self, faults: Mapping[int, str], number: int) -> None:
        """Write which entries are not folded, by entry `number`."""
        for entry, fault in sorted(faults.items()):
            self._duck.execute("INSERT INTO unfolded VALUES (?, ?, ?)", [entry, fault, number])

    def put_clock_act(self, act: Mapping[str, Any], number: int) -> None:
        """Write an act about the clock, by entry `number`."""
        names = ("does", "first", "last", "by", "why", "from", "to")
        marks = ", ".join("?" * (len(names) + 1))
        self._duck.execute(f"INSERT INTO clock_act VALUES ({marks})", [number, *(act.get(name) for name in names)])
        if act["does"] == WRONG:
            self.wrong.append((int(act["first"]), int(act["last"])))
