"""Message catalogues: complete in both languages, plural for counts, and extensible by a language without code."""

import re
import shutil
from pathlib import Path
from string import Formatter

import pytest

from comptroller import texts
from comptroller.model.refusal import refusal
from comptroller.texts.catalogue import OWN, catalogue, remove_folder

HAN = re.compile(r"[\u4e00-\u9fff]")
OTHER_LANGUAGE = "layout.other_language"
FRENCH = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "intake.rows.many:expected"
msgstr "au plus {limit} lignes"

msgid "count.reasons"
msgid_plural "count.reasons"
msgstr[0] "{count} raison"
msgstr[1] "{count} raisons"
"""


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_codes_and_the_same_places() -> None:
    """A message exists in Chinese and in English, not empty, and both fill in the same values."""
    zh, en = texts.codes("zh"), texts.codes("en")
    assert zh.keys() == en.keys()
    assert [code for code in zh if not zh[code] or not en[code]] == []
    assert [code for code in zh if _places(zh[code]) != _places(en[code])] == []


def test_no_code_stands_in_two_files() -> None:
    """Each code has one message in a language, so that no file hides another's."""
    for language in ("zh", "en"):
        codes = [
            line
            for path in sorted((OWN / language).glob("*.po"))
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("msgid ") and line != 'msgid ""'
        ]
        assert len(codes) == len(set(codes))


def test_english_has_no_chinese() -> None:
    """The name of the other language alone is written in it."""
    assert [code for code, text in texts.codes("en").items() if HAN.search(text) and code != OTHER_LANGUAGE] == []


def test_a_count_chooses_the_form() -> None:
    """One is singular in English, others are plural; Chinese has one form."""
    assert texts.translate("en", "count.reasons", count=1) == "1 reason"
    assert texts.translate("en", "count.reasons", count=2) == "2 reasons"
    assert texts.translate("zh", "count.reasons", count=1) == "1 条理由"


def test_a_list_is_joined_in_the_language() -> None:
    """A list within a message takes the separator of the language."""
    assert refusal("intake.file.media", ("", None, ""), "x", media=["csv", "json"]).expected["zh"] == "csv、json"


def test_an_unknown_code_is_a_fault() -> None:
    """A code without a message raises KeyError in every language."""
    with pytest.raises(KeyError):
        texts.translate("en", "no.such.code")
    with pytest.raises(KeyError):
        texts.translate("fr", "no.such.code")


def test_a_third_language_is_a_folder(tmp_path: Path) -> None:
    """A catalogue in a folder adds a language: refusals carry it, plurals follow it, what it lacks falls back to English."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "own.po").write_text(FRENCH, encoding="utf-8")
    texts.add_folder(tmp_path)
    try:
        assert texts.languages() == ("zh", "en", "fr")
        rejected = refusal("intake.rows.many", ("a.csv", None, ""), 12, limit=10)
        assert rejected.expected["fr"] == "au plus 10 lignes"
        assert rejected.mend["fr"] == rejected.mend["en"]
        assert texts.translate("fr", "count.reasons", count=1) == "1 raison"
        assert texts.translate("fr", "count.reasons", count=2) == "2 raisons"
    finally:
        remove_folder(tmp_path)
    assert texts.languages() == ("zh", "en")


def test_a_folder_without_catalogues_is_rejected(tmp_path: Path) -> None:
    """A folder that holds no catalogue is named."""
    with pytest.raises(ValueError, match=re.escape(str(tmp_path))):
        texts.add_folder(tmp_path)


def test_a_damaged_catalogue_is_rejected(tmp_path: Path) -> None:
    """A file that is no catalogue raises; it never yields half of its messages."""
    shutil.copytree(OWN / "en", tmp_path / "xx")
    (tmp_path / "xx" / "bad.po").write_text("no catalogue\n", encoding="utf-8")
    texts.add_folder(tmp_path)
    try:
        with pytest.raises(ValueError, match=r"bad\.po"):
            catalogue("xx")
    finally:
        remove_folder(tmp_path)
