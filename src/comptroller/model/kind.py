"""A kind of fact: its fields, its natural key, the entity that owns it, and its validity."""

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
"""A fact's number is its entry's number times this, plus its line: the most facts of one report."""
STAMPS = {"fact": "BIGINT", "received_at": "TIMESTAMP", "first_at": "TIMESTAMP"}
"""The columns that the ledger adds to every fact; the lines of a nested list have no `first_at`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind and its column; a whole value matches `pattern` (RE2), if there is one.

    `least` and `most` are numbers or days as text, both inclusive; '' where the kind sets no bound. Check characters of an
    `identifier` may be wrong where the field `excused_by` gives the reason. `is_name` marks the
    name of a party, which is compared without differences of width, bracket and blank. `synonyms` maps every spelling,
    in lower case, to the value that is recorded; where there are any, no other value is accepted.
    """

    name: str
    type: str
    title: Text
    required: bool = False
    known: bool = True
    identifier: str = ""
    excused_by: str = ""
    currency: str = ""
    unit: str = ""
    fills: str = ""
    least: str = ""
    most: str = ""
    pattern: str = ""
    choices: dict[str, Text] = field(default_factory=dict)
    is_name: bool = False
    synonyms: dict[str, str] = field(default_factory=dict)

    @property
    def column_type(self) -> str:
        """Return the SQL type of the field's column."""
        return COLUMN_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the tables of a policy's reporters are read; all words are in lower case, without blanks.

    `placeholders` state that a value is missing. `units` are factors of amounts by their word in a header or in one of
    the `unit_columns`. Columns named in `row_numbers` are passed over, and so are rows that begin with one of `totals`.
    """

    placeholders: frozenset[str] = frozenset()
    units: dict[str, int] = field(default_factory=dict)
    unit_columns: frozenset[str] = frozenset()
    row_numbers: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Check:
    """A check within one row: SQL that must not be false."""

    code: str
    holds: str
    title: Text
    mend: Text


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact. A nested list is a kind of its own, named `<kind>_<field>`; its `parent` is the outer kind.

    Rows of a kind that `is_made` come from the engine itself and are never reported. `reported_by` names the channels
    that its facts may come through.
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
    reading: Reading = field(default_factory=Reading)

    @property
    def columns(self) -> dict[str, str]:
        """Return the table's columns and SQL types, in order, the ledger's columns last.

        `first_at` is the time of receipt of the first fact in a chain of corrections; for an uncorrected fact, its own.
        """
        named = {f.name: f.column_type for f in self.fields}
        return named | {name: form for name, form in STAMPS.items() if name != "first_at" or not self.parent}

    def field(self, name: str) -> Field:
        """Return the field of that name; raises KeyError if there is none."""
        for known in self.fields:
            if known.name == name:
                return known
        raise KeyError(name)

    @property
    def since(self) -> str:
        """Return the column with the start of a row's validity: a day or an instant."""
        return self.valid.get("on") or self.valid.get("at") or self.valid.get("from") or ""
