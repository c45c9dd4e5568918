"""A kind of fact: its fields, its natural key, whose books it belongs to, and when it holds."""

from dataclasses import dataclass, field
from typing import Any

from comptroller.model.channel import REPORTER
from comptroller.model.text import Text

COLUMN_TYPES = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "entity": "VARCHAR",
    "person": "VARCHAR",
    "choice": "VARCHAR",
    "money": "DECIMAL(18,4)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "share": "DECIMAL(30,6)",
    "day": "DATE",
    "instant": "TIMESTAMP",
    "flag": "BOOLEAN",
}
FACT_LINES = 1 << 20
"""A fact's number is its entry's number times this, plus its line: a report holds at most so many facts."""
STAMPS = {"fact": "BIGINT", "received_at": "TIMESTAMP", "first_at": "TIMESTAMP"}
"""The columns that the ledger gives every fact; the lines of a nested list have no `first_at`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind, and the column it gives; the whole of a value matches `pattern` (RE2), where there is one.

    `least` and `most` are numbers or days as text, both included; '' where the kind sets no bound.
    """

    name: str
    type: str
    title: Text
    required: bool = False
    known: bool = True
    identifier: str = ""
    currency: str = ""
    unit: str = ""
    fills: str = ""
    least: str = ""
    most: str = ""
    pattern: str = ""
    choices: dict[str, Text] = field(default_factory=dict)

    @property
    def column_type(self) -> str:
        """Return the SQL type of the field's column."""
        return COLUMN_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Check:
    """Sense within one row: SQL that must not be false."""

    code: str
    holds: str
    title: Text
    mend: Text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact. A nested list is a kind of its own, named `<kind>_<field>`, whose `parent` is the outer kind.

    Rows of a kind that `is_made` come from the engine itself; nobody reports them.
    `reported_by` names the channels from which its facts are accepted.
    """

    name: str
    title: Text
    about: Text
    key: tuple[str, ...]
    books: tuple[str, ...]
    valid: dict[str, str]
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    lists: tuple["Kind", ...] = ()
    parent: str = ""
    carries: tuple[str, ...] = ()
    reported: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    is_made: bool = False
    reported_by: tuple[str, ...] = (REPORTER,)

    @property
    def columns(self) -> dict[str, str]:
        """Return the table's columns and SQL types, in order, the ledger's columns last.

        `first_at` is when the first fact was received of which this one is a correction, itself where it is none.
        """
        named = {f.name: f.column_type for f in self.fields}
        return named | {name: form for name, form in STAMPS.items() if name != "first_at" or not self.parent}

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError where there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def since(self) -> str:
        """Return the column that says from when a row holds: a day or an instant."""
        return self.valid.get("on") or self.valid.get("at") or self.valid.get("from") or ""
