"""Kinds built from their forms, with checks of one file."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot

from comptroller.model.kind import COLUMN_TYPES, Check, Field, Kind, Reading
from comptroller.model.labels import plain_label
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.sql_check import plain_error
from comptroller.model.text import Text, message
from comptroller.packs import schema
from comptroller.packs.channels import channels_of, channels_refused
from comptroller.packs.rule_compiler import columns_of

_AS_WRITTEN = Reading()
_COUNTED = ("integer", "number", "money", "share")
_RESERVED = ("fact", "received_at", "first_at", "act", "line", "report", "seq")


Synonyms = Mapping[str, Mapping[str, Sequence[str]]]
"""Lists of spellings by name: value -> its other spellings."""
_Reads = tuple[Reading, Synonyms]
"""How tables are read, and lists of spellings."""


def kind_of(
    full: str,
    form: schema.KindForm,
    reading: Reading = _AS_WRITTEN,
    synonyms: Synonyms = MappingProxyType({}),
) -> tuple[Kind | None, list[Refusal]]:
    """Return the kind of `form`, or a refusal for everything that does not fit.

    `reading` is how tables are read; `synonyms` are the lists that a field may read by.
    """
    name = full.rsplit("/", 1)[-1]
    refusals = [*_sense(full, form), *channels_refused(full, form), *_unread(full, form, synonyms)]
    if refusals:
        return None, refusals
    flat = tuple(_field(key, field, synonyms) for key, field in form.fields.items() if field.type != "list")
    books = (form.books,) if isinstance(form.books, str) else tuple(form.books)
    named = {field.name: field for field in flat}
    inner = tuple(
        _inner(name, (key, field), tuple(form.key), named, (reading, synonyms))
        for key, field in form.fields.items()
        if field.type == "list"
    )
    reported = {
        "by": Text(form.reported.by),
        "within_days": form.reported.within_days,
        "unit": form.reported.unit,
    }
    checks = tuple(Check(c.code, c.holds, Text(zh=c.zh, en=c.en), Text(c.mend)) for c in form.checks)
    return (
        Kind(
            name=name,
            title=Text(form.title),
            about=Text(form.about),
            key=tuple(form.key),
            books=books,
            valid=dict(form.valid),
            fields=flat,
            checks=checks,
            lists=inner,
            reported=reported,
            source=full,
            is_made=form.made,
            reported_by=channels_of(name, form),
            reading=reading,
        ),
        [],
    )


def _inner(
    outer: str, item: tuple[str, schema.FieldForm], key: tuple[str, ...], named: dict[str, Field], reads: _Reads
) -> Kind:
    """Return a nested list as a kind of its own: the columns it carries, then its own."""
    (name, form), (reading, synonyms) = item, reads
    carried = tuple(dict.fromkeys((*key, *form.carries)))
    fields = tuple(named[column] for column in carried) + tuple(_field(k, f, synonyms) for k, f in form.fields.items())
    return Kind(
        name=f"{outer}_{name}",
        title=Text(zh=form.zh, en=form.en),
        about=Text(zh="", en=""),
        key=(*key, *form.key),
        books=(),
        valid={},
        fields=fields,
        parent=outer,
        carries=carried,
        reading=reading,
    )


def _field(name: str, form: schema.FieldForm, synonyms: Synonyms) -> Field:
    choices = {key: Text(both) for key, both in form.of.items()}
    return Field(
        name=name,
        type=form.type,
        title=Text(zh=form.zh, en=form.en),
        required=form.required,
        known=form.known,
        identifier=form.identifier,
        excused_by=form.excused_by,
        currency=form.currency,
        unit=form.unit,
        fills=form.fills,
        least=_bound(form.least),
        most=_bound(form.most),
        pattern=form.pattern,
        choices=choices,
        is_name=form.name,
        synonyms=_spellings(synonyms.get(form.reads, {})),
    )


def _spellings(synonyms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return every spelling in lower case -> its value; a value is a spelling of its own."""
    return {word.casefold(): value for value, words in synonyms.items() for word in (value, *words)}


def _unread(full: str, form: schema.KindForm, synonyms: Synonyms) -> list[Refusal]:
    """Return refusals of fields that read by a list that is not there, or that are names and no text."""
    inner = [(f"{name}.{key}", part) for name, field in form.fields.items() for key, part in field.fields.items()]
    refusals = []
    for name, part in (*form.fields.items(), *inner):
        if part.reads and (part.type != "code" or part.reads not in synonyms):
            expected = message("packs.kind.reads:expected", lists=sorted(synonyms))
            refusals.append(refusal("packs.kind", (f"{full}.yml", None, name), part.reads, expected))
        if part.name and part.type != "text":
            expected = message("packs.kind.name:expected")
            refusals.append(refusal("packs.kind", (f"{full}.yml", None, name), part.type, expected))
    return refusals


def _sense(full: str, form: schema.KindForm) -> list[Refusal]:  # noqa: C901, PLR0912 - one line a thing that may be wrong
    refusals: list[Refusal] = []

    def reject(field: str, seen: object, problem: str, **values: object) -> None:
        expected = message(f"packs.kind.{problem}:expected", **values)
        refusals.append(refusal("packs.kind", (f"{full}.yml", None, field), seen, expected))

    plain = {name for name, part in form.fields.items() if part.type != "list"}
    books = [form.books] if isinstance(form.books, str) else form.books
    inner_fields = (
        (f"{name}.{key}", inner) for name, part in form.fields.items() for key, inner in part.fields.items()
    )
    for name, part in (*form.fields.items(), *inner_fields):
        if part.identifier and not _is_scheme(part.identifier):
            reject(name, part.identifier, "scheme")
        if wrong := _wrong_bounds(part):
            reject(name, wrong, "bounds")
        if part.pattern and not (part.type in ("code", "text") and _is_pattern(part.pattern)):
            reject(name, part.pattern, "pattern")
    for name, part in form.fields.items():
        if part.excused_by and not (part.identifier and part.excused_by in plain):
            reject(name, part.excused_by, "excused")
        if part.type != "list" and part.type not in COLUMN_TYPES:
            reject(name, part.type, "type", types=sorted(COLUMN_TYPES))
        if not name.isidentifier() or name != name.lower() or name in _RESERVED:
            reject(name, name, "identifier")
        if part.type == "choice" and not part.of:
            reject(name, "-", "choices")
        if part.type == "money" and not part.currency:
            reject(name, "-", "currency")
        if part.type == "list":
            for key in (*form.key, *part.carries):
                if key not in plain:
                    reject(name, key, "outer_column")
            for key in part.key:
                if key not in part.fields:
                    reject(name, key, "line_column")
            for inner, field in part.fields.items():
                if field.type not in COLUMN_TYPES or (field.type == "choice" and not field.of):
                    reject(f"{name}.{inner}", field.type, "type", types=sorted(COLUMN_TYPES))
                if not inner.isidentifier() or inner != inner.lower() or inner in _RESERVED:
                    reject(f"{name}.{inner}", inner, "identifier")
        if part.fills:
            refusals.extend(_columns(full, name, part.fills, plain))
    for column in (*form.key, *books, *form.valid.values()):
        if column not in plain:
            reject("key/books/valid", column, "declared")
    if set(form.valid) not in ({"on"}, {"at"}, {"from"}, {"from", "until"}):
        reject("valid", form.valid, "validity")
    for check in form.checks:
        refusals.extend(_columns(full, "checks", check.holds, plain))
    return refusals


def _bound(value: float | dt.date | None) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else format(Decimal(str(value)), "f")


def _wrong_bounds(form: schema.FieldForm) -> str:
    """Return the bounds of a field if they do not fit its type or each other, else ''."""
    stated = [bound for bound in (form.least, form.most) if bound is not None]
    forms_of = dt.date if form.type in ("day", "instant") else (int, float) if form.type in _COUNTED else ()
    fits = all(isinstance(bound, forms_of) and not isinstance(bound, (bool, dt.datetime)) for bound in stated)
    if not fits or (len(stated) == 2 and sorted(stated) != stated):
        return f"{form.least}, {form.most}"
    return ""


def disagreements(kinds: Mapping[str, Kind]) -> list[Refusal]:
    """Reject one field name with two column types, or with two units, among the kinds of one pack."""
    first: dict[str, tuple[str, Field]] = {}
    refusals = []
    for kind in kinds.values():
        own = [(kind.name, f) for f in kind.fields]
        own += [(inner.name, f) for inner in kind.lists for f in inner.fields if f.name not in inner.carries]
        for table, field in own:
            earlier, other = first.setdefault(field.name, (table, field))
            for value, wanted in ((field.column_type, other.column_type), (_unit(field), _unit(other))):
                if value != wanted:
                    place = (f"{kind.source}.yml", None, f"{table}.{field.name}")
                    refusals.append(refusal("packs.kind.field", place, value, kind=earlier, value=wanted))
    return refusals


def _unit(field: Field) -> str:
    return field.unit or (field.currency if field.type == "money" else "")


def _is_pattern(text: str) -> bool:
    """Return whether a text is a pattern that RE2 accepts."""
    try:
        pc.match_substring_regex(pa.array([""]), text)
    except pa.ArrowInvalid:
        return False
    return True


def _is_scheme(name: str) -> bool:
    """Return whether python-stdnum has a module of that name that validates codes."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?", name):
        return False
    try:
        return hasattr(import_module(f"stdnum.{name}"), "is_valid")
    except ImportError:
        return False


def _columns(full: str, field: str, sql: str, plain: set[str]) -> list[Refusal]:
    """Reject an expression that does not parse or that names an unknown column."""

    def rejected(seen: str, problem: str) -> Refusal:
        expected, fix = message(f"packs.kind.{problem}:expected"), message("packs.kind.expression:fix")
        return refusal("packs.kind", (f"{full}.yml", None, field), seen, expected, fix)

    try:
        named = columns_of(sql)
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        return [rejected(plain_error(error), "expression")]
    return [rejected(column, "declared") for column in sorted(set(named) - plain)]


def joined_synonyms(synonyms: Sequence[Synonyms]) -> dict[str, dict[str, list[str]]]:
    """Return the lists of spellings of all layers: an upper layer adds values and spellings."""
    joined: dict[str, dict[str, list[str]]] = {}
    for layer in synonyms:
        for name, values in layer.items():
            for value, words in values.items():
                joined.setdefault(name, {}).setdefault(value, []).extend(words)
    return joined


def reading_of(heads: Sequence[schema.PackForm]) -> Reading:
    """Return how tables are read under the heads of all layers together."""

    def words(name: str) -> frozenset[str]:
        return frozenset(plain_label(word) for head in heads for word in getattr(head, name))

    return Reading(
        placeholders=frozenset(word.casefold() for head in heads for word in head.placeholders),
        units={plain_label(word): factor for head in heads for word, factor in head.units.items()},
        unit_columns=words("unit_columns"),
        row_numbers=words("row_numbers"),
        totals=words("totals"),
    )
