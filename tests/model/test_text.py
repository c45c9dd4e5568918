"""A text is a value by language: it compares, hashes, falls back, and writes itself as JSON."""

import json

from comptroller.model.text import Text, message


def test_a_text_falls_back() -> None:
    """A language that a text lacks is shown in English, then in Chinese, then in any language."""
    assert Text(zh="企业", en="Entity").of("fr") == "Entity"
    assert Text(zh="企业").of("fr") == "企业"
    assert Text(fr="Entité").of("en") == "Entité"
    assert Text().of("en") == ""


def test_equal_texts_are_one_key() -> None:
    """Texts with the same sentences are equal and hash alike."""
    assert {Text(zh="a", en="b"): 1}[Text(en="b", zh="a")] == 1


def test_a_text_is_json() -> None:
    """A text is written as an object by language."""
    assert json.loads(json.dumps(Text(zh="a", en="b"))) == {"zh": "a", "en": "b"}


def test_a_message_has_every_language() -> None:
    """A message holds a sentence for each language that has a catalogue."""
    assert message("intake.rows.many:expected", limit=3).keys() == {"zh", "en"}
