"""Texts by code: files by language (`zh.toml`, `zh.public.toml`), with the same codes; a code without text is a fault that tests find."""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_FOLDER = Path(__file__).parents[1] / "texts"


@cache
def texts(language: str) -> dict[str, str]:
    """Give a language's texts by code, such as `findings.title`."""
    found: dict[str, str] = {}

    def walk(head: str, branch: dict[str, object]) -> None:
        for name, said in branch.items():
            if isinstance(said, dict):
                walk(f"{head}{name}.", said)
            else:
                found[f"{head}{name}"] = str(said)

    for path in sorted(_FOLDER.glob(f"{language}.*toml")):
        walk("", tomllib.loads(path.read_text(encoding="utf-8")))
    return found


def translate(language: str, code: str, **values: object) -> str:
    """Give the text of a code with values filled in; refuses (KeyError) a code that has none."""
    said = texts(language)[code]
    return said.format(**values) if values else said
