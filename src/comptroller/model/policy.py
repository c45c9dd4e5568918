"""Policy as values: packs, sources, parameters, lists, calendars and rules, as read from their text."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from comptroller.model.case_policy import NO_CASEWORK, CasePolicy
from comptroller.model.cite import Cite
from comptroller.model.kind import Kind
from comptroller.model.text import Text


@dataclass(frozen=True, slots=True)
class Source:
    """A law or document that policy cites."""

    name: str
    title: Text
    number: str
    issued_by: Text
    issued_on: dt.date | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    note: Text


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a parameter, dated, cited, and marked as verified or not."""

    value: float
    valid_from: dt.date
    valid_until: dt.date | None
    verified: bool
    cites: tuple[Cite, ...]
    by: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Param:
    """A dated series of values of one parameter."""

    name: str
    title: Text
    unit: str
    by: tuple[str, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ListLine:
    """One dated line of a pack's list."""

    item: str
    title: Text
    limit_cny: float | None
    share_pct: float | None
    body: str
    position: int | None
    legal_review: bool | None
    valid_from: dt.date
    valid_until: dt.date | None
    verified: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class PolicyList:
    """A list of a pack, and how a lower list may differ from it."""

    name: str
    title: Text
    tightens: str
    lines: tuple[ListLine, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """One year's days off and worked weekends, for one region."""

    name: str
    region: str
    year: int
    holidays: tuple[dt.date, ...]
    workdays: tuple[dt.date, ...]
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class LetterForm:
    """The template of one kind of letter, in Typst; templates of a pack may import one another by their stems.

    With `two_officers` one officer drafts such a letter, and another releases it.
    """

    name: str
    title: Text
    template: str
    two_officers: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The result for a day depends only on rows of the docket within so many days of it, by this column."""

    days: int
    on: str


@dataclass(frozen=True, slots=True)
class Example:
    """Input rows of a rule, and the verdict that the rule must return for every subject."""

    name: Text
    shows: str
    today: dt.date | None
    given: dict[str, list[dict[str, Any]]]
    gives: dict[str, list[list[Any]]]
    shown: dict[str, Any]
    params: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A SELECT that several rules share; in the SQL of a rule that names it, it is a WITH of that name.

    It may read `judged`, of the kind `judges` where that is set; `reads` are tables of the rule's own docket, and
    `references` tables that are read whole. `path` is its full name, `text` its SQL as written.
    """

    name: str
    path: str
    title: Text
    about: Text
    judges: str
    reads: tuple[str, ...]
    references: dict[str, tuple[str, ...]]
    params: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A check as one SELECT with its metadata. `sql` has `judged` already defined as its first CTE.

    `names` are all columns that the SQL names, of any table. `views` are the shared SELECTs that the rule uses.
    `references` and `params` include those of the views, and `view_text` is their SQL as written. `expects` names the
    step that the rule finds missing: a kind, and the body that should have taken it.
    """

    name: str
    title: Text
    why: Text
    catalogue: str
    cites: tuple[Cite, ...]
    valid_from: dt.date
    valid_until: dt.date | None
    kind: str
    severity: str
    domain: str
    problem: str
    judges: str
    subject: tuple[str, ...]
    when: tuple[str, ...]
    needs: dict[str, str]
    docket: tuple[str, ...]
    reads: tuple[str, ...]
    references: dict[str, tuple[str, ...]]
    params: tuple[str, ...]
    window: Window | None
    route: dict[str, Any]
    leaves_out: tuple[Text, ...]
    lawful: Text
    examples: tuple[Example, ...]
    text: str
    sql: str
    names: frozenset[str]
    fingerprint: str
    expects: dict[str, str] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    view_text: str = ""

    @property
    def whole_text(self) -> str:
        """Return the rule's SQL as written, with the SQL of its views."""
        return self.text + self.view_text

    @property
    def complete(self) -> str:
        """Return SQL over one judged row: the rule applies, and no value that it needs is missing."""
        parts = [f"({w})" for w in self.when]
        parts += [f"({expression}) IS NOT NULL" for expression in self.needs.values()]
        parts += [f'"{column}" IS NOT NULL' for column in self.docket]
        return " AND ".join(dict.fromkeys(parts))

    @property
    def may_be_breach(self) -> bool:
        """Only limits, procedures and deadlines may be called a breach (docs/architecture.md, D7)."""
        return self.kind in ("limit", "procedure", "deadline")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack merged with all packs that it extends: the only source of policy in force."""

    name: str
    version: str
    digest: str
    zone: str
    title: Text
    layers: tuple[str, ...]
    kinds: dict[str, Kind]
    rules: dict[str, Rule]
    params: dict[str, Param]
    lists: dict[str, PolicyList]
    sources: dict[str, Source]
    calendars: tuple[Calendar, ...]
    domains: dict[str, Text]
    problems: dict[str, Text]
    lines: dict[str, Text]
    files: dict[str, bytes]
    case_policy: CasePolicy = NO_CASEWORK
    letters: dict[str, LetterForm] = field(default_factory=dict)
    words: dict[str, Text] = field(default_factory=dict)
    clock_jump_days: int | None = None
    views: dict[str, View] = field(default_factory=dict)

    @property
    def told(self) -> dict[str, Kind]:
        """Return the kinds that may be reported: all kinds except those that the engine makes itself."""
        return {name: kind for name, kind in self.kinds.items() if not kind.is_made}

    @property
    def tables(self) -> dict[str, Kind]:
        """Return every fact table's kind by table name, nested lists among them."""
        tables = dict(self.kinds)
        for kind in self.kinds.values():
            tables.update({inner.name: inner for inner in kind.lists})
        return tables
