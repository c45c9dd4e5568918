"""Suggestions for a mistyped name, as a text in every language."""

from collections.abc import Collection

from comptroller.model.near import did_you_mean
from comptroller.model.text import Text, message


def suggestion(name: str, known: Collection[str], code: str = "") -> Text:
    """Return the known names close to `name`, followed by the message of `code`; either may be missing."""
    fix = message(code) if code else Text(zh="", en="")
    zh, en = did_you_mean(name, known, (fix.zh, fix.en))
    return Text(zh=zh.strip(), en=en.strip())
