"""The SQL that turns a kind's cells of text into typed ones, and what each cell is expected to hold."""

from comptroller.model.kind import Field, Kind
from comptroller.model.near import listing
from comptroller.model.text import Text, message

_DATE = r"^\d{4}-\d{2}-\d{2}$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?)?$"
_DECIMAL = r"^[+-]?\d{1,14}(\.\d{1,4}0*)?$"
_SHARE = r"^\d{1,3}(\.\d{1,6}0*)?$"
_UNSAFE = r"^[=@]|[\x00-\x08\x0b\x0c\x0e-\x1f]"
_NOT_IN_CODES = r"""[<>"'`\\\x00-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]"""
"""Signs of markup, quotes, backslashes and invisible characters: no code may contain them, whether reported or
filled in.
"""
CODES = ("code", "entity")
_SHOWN = 12
"""How many values of a list a message names."""
_LONGEST = {"code": 128, "entity": 64, "person": 128, "text": 4000, "choice": 128}


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def typed(field: Field, column: str) -> str:
    """Return SQL for the typed value of `column`, a trimmed text that may be null; null where it cannot be typed."""
    kind = field.type
    if kind in ("text", "code", "entity", "person"):
        safe = f"NOT regexp_matches({column}, {literal(_UNSAFE)})"
        return f"CASE WHEN length({column}) <= {_LONGEST[kind]} AND {safe} THEN {column} END"
    if kind == "choice":
        cases = {label: key for key, text in field.choices.items() for label in (text.zh, text.en) if label}
        cases.update({key: key for key in field.choices})
        whens = " ".join(f"WHEN {literal(label)} THEN {literal(key)}" for label, key in cases.items())
        return f"CASE {column} {whens} END"
    if kind == "flag":
        return (
            f"CASE WHEN lower({column}) IN ('true','1','yes','是','t','y') THEN true "
            f"WHEN lower({column}) IN ('false','0','no','否','f','n') THEN false END"
        )
    if kind == "number":
        return f"CASE WHEN isfinite(TRY_CAST({column} AS DOUBLE)) THEN TRY_CAST({column} AS DOUBLE) END"
    text = f"rtrim({column}, '%')" if kind == "share" else column
    pattern, cast = {
        "money": (_DECIMAL, f"TRY_CAST({column} AS DECIMAL(18,4))"),
        "integer": (r"^[+-]?\d{1,18}$", f"TRY_CAST({column} AS BIGINT)"),
        "share": (_SHARE, f"TRY_CAST({text} AS DECIMAL(30,6))"),
        "day": (_DATE, f"TRY_CAST({column} AS DATE)"),
        "instant": (_INSTANT, f"CAST(TRY_CAST({column} AS TIMESTAMPTZ) AS TIMESTAMP)"),
    }[kind]
    bounded = {
        "share": f" AND {cast} <= 100",
        "day": f" AND {cast} >= DATE '0001-01-01'",
        "instant": f" AND {cast} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'",
    }.get(kind, "")
    return f"CASE WHEN regexp_matches({text}, {literal(pattern)}){bounded} THEN {cast} END"


def misspelled(field: Field) -> str:
    """Return SQL that is true where a typed value holds signs that no code holds, or does not fit its kind's own pattern.

    The value stays what it is: what an earlier version accepted is read again as it was.
    """
    wrong = [f"regexp_matches({quoted(field.name)}, {literal(_NOT_IN_CODES)})"] if field.type in CODES else []
    if field.synonyms:
        values = ", ".join(literal(value) for value in sorted(set(field.synonyms.values())))
        wrong.append(f"{quoted(field.name)} NOT IN ({values})")
    elif field.pattern:
        wrong.append(f"NOT regexp_full_match({quoted(field.name)}, {literal(field.pattern)})")
    return " OR ".join(wrong)


def expected(field: Field) -> Text:
    """Return, in every language, what a cell of that field must contain."""
    choices = [Text(zh=text.zh or key, en=key) for key, text in field.choices.items()]
    text = message(f"intake.cell.{field.type}", choices=choices)
    if field.synonyms:
        shown = sorted(set(field.synonyms.values()))
        return message("intake.cell.synonyms", expected=text, values=listing(shown, _SHOWN), count=len(shown))
    return message("intake.cell.pattern", expected=text, pattern=field.pattern) if field.pattern else text


def filled(kind: Kind) -> list[str]:
    """Return the SELECT list of the typed columns; the kind's own expression fills a column where it is null."""
    return [
        f"coalesce({quoted(f.name)}, CAST(({f.fills}) AS {f.column_type})) AS {quoted(f.name)}"
        if f.fills
        else quoted(f.name)
        for f in kind.fields
    ]
