"""Formatting of values: amounts with their units, days, ages, shares; in Chinese and in English."""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_STEPS = {
    "zh": ((Decimal(10) ** 8, "{} 亿元"), (Decimal(10) ** 4, "{} 万元"), (Decimal(1), "{} 元")),
    "en": ((Decimal(10) ** 9, "CNY {} bn"), (Decimal(10) ** 6, "CNY {} m"), (Decimal(1), "CNY {}")),
}
"""By language: the least amount of each unit, and the form of the text, the largest unit first."""
TABLE_UNIT = {"zh": (Decimal(10) ** 4, "万元"), "en": (Decimal(10) ** 3, "CNY thousand")}
"""The one unit of a column of amounts, so that figures can be compared by their length."""
_MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"


def number(value: Any, digits: int = 0) -> str:
    """Return a number with thousands separators, half rounded away from zero; a dash for None.

    >>> number(1234567), number(None), number(-12.345, 2)
    ('1,234,567', '–', '−12.35')
    """
    if value is None:
        return NOTHING
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{exact:,f}".replace("-", _MINUS)


def amount(value: Any, language: str) -> str:
    """Return an amount with the unit that suits its size.

    >>> amount(350000000, "zh"), amount(12500, "zh"), amount(2400000, "en"), amount(520000, "en")
    ('3.50 亿元', '1.25 万元', 'CNY 2.40 m', 'CNY 520,000')
    """
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    steps = _STEPS[language]
    step, form = next(((least, text) for least, text in steps if abs(exact) >= least), steps[-1])
    is_whole = step == 1 and language == "en" and exact == exact.to_integral_value()
    return form.format(number(exact / step, 0 if is_whole else 2))


def column(value: Any, language: str) -> str:
    """Return an amount in the one unit of tables; the head of the column shows the unit.

    >>> column(12345678, "zh"), column(12345678, "en")
    ('1,234.57', '12,345.68')
    """
    return NOTHING if value is None else number(Decimal(str(value)) / TABLE_UNIT[language][0], 2)


def percent(value: Any) -> str:
    """Return a share in percent with two digits.

    >>> percent(66.6667)
    '66.67%'
    """
    return NOTHING if value is None else f"{number(value, 2)}%"


def day(value: Any) -> str:
    """Return a day, or an instant to the minute; a dash for None."""
    if value is None:
        return NOTHING
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)[:16].replace("T", " ")


def age(since: dt.date | dt.datetime | None, now: dt.datetime, language: str) -> str:
    """Return the time since `since`, in one unit.

    >>> noon = dt.datetime(2026, 1, 5, 12)
    >>> age(dt.datetime(2026, 1, 5, 11, 58), noon, "en"), age(dt.date(2026, 1, 1), noon, "zh")
    ('2 min', '4 天')
    """
    if since is None:
        return NOTHING
    if not isinstance(since, dt.datetime):
        return _units((now.date() - since).days, "天", "d", language)
    seconds = max(0, int((now - since).total_seconds()))
    for step, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= step:
            return _units(seconds // step, zh, en, language)
    return _units(seconds, "秒", "s", language)


def _units(count: int, zh: str, en: str, language: str) -> str:
    return f"{number(count)} {zh if language == 'zh' else en}"


def heat(count: int, most: int) -> int:
    """Return one of six shades, 0 to 5, for a count among counts: nothing is 0, the most is 5.

    >>> [heat(n, 100) for n in (0, 1, 30, 100)]
    [0, 1, 3, 5]
    """
    if not count or not most:
        return 0
    return max(1, min(5, round(5 * math.sqrt(count / most))))
