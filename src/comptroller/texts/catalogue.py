"""Message catalogues: one gettext file a language and subject, read through Babel; a message is named by its code."""

import gettext
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

OWN = Path(__file__).parent / "locale"
FALLBACK = "en"
"""The language of a message that a catalogue lacks."""
_folders: list[Path] = [OWN]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language by code, each with its plural forms, and the rule that chooses the form for a count."""

    messages: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]

    def text(self, code: str, count: object = None) -> str | None:
        """Return the message of a code, in the form for `count`; None where it is missing or not translated."""
        forms = self.messages.get(code, ("",))
        at = self.plural(count) if isinstance(count, int) and len(forms) > 1 else 0
        return forms[min(at, len(forms) - 1)] or None


def add_folder(folder: Path) -> None:
    """Add the catalogues of an installation, `<folder>/<language>/<subject>.po`; their messages come before the product's.

    Raises:
        ValueError: the folder holds no catalogue.
    """
    if not any(folder.glob("*/*.po")):
        raise ValueError(f"{folder}: saw no catalogue, expected <language>/<subject>.po")
    if folder not in _folders:
        _folders.append(folder)
    languages.cache_clear()
    catalogue.cache_clear()


def remove_folder(folder: Path) -> None:
    """Remove what `add_folder` added."""
    _folders.remove(folder)
    languages.cache_clear()
    catalogue.cache_clear()


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have a catalogue: Chinese and English first, then the others by name."""
    names = {path.parent.name for folder in _folders for path in folder.glob("*/*.po")}
    own = [name for name in ("zh", "en") if name in names]
    return (*own, *sorted(names - set(own)))


@cache
def catalogue(language: str) -> Catalogue:
    """Return all catalogues of a language as one; empty for a language that has none.

    Raises:
        ValueError: a file cannot be read as a catalogue.
    """
    messages: dict[str, tuple[str, ...]] = {}
    plural_rule = "0"
    for path in (path for folder in _folders for path in sorted((folder / language).glob("*.po"))):
        parsed = _read(path)
        plural_rule = parsed.plural_expr
        for message in parsed:
            if message.id:
                code = message.id if isinstance(message.id, str) else message.id[0]
                messages[code] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return Catalogue(messages, gettext.c2py(plural_rule))


def _read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, ValueError) as fault:
        raise ValueError(f"{path}: saw {fault}, expected a gettext catalogue (.po)") from fault


def codes(language: str) -> dict[str, str]:
    """Return every message of a language by code; of a plural the first form."""
    return {code: forms[0] for code, forms in catalogue(language).messages.items()}


def has(code: str) -> bool:
    """Return whether the fallback language has a message of this code."""
    return catalogue(FALLBACK).text(code) is not None


def translate(language: str, code: str, /, **values: object) -> str:
    """Return the message of a code with its values filled in; `count` chooses the plural form.

    A language without the message falls back to English.

    Raises:
        KeyError: no catalogue has the code.
    """
    count = values.get("count")
    text = catalogue(language).text(code, count) or catalogue(FALLBACK).text(code, count)
    if text is None:
        raise KeyError(code)
    return text.format(**{name: _in_language(language, value) for name, value in values.items()}) if values else text


def _in_language(language: str, value: object) -> object:
    """Return a value in the form of a message: a text in the language, a list with the language's own separator."""
    if isinstance(value, Mapping):
        return value.get(language) or value.get(FALLBACK) or next(iter(value.values()), "")
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return translate(language, "list.separator").join(str(_in_language(language, item)) for item in value)
    return value
