"""What a changed policy changes beside findings, and its letter templates typeset with sample values before
adoption.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused
from comptroller.web.cases.letters import FONTS, FRAME, letter_fonts, typesetter

FOLDER = "letters"
_SAMPLE: dict[str, Any] = {
    "case_id": "-",
    "office": "-",
    "line": "-",
    "officer": "-",
    "released_by": "-",
    "due_on": "2024-01-31",
    "addressee": "-",
    "text": "-\n-",
    "rows": [{"rule": "-", "sources": "-", "facts": [["-", "-"]], "stands": False, "entries": "1"}] * 2,
    "figures": [["-", "-"], ["-", "-"]],
    "number": "-",
    "code": "-",
    "is_draft": True,
    "sent_on": "2024-01-01",
}


def changed_pieces(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return the files that differ between two policies, by folder: `{"letters": ["prompt"], "moves": ["open"]}`.

    >>> changed_pieces({"p/letters/a.yml": b"1"}, {"p/letters/a.yml": b"2", "p/moves/b.yml": b"3"})
    {'letters': ['a'], 'moves': ['b']}
    """
    by_folder: dict[str, list[str]] = {}
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            parts = path.split("/")
            folder = parts[1] if len(parts) > 2 else "pack"
            by_folder.setdefault(folder, []).append(parts[-1].rpartition(".")[0])
    return by_folder


def try_letters(before: Pack, after: Pack, at: int) -> tuple[int, list[str]]:
    """Return how many letters were typeset because a template changed, and what failed, each as
    `letters/<kind>: <reason>`.
    """
    if before.letters == after.letters:
        return 0, []
    failures, count = [], 0
    for kind, values in _samples(after):
        files = {f"{name}.typ": item.template for name, item in after.letters.items() if name != kind}
        count += 1
        try:
            typesetter.typeset(files | {"main.typ": after.letters[kind].template}, values, letter_fonts(), at)
        except Refused as fault:
            failures += [f"{FOLDER}/{kind}: {item.seen}" for item in fault.refusals if item.code != "desk.letter.font"]
    return count, failures


def _samples(pack: Pack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each kind of letter with sample values, once in each language."""
    for kind, letter in pack.letters.items():
        if kind != FRAME:
            for language, title in (("zh", letter.title.zh), ("en", letter.title.en)):
                yield kind, _SAMPLE | {"language": language, "title": title, "fonts": list(FONTS)}
