"""Dated series of values: parameters built from their forms, without gaps and overlaps."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from typing import Any

import msgspec

from comptroller.model.cite import Cite
from comptroller.model.policy import Param, Value
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.text import Text, message
from comptroller.packs import schema

UNITS = ("CNY", "percent", "fraction", "days", "working days", "months", "years", "count", "hours", "level", "ratio")


def param_of(full: str, form: schema.ParamForm) -> tuple[Param | None, list[Refusal]]:
    """Return the parameter, or its refusals: an unknown unit, a value's missing column, a gap, an overlap."""
    refusals: list[Refusal] = []

    def reject(field: str, seen: object, problem: str, **values: object) -> None:
        expected = message(f"packs.series.{problem}:expected", **values)
        refusals.append(refusal("packs.series", (f"{full}.yml", None, field), seen, expected))

    if form.unit not in UNITS:
        reject("unit", form.unit, "unit", units=UNITS)
    values: list[Value] = []
    for index, entry in enumerate(form.values):
        try:
            values.append(_value(entry, form.by))
        except (msgspec.ValidationError, KeyError) as error:
            reject(f"values[{index}]", error, "columns", columns=form.by)
    if not values and not refusals:
        reject("values", "-", "empty")
    groups: dict[tuple[tuple[str, str], ...], list[Value]] = defaultdict(list)
    for value in values:
        groups[value.by].append(value)
    for by, group in groups.items():
        for break_ in _breaks(group):
            reject("values", f"{dict(by)} {break_}", "periods")
    if refusals:
        return None, refusals
    ordered = tuple(sorted(values, key=lambda v: (v.by, v.valid_from)))
    return Param(full, Text(form.title), form.unit, tuple(form.by), _closed(ordered)), []


def _value(entry: dict[str, Any], by: list[str]) -> Value:
    columns = tuple((column, str(entry[column])) for column in by)
    form = msgspec.convert({k: v for k, v in entry.items() if k not in by}, schema.ValueForm, strict=True)
    unknown = set(entry) - set(by) - {"from", "value", "until", "verified", "cites"}
    if unknown:
        message = f"unknown keys {sorted(unknown)}"
        raise KeyError(message)
    many = form.cites if isinstance(form.cites, list) else [form.cites]
    cites = tuple(Cite(cite.source, cite.article) for cite in many)
    return Value(form.value, form.since, form.until, form.verified, cites, columns)


def _closed(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the values with each open one ended at the start of the next in its group."""
    closed = []
    for at, value in enumerate(values):
        following = values[at + 1] if at + 1 < len(values) and values[at + 1].by == value.by else None
        until = value.valid_until or (following.valid_from if following else None)
        closed.append(Value(value.value, value.valid_from, until, value.verified, value.cites, value.by))
    return tuple(closed)


def _breaks(group: list[Value]) -> list[str]:
    ordered = sorted(group, key=lambda v: v.valid_from)
    breaks = []
    for earlier, later in pairwise(ordered):
        until = earlier.valid_until or later.valid_from
        if until < later.valid_from:
            breaks.append(f"gap {until} to {later.valid_from}")
        if until > later.valid_from or earlier.valid_from == later.valid_from:
            breaks.append(f"overlap from {later.valid_from} to {until}")
    breaks += [f"ends {v.valid_until} before it begins" for v in ordered if _reversed(v.valid_from, v.valid_until)]
    return breaks


def _reversed(start: dt.date, end: dt.date | None) -> bool:
    return end is not None and end <= start
