"""Common parts of the schemas of a pack: no unknown keys, texts by language, periods, citations."""

import datetime as dt
from typing import Annotated

import msgspec


class Form(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Base of all schemas: rejects unknown keys."""


Both = dict[Annotated[str, msgspec.Meta(pattern="^[a-z]{2}(-[A-Za-z]+)?$")], str]
"""A text by language code: `zh`, `en`, or any other."""


class CiteForm(Form, frozen=True, kw_only=True):
    """A cited place."""

    source: str
    article: str = ""


class PeriodForm(Form, frozen=True, kw_only=True, rename={"since": "from"}):
    """A half-open period."""

    since: dt.date
    until: dt.date | None = None
