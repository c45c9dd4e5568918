"""The languages of the console, and its texts by code."""

from comptroller.texts import codes as texts, languages, translate

__all__ = ["languages", "texts", "translate"]
