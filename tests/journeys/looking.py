"""Checks of pages in a browser: text that is cut off, pale or untranslated; elements without name or content or
keyboard.

assert look_at(walk, "/findings", "zh", words_of(desk.pack)) == []
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from comptroller.model.policy import Pack
from comptroller.web.shell.translations import texts
from tests.journeys.walking import Walk

WIDTHS = (1280, 390)
_LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z]{3}")


@dataclass(frozen=True)
class Words:
    """Texts of the console and the policy that exist in one language alone."""

    zh: frozenset[str]
    en: frozenset[str]

    def strange(self, language: str, said: str) -> bool:
        """Return whether a text is in the other language."""
        return said in (self.en if language == "zh" else self.zh)


@cache
def _of_console() -> tuple[frozenset[str], frozenset[str]]:
    zh, en = frozenset(texts("zh").values()), frozenset(texts("en").values())
    return zh - en, en - zh


def words_of(pack: Pack) -> Words:
    """Return the words of the console and the titles of a policy that distinguish the two languages."""
    zh, en = _of_console()
    titles = [one.title for many in (pack.kinds, pack.rules, pack.lists, pack.params) for one in many.values()]
    titles += [field.title for kind in pack.kinds.values() for field in kind.fields]
    titles += [*pack.domains.values(), *pack.problems.values(), *pack.lines.values(), *pack.words.values()]
    return Words(
        frozenset(said for said in zh | {t.zh for t in titles} if _HAN.search(said)),
        frozenset(said for said in en | {t.en for t in titles} if _LATIN.search(said) and not _HAN.search(said)),
    )


def look_at(walk: Walk, path: str, language: str, words: Words, width: int = 1280) -> list[str]:
    """Open a page and return its faults, each with its place."""
    walk.errors.clear()
    if walk.page.viewport_size != {"width": width, "height": 900}:
        walk.page.set_viewport_size({"width": width, "height": 900})
    walk.speak(language)
    status = walk.open(path)
    seen: dict[str, Any] = walk.page.evaluate(_LOOK)
    found = [f"status {status}"] if status != 200 else []
    found += [f"console: {one}" for one in walk.errors]
    found += seen["faults"]
    for said, is_data in seen["texts"]:
        if is_data:
            continue
        if words.strange(language, said):
            found.append(f"language: {said}")
        if _CODE.search(said):
            found.append(f"code: {said}")
    return [f"{path} {language} {width}: {one}" for one in dict.fromkeys(found)]
