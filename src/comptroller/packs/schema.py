"""The schemas of a pack's files, as msgspec structs: the keys that each YAML file may have; unknown keys are
rejected.
"""

import datetime as dt
from typing import Any

import msgspec

from comptroller.packs.schema_types import Both, CiteForm, Form, PeriodForm


class SightForm(Form, frozen=True, kw_only=True):
    """What a supervision line may see and show."""

    knows_persons: bool = False
    keeps: bool = False


class PackForm(Form, frozen=True, kw_only=True):
    """pack.yml."""

    title: Both
    extends: list[str] = []
    version: str = "1"
    zone: str = ""
    clock_jump_days: int | None = None
    placeholders: list[str] = []
    units: dict[str, int] = {}
    unit_columns: list[str] = []
    row_numbers: list[str] = []
    totals: list[str] = []
    synonyms: dict[str, dict[str, list[str]]] = {}
    about: Both = {}
    domains: dict[str, Both] = {}
    problems: dict[str, Both] = {}
    lines: dict[str, Both] = {}
    words: dict[str, Both] = {}
    sights: dict[str, SightForm] = {}
    loss_param: str = ""
    band_params: list[str] = []
    authority: dict[str, str] = {}


class SourceForm(Form, frozen=True, kw_only=True):
    """sources/<id>.yml."""

    title: Both
    number: str = ""
    issued_by: Both = {}
    issued_on: dt.date | None = None
    in_force: PeriodForm | None = None
    note: Both = {}


class FieldForm(Form, frozen=True, kw_only=True):
    """One field of a kind."""

    type: str
    zh: str
    en: str
    required: bool = False
    known: bool = True
    identifier: str = ""
    excused_by: str = ""
    currency: str = ""
    unit: str = ""
    fills: str = ""
    least: int | float | dt.date | None = None
    most: int | float | dt.date | None = None
    pattern: str = ""
    name: bool = False
    reads: str = ""
    of: dict[str, Both] = {}
    fields: dict[str, "FieldForm"] = {}
    carries: list[str] = []
    key: list[str] = []


class ReportedForm(Form, frozen=True, kw_only=True):
    """Who reports a kind, and how soon."""

    by: Both = {}
    within_days: int | None = None
    unit: str = "calendar"


class CheckForm(Form, frozen=True, kw_only=True):
    """Sense of one row."""

    code: str
    holds: str
    zh: str
    en: str
    mend: Both


class KindForm(Form, frozen=True, kw_only=True):
    """kinds/<kind>.yml."""

    title: Both
    about: Both = {}
    key: list[str]
    books: str | list[str]
    valid: dict[str, str]
    reported: ReportedForm = ReportedForm()
    reported_by: str | list[str] = []
    fields: dict[str, FieldForm]
    checks: list[CheckForm] = []
    made: bool = False


class ValueForm(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """One dated value; its further columns are those that the parameter names under `by`."""

    since: dt.date
    value: float
    until: dt.date | None = None
    verified: bool = False
    cites: CiteForm | list[CiteForm] = []


class ParamForm(Form, frozen=True, kw_only=True):
    """params/<param>.yml."""

    title: Both
    unit: str
    by: list[str] = []
    values: list[dict[str, Any]]
    note: Both = {}


class ListLineForm(Form, frozen=True, kw_only=True, rename={"since": "from"}):
    """One line of a pack's list."""

    item: str
    since: dt.date
    title: Both = {}
    limit: float | None = None
    share_pct: float | None = None
    body: str | None = None
    position: int | None = None
    legal_review: bool | None = None
    until: dt.date | None = None
    verified: bool = True
    cites: CiteForm | list[CiteForm] = []


class ListForm(Form, frozen=True, kw_only=True):
    """lists/<list>.yml."""

    title: Both
    tightens: str = "free"
    lines: list[ListLineForm]
    note: Both = {}


class LetterTemplateForm(Form, frozen=True, kw_only=True):
    """letters/<kind of letter>.yml, and letters/frame.yml that they import."""

    title: Both
    template: str
    two_officers: bool = False


class CalendarForm(Form, frozen=True, kw_only=True):
    """calendar/<year>.yml."""

    region: str
    year: int
    holidays: list[dt.date]
    workdays: list[dt.date] = []
    cites: CiteForm | list[CiteForm] = []


class WindowForm(Form, frozen=True, kw_only=True):
    """A rule's window."""

    days: int
    on: str


class ExampleForm(Form, frozen=True, kw_only=True, rename={"shown": "with"}):
    """An example that runs."""

    name: Both
    shows: str
    given: dict[str, list[dict[str, Any]]]
    gives: dict[str, list[list[Any]]]
    today: dt.date | None = None
    shown: dict[str, Any] = {}
    params: dict[str, float] = {}


class RuleForm(Form, frozen=True, kw_only=True):
    """rules/<subject>/<rule>.yml."""

    title: Both
    why: Both
    cites: list[CiteForm]
    in_force: PeriodForm
    kind: str
    severity: str
    domain: str
    judges: str
    docket: list[str]
    reads: list[str]
    route: dict[str, Any]
    lawful: Both
    examples: list[ExampleForm]
    catalogue: str = ""
    problem: str | None = None
    subject: list[str] = []
    when: str | list[str] = []
    needs: dict[str, str] = {}
    references: dict[str, list[str]] = {}
    params: list[str] = []
    window: WindowForm | None = None
    leaves_out: list[Both] = []
    expects: dict[str, str] = {}
