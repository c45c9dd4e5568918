"""The schemas of a pack's files on cases, as msgspec structs: moves, clocks and routes."""

# ruff: noqa: RUF012 - msgspec copies the default of a struct for each one
import datetime as dt

from comptroller.packs.schema_types import Both, CiteForm, Form


class MoveForm(Form, frozen=True, kw_only=True):
    """moves/<move>.yml."""

    title: Both
    of: str
    by: list[str]
    states: list[str] = []
    to: str = ""
    does: str = ""
    needs: list[str] = []
    requires: list[str] = []
    apart_from: list[str] = []
    after: list[str] = []
    two_officers: bool = False
    entity_sees: bool = False
    releases: bool = False


class TermForm(Form, frozen=True, kw_only=True, rename={"since": "from"}):
    """How long a clock runs from a day on."""

    since: dt.date
    amount: int
    verified: bool = False
    cites: CiteForm | list[CiteForm]


class ClockForm(Form, frozen=True, kw_only=True):
    """clocks/<clock>.yml."""

    title: Both
    unit: str
    starts: list[str]
    ends: list[str]
    binds: str
    terms: list[TermForm]
    of_rule: bool = False
    lines: list[str] = []
    extensions: int = 0
    extension_most: int = 0
    note: Both = {}


class WhenForm(Form, frozen=True, kw_only=True):
    """The findings that a route is for; what is left empty holds for all."""

    rules: list[str] = []
    kinds: list[str] = []
    severities: list[str] = []
    domains: list[str] = []
    problems: list[str] = []
    classes: list[str] = []
    level_from: int = 0
    level_until: int = 99


class RouteForm(Form, frozen=True, kw_only=True):
    """routes/<route>.yml."""

    title: Both
    order: int
    cites: list[CiteForm]
    when: WhenForm = WhenForm()
    opens: bool = True
    lead: str = ""
    informed: list[str] = []
    office: str = "owner"
    joins: list[list[str]] = []
    window_days: int = 180
    closes_itself: list[str] = []
    closes_with_loss: list[str] = []
    closes_with_persons: bool = False
