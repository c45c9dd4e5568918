"""A kind as machines and readers look it up: its JSON Schema, and its page of reference in Markdown."""

from typing import Any

from comptroller.intake.templates import ACTS, example
from comptroller.model.kind import Field, Kind

_DAY = r"^\d{4}-\d{2}-\d{2}$"
_DECIMAL = r"^-?\d+(\.\d+)?$"
_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "code": {"type": "string"},
    "entity": {"type": "string"},
    "person": {"type": "string"},
    "choice": {"type": "string"},
    "money": {"type": ["number", "string"], "pattern": _DECIMAL},
    "number": {"type": ["number", "string"]},
    "integer": {"type": ["integer", "string"], "pattern": r"^-?\d+$"},
    "share": {"type": ["number", "string"], "pattern": r"^\d+(\.\d+)?%?$"},
    "day": {"type": "string", "format": "date", "pattern": _DAY},
    "instant": {"type": "string", "format": "date-time"},
    "flag": {"type": ["boolean", "string"]},
}


def json_schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one fact of the kind, nested lists included.

    A field that is not required may also be null. `act` states what the fact does, and is `state` where it is left out.
    """
    schema = _object(kind, kind.fields)
    schema["properties"] |= {name_in(kind, inner): _list(inner) for inner in kind.lists}
    schema["properties"]["act"] = {"enum": list(ACTS), "default": ACTS[0]}
    about = {"title": kind.title.en, "description": kind.about.en, "x-title-zh": kind.title.zh}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"kind:{kind.name}", **about, **schema}


def name_in(kind: Kind, inner: Kind) -> str:
    """Return the field of `kind` that holds the nested list `inner`."""
    return inner.name.removeprefix(f"{kind.name}_")


def _object(kind: Kind, fields: tuple[Field, ...]) -> dict[str, Any]:
    needed = [field.name for field in fields if field.required or field.name in kind.key]
    properties = {field.name: _property(field, needed=field.name in needed) for field in fields}
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _list(inner: Kind) -> dict[str, Any]:
    own = tuple(field for field in inner.fields if field.name not in inner.carries)
    return {
        "type": ["array", "null"],
        "title": inner.title.en,
        "x-title-zh": inner.title.zh,
        "items": _object(inner, own),
    }


def _property(field: Field, *, needed: bool) -> dict[str, Any]:
    shape = dict(_TYPES[field.type])
    if field.pattern:
        shape["pattern"] = f"^(?:{field.pattern})$"
    if field.choices:
        labels = [label for text in field.choices.values() for label in (text.zh, text.en) if label]
        shape["enum"] = [*dict.fromkeys([*field.choices, *labels]), *([] if needed else [None])]
    if not needed:
        types = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        shape["type"] = [*types, "null"]
    extra = {"x-unit": field.unit or field.currency, "x-identifier": field.identifier}
    titles = {"title": field.title.en, "x-title-zh": field.title.zh}
    return {**shape, **titles, **{key: value for key, value in extra.items() if value}}


def reference_page(kind: Kind) -> str:
    """Return the reference page of a kind: meaning, key, books, validity, fields, lists and checks."""
    valid = ", ".join(f"{word} `{field}`" for word, field in kind.valid.items())
    lines = [
        f"# {kind.name}: {kind.title.en} ({kind.title.zh})",
        "",
        *[text for text in (kind.about.en, "", kind.about.zh, "") if text or kind.about.en],
        f"- Natural key: {_codes(kind.key)}",
        f"- Whose books: {_codes(kind.books) or '-'}",
        f"- Holds: {valid or '-'}",
        *_reported(kind),
        *([f"- Defined in: `{kind.source}.yml`"] if kind.source else []),
        "",
        *_fields(kind),
    ]
    for inner in kind.lists:
        lines += ["", f"## {name_in(kind, inner)}: {inner.title.en} ({inner.title.zh})", ""]
        lines += [f"A list within the fact, or the sheet `{inner.name}`; key {_codes(inner.key)}.", "", *_fields(inner)]
    if kind.checks:
        lines += ["", "## Checks", ""]
        lines += [f"- `{c.code}`: {c.title.en} ({c.title.zh}). Mend: {c.mend.en} ({c.mend.zh})" for c in kind.checks]
    return "\n".join(lines) + "\n"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _reported(kind: Kind) -> list[str]:
    """Return who reports a kind and how soon, and the channels that may send it."""
    by, days, unit = (kind.reported.get(key) for key in ("by", "within_days", "unit"))
    lines = (
        []
        if by is None
        else [f"- Reported by: {by.en} ({by.zh})" + (f", within {days} {unit or 'days'}" if days is not None else "")]
    )
    return lines if kind.is_made else [*lines, f"- Accepted from: {_codes(kind.reported_by)}"]


def _fields(kind: Kind) -> list[str]:
    """Return the table of fields."""
    rows = [
        "| field | 中文 | English | type | unit | required | example |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for field in kind.fields:
        type_ = f"{field.type} ({field.identifier})" if field.identifier else field.type
        if field.choices:
            type_ += ": " + ", ".join(f"`{key}` {text.zh}/{text.en}" for key, text in field.choices.items())
        needed = "yes" if field.required or field.name in kind.key else ""
        cells = (
            f"`{field.name}`",
            field.title.zh,
            field.title.en,
            type_,
            field.unit or field.currency,
            needed,
            example(field),
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return rows
