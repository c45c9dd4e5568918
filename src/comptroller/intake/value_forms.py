"""How one text of a cell is brought into its type's one form: blanks, widths, days, instants, numbers, identifiers.

Each function answers for a text that can be read in one way only; any other text is returned as it is, or as ''.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module

from comptroller.model.kind import Field

_INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
_SPACES = "\t\n\x0b\x0c\r\x1c-\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def _each(ranges: str) -> str:
    """Return every character of a list of characters and ranges."""
    parts = re.findall(r"(.)-(.)|(.)", ranges, re.DOTALL)
    return "".join(one or "".join(map(chr, range(ord(low), ord(high) + 1))) for low, high, one in parts)


BLANK = _each(_SPACES) + _each(_INVISIBLE)
"""Blanks of every script and invisible characters: they count for nothing at the ends of a value."""
ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
"""What a spreadsheet shows in a cell that it could not compute."""
CUT = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{2,3}")
"""A long number as a spreadsheet shows it in scientific form: its last digits are lost."""
TAIL = re.compile(r"\d{4,}\.0+")
"""A code that went through a column of numbers: leading zeros and digits beyond the fifteenth may be lost."""
ODD = re.compile(r"[^\x21-\x7e]")
_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES: dict[int, int | str] = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"
)
_BRACKETS: dict[int, int | str] = {
    ord(a): b for a, b in zip("\ufe59\ufe5a\u3014\u3015\u3010\u3011\uff3b\uff3d", "()[][][]", strict=True)
}
_ZEROS = re.compile("0{3,}")
_HAN = r"\u2e80-\u9fff\uf900-\ufaff"
_IN_NAMES = re.compile(rf"(?<=[{_HAN}()])[{re.escape(_each(_SPACES))}]+(?=[{_HAN}()])")
_RUNS = re.compile(f"[{re.escape(_each(_SPACES))}]+")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_PLAIN_TYPES = ("choice", "text")


def canonical(type_: str, text: str, *, is_name: bool = False) -> str:
    """Return a text without differences of width, dash and bracket; free text is left as it is.

    Names lose invisible characters, blanks between Chinese characters and brackets, and doubled blanks.

    >>> canonical("code", "ＨＴ－００１"), canonical("text", "海蓝（集团） 有限公司", is_name=True)
    ('HT-001', '海蓝(集团)有限公司')
    >>> canonical("text", "说明：（一）")
    '说明：（一）'
    """
    if type_ == "text" and not is_name:
        return text
    if type_ == "choice":
        return text
    if not is_name:
        return text.translate(_WIDE | _DASHES)
    text = _HIDDEN.sub("", text.translate(_WIDE | _DASHES | _BRACKETS))
    return _RUNS.sub(" ", _IN_NAMES.sub("", text))


def is_missing(field: Field, text: str, placeholders: frozenset[str]) -> bool:
    """Return whether a text only states that there is no value; a label of a choice is a value.

    >>> from comptroller.model.text import Text
    >>> is_missing(Field("account", "code", Text(zh="账户", en="Account")), "0000", frozenset({"n/a"}))
    True
    """
    if field.type in ("choice", "flag") and _is_label(field, text):
        return False
    if field.type in ("code", "person") and not field.required and _ZEROS.fullmatch(text):
        return True
    return text.casefold() in placeholders


def _is_label(field: Field, text: str) -> bool:
    return any(text in (key, label.zh, label.en) for key, label in field.choices.items())


_DAY = re.compile(
    r"(?P<y>\d{4})(?:(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日?|(?P<m3>\d{2})(?P<d3>\d{2}))"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_MIDNIGHT = re.compile(r"[T ]?0{1,2}:00(:00(\.0+)?)?|\.0+")
_TIME = re.compile(
    r"[T ]?(\d{1,2})(?::(\d{2})(?::(\d{2})(\.\d{1,9})?)?|时(\d{1,2})分(?:(\d{1,2})秒)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_SHORT_TIME = re.compile(r"[T ]?(\d{2})(\d{2})(\d{2})")


@lru_cache(maxsize=20_000)
def day_of(text: str) -> str:
    """Return a day written year, month, day as YYYY-MM-DD; '' for every other text, and for a day with a time.

    >>> day_of("2024/3/1"), day_of("2024年3月1日"), day_of("20240301"), day_of("3/1/2024"), day_of("2024-02-30")
    ('2024-03-01', '2024-03-01', '2024-03-01', '', '')
    """
    day, rest = _split(text)
    return day if day and (not rest or _MIDNIGHT.fullmatch(rest)) else ""


def _split(text: str) -> tuple[str, str]:
    """Return the day that a text begins with, or '', and what follows it."""
    match = _DAY.fullmatch(text)
    if match is None:
        return "", ""
    part = match.groupdict()
    month, day = (part[k] or part[f"{k}2"] or part[f"{k}3"] for k in "md")
    try:
        return dt.date(int(part["y"]), int(month), int(day)).isoformat(), part["rest"]
    except ValueError:
        return "", ""


@lru_cache(maxsize=20_000)
def instant_of(text: str) -> str:
    """Return an instant with its day as YYYY-MM-DD and its time as HH:MM:SS; a day alone stays a day; else ''.

    >>> instant_of("2024/3/1 9:05"), instant_of("20240301 090500"), instant_of("2024-03-01"), instant_of("9:05")
    ('2024-03-01 09:05:00', '2024-03-01 09:05:00', '2024-03-01', '')
    """
    day, rest = _split(text)
    if not day or not rest:
        return day
    if short := _SHORT_TIME.fullmatch(rest):
        return _timed(day, *short.groups())
    time = _TIME.fullmatch(rest)
    if time is None:
        return ""
    hour, minute, second, part, minute_zh, second_zh, offset = time.groups()
    return _timed(day, hour, minute or minute_zh, second or second_zh or "0", (part or "") + (offset or ""))


def _timed(day: str, hour: str, minute: str, second: str, rest: str = "") -> str:
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return ""
    return f"{day} {int(hour):02}:{int(minute):02}:{int(second):02}{rest}"


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NEGATIVE = re.compile(r"\((\d[\d,]*(\.\d+)?)\)")


def number_of(text: str) -> str:
    """Return a number without thousands separators and accounting brackets, where these are plain; '' otherwise.

    One group of three without decimals has two readings ("1,234"), so it is left as it is.

    >>> number_of("1,234,567"), number_of("1,234.50"), number_of("(1,234.50)"), number_of("1,234"), number_of("'12")
    ('1234567', '1234.50', '-1234.50', '', '12')
    """
    text = text.removeprefix("'")
    if negative := _NEGATIVE.fullmatch(text):
        text = f"-{negative[1]}"
    if _GROUPED.fullmatch(text):
        return text.replace(",", "") if text.count(",") > 1 or "." in text else ""
    return text if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else ""


_QUOTED = re.compile(r"'(?=[0-9A-Za-z])")
_GROUPS_OF_DIGITS = re.compile(r"\d+(?: \d+)+")
_LEAST_DIGITS = 8


def unquoted(text: str) -> str:
    """Return a code without the apostrophe that marks text in a spreadsheet, and without blanks between groups of digits.

    >>> unquoted("'001234"), unquoted("6222 0212 3456"), unquoted("1 2")
    ('001234', '622202123456', '1 2')
    """
    text = _QUOTED.sub("", text, count=1) if text.startswith("'") else text
    digits = text.replace(" ", "")
    return digits if _GROUPS_OF_DIGITS.fullmatch(text) and len(digits) >= _LEAST_DIGITS else text


def identifier_of(scheme: str, text: str) -> str:
    """Return a code of a scheme in its one form: capitals, without blanks and hyphens.

    >>> identifier_of("lei", "2138 00ku-d8lajwsq9d15")
    '213800KUD8LAJWSQ9D15'
    """
    text = unquoted(text)
    compact = _compact(scheme)
    return compact(text).upper() if compact else text


@lru_cache(maxsize=64)
def _compact(scheme: str) -> Callable[[str], str] | None:
    try:
        compact: Callable[[str], str] | None = getattr(import_module(f"stdnum.{scheme}"), "compact", None)
    except ImportError:
        return None
    return compact
