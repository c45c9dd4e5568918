"""Dated series of values: parameters made from their forms, without gaps and overlaps."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from typing import Any

import msgspec

from comptroller.model.cite import Cite
from comptroller.model.policy import Param, Value
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text
from comptroller.packs import schema

UNITS = ("CNY", "percent", "fraction", "days", "working days", "months", "years", "count", "hours", "level", "ratio")


def param_of(full: str, form: schema.ParamForm) -> tuple[Param | None, list[Refusal]]:
    """Return the parameter, or what is wrong: an unknown unit, a value's missing column, a gap, an overlap."""
    refusals: list[Refusal] = []

    def say(field: str, seen: object, zh: str, en: str) -> None:
        mend = ("改正该序列", "Mend the series.")
        refusals.append(refusal("packs.series", (f"{full}.yml", None, field), seen, (zh, en), mend))

    if form.unit not in UNITS:
        say("unit", form.unit, f"单位之一:{UNITS}", f"one of the units {UNITS}")
    values: list[Value] = []
    for at, said in enumerate(form.values):
        try:
            values.append(_value(said, form.by))
        except (msgspec.ValidationError, KeyError) as error:
            say(f"values[{at}]", error, f"from、value 及 {form.by}", f"from, value and {form.by}")
    if not values and not refusals:
        say("values", "-", "至少一个值", "at least one value")
    groups: dict[tuple[tuple[str, str], ...], list[Value]] = defaultdict(list)
    for value in values:
        groups[value.by].append(value)
    for by, group in groups.items():
        for message in _breaks(group):
            say("values", f"{dict(by)} {message}", "首尾相接的期间", "periods that meet, without gap or overlap")
    if refusals:
        return None, refusals
    ordered = tuple(sorted(values, key=lambda v: (v.by, v.valid_from)))
    return Param(full, Text(form.title), form.unit, tuple(form.by), _closed(ordered)), []


def _value(said: dict[str, Any], by: list[str]) -> Value:
    columns = tuple((column, str(said[column])) for column in by)
    form = msgspec.convert({k: v for k, v in said.items() if k not in by}, schema.ValueForm, strict=True)
    unknown = set(said) - set(by) - {"from", "value", "until", "verified", "cites"}
    if unknown:
        message = f"unknown keys {sorted(unknown)}"
        raise KeyError(message)
    many = form.cites if isinstance(form.cites, list) else [form.cites]
    cites = tuple(Cite(one.source, one.article) for one in many)
    return Value(form.value, form.since, form.until, form.verified, cites, columns)


def _closed(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """End each open value where the next of its group begins."""
    closed = []
    for at, value in enumerate(values):
        following = values[at + 1] if at + 1 < len(values) and values[at + 1].by == value.by else None
        until = value.valid_until or (following.valid_from if following else None)
        closed.append(Value(value.value, value.valid_from, until, value.verified, value.cites, value.by))
    return tuple(closed)


def _breaks(group: list[Value]) -> list[str]:
    ordered = sorted(group, key=lambda v: v.valid_from)
    found = []
    for earlier, later in pairwise(ordered):
        until = earlier.valid_until or later.valid_from
        if until < later.valid_from:
            found.append(f"gap {until} to {later.valid_from}")
        if until > later.valid_from or earlier.valid_from == later.valid_from:
            found.append(f"overlap from {later.valid_from} to {until}")
    found += [f"ends {v.valid_until} before it begins" for v in ordered if _reversed(v.valid_from, v.valid_until)]
    return found


def _reversed(start: dt.date, end: dt.date | None) -> bool:
    return end is not None and end <= start
