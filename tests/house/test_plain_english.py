"""Plain English: words that cost a second reading are banned, each with its replacement; sentences stay short."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from comptroller import texts
from tests.house.source import CODE, DOCS, PACKS, REPOSITORY, SRC, files, parsed, shown

BANNED: dict[str, str] = {
    r"whoever|whomever|whatever": "who, anyone who, any",
    r"whom|whose": "a sentence with its own subject",
    r"(?:of|by|in|from|to|with|on|at|for|under|through|over|beside|without) (?:which|whom)": "a second sentence",
    r"nobody|somebody|anybody|everybody": "no user, a user, any user, every user",
    r"heard|hears?": "received, reported",
    r"told|tells?": "reported, shows, states",
    r"stood|stands?": "is, applies, is in force",
    r"said|says?": "states, names, shows, reported",
    r"mends?|mended|mending": "fix, correct, repair",
    r"of then|as of then|of now": "as of that day, current",
    r"thereof|thereby|therein|hitherto|hereby": "a plain sentence",
    r"refuses?|refused": "rejects (input), raises (exceptions)",
}
"""Pattern of a banned word and what to write instead; quoted code in backticks is left out."""
LEGACY = re.compile(r"`[^`]*`|\"[^\"\n]*\"|“[^”]*”|^\s*>>>.*$|^\s*\(?['\[{].*$", re.MULTILINE)
HOUSES = r"doors?|walls?|rooms?|shelf|shelves|house"
FIRST_WORDS = ("Give", "Gives", "Say", "Let", "Whether", "Tell", "Hand", "Hear", "Put")
MOST_WORDS = 25
RATES = {r"gives?|given|giving": 5.3, r"keeps?|kept": 1.0}
"""Words that are plain now and then: how many a thousand words may hold."""


@cache
def prose(path: Path) -> tuple[tuple[int, str], ...]:
    """Return the docstrings and comments of a Python file with their lines, code and quotations left out."""
    found: list[tuple[int, str]] = []
    source = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found += [(token.start[0], token.string.lstrip("# ")) for token in tokens if token.type == tokenize.COMMENT]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found += [(node.lineno, node.value.value)]
    return tuple((line, LEGACY.sub(" ", text).replace("Refused", " ")) for line, text in found)


def _code() -> list[Path]:
    own = "tests/house/test_plain_english.py"
    return [path for path in files(*CODE, endings=(".py",)) if shown(path) != own]


def _documents() -> list[Path]:
    return [*sorted(DOCS.glob("*.md")), *sorted(REPOSITORY.glob("*.md"))]


def _texts() -> Iterator[tuple[str, str]]:
    """Yield every English text with its place: code, documents, messages."""
    for path in _code():
        yield from ((f"{shown(path)}:{line}", text) for line, text in prose(path))
    for path in _documents():
        if path.name != "CHANGELOG.md":
            plain = re.sub(r"```.*?```", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            yield from ((f"{shown(path)}:{n}", LEGACY.sub(" ", line)) for n, line in enumerate(plain.splitlines(), 1))
    yield from ((f"message {code}", text) for code, text in texts.codes("en").items())


@pytest.mark.parametrize("word", BANNED)
def test_banned_words_have_replacements(word: str) -> None:
    """No docstring, comment, document or message uses a banned word; the failure names the replacement."""
    looks = re.compile(rf"\b(?:{word})\b", re.IGNORECASE)
    wrong = [f"{place}: {hit.group()} -> {BANNED[word]}" for place, text in _texts() for hit in looks.finditer(text)]
    assert wrong == []


def test_packs_are_written_plainly() -> None:
    """English texts of packs have no relative clauses that need a second reading; the column `whom` is a public name."""
    looks = re.compile(
        r"\b(?:whoever|whom(?!:|\})|whose|(?:of|by|from|through) which|nobody|somebody|thereof)\b", re.IGNORECASE
    )
    wrong = [
        f"{shown(path)}:{number}: {hit.group()}"
        for path in files("packs", endings=(".yml",))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for hit in looks.finditer(line)
    ]
    assert wrong == []


def test_docstrings_begin_with_a_standard_verb() -> None:
    """A function's docstring begins with Return, Yield, Build, Check or another verb of the field, never with Give or Say."""
    wrong = []
    for path in files("src", "bench", "examples", endings=(".py",)):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = (ast.get_docstring(node) or "").split(" ", 1)[0]
                if first in FIRST_WORDS:
                    wrong.append(f"{shown(path)}:{node.lineno}: {node.name}: {first}")
    assert wrong == []


def test_sentences_are_short() -> None:
    """A sentence of a docstring or a comment in the product has at most 25 words."""
    wrong = []
    for path in files("src", endings=(".py",)):
        for line, text in prose(path):
            for sentence in re.split(r"[.:;?!](?:\s|$)|\n\s*\n|\n\s*- |\n\s*\d\. ", text):
                words = [word for word in sentence.split() if re.search(r"[A-Za-z]", word)]
                if len(words) > MOST_WORDS:
                    wrong.append(f"{shown(path)}:{line}: {len(words)} words: {' '.join(words[:6])} ...")
    assert wrong == []


@pytest.mark.parametrize("word", RATES)
def test_some_words_are_rare(word: str) -> None:
    """Words that are plain now and then stay at or below the rate of the models of the field."""
    text = "\n".join(text for path in files("src", endings=(".py",)) for _, text in prose(path)).lower()
    count = len(re.findall(r"[a-z']+", text))
    assert 1000 * len(re.findall(rf"\b(?:{word})\b", text)) / count <= RATES[word]


def test_no_houses_in_code() -> None:
    """Code and comments of the product use no metaphor of a building."""
    looks = re.compile(rf"\b(?:{HOUSES})\b", re.IGNORECASE)
    wrong = [
        f"{shown(path)}:{line}: {hit.group()}"
        for path in sorted(SRC.rglob("*.py"))
        for line, text in prose(path)
        for hit in looks.finditer(text)
    ]
    assert wrong == []


def test_users_are_not_he() -> None:
    """A user is named by role or as they, never as he."""
    looks = re.compile(r"\b(?:he|his|him|himself)\b", re.IGNORECASE)
    assert [f"{place}: {hit.group()}" for place, text in _texts() for hit in looks.finditer(text)] == []


def test_packs_exist() -> None:
    """The texts that are read here exist."""
    assert PACKS.is_dir()
