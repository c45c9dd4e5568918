"""Limits of a letter's texts: an officer's text is rejected by place, a report's text is cut."""

import pytest

from comptroller.web.cases.letter_text import (
    MOST_LINES,
    MOST_MARKS,
    MOST_TEXT,
    MOST_TOTAL,
    MOST_VALUE,
    bounded,
    check_text,
    is_hidden,
)

STACKS = (
    "\u0301",
    "\u20dd",
    "\ufe0f",
    "\u200d",
    "\u200b",
    "\u034f",
    "\u0e34",
    "\u1160",
    "\u093f",
    "\U0001f1e8",
    "\u3099",
)


@pytest.mark.parametrize("mark", STACKS)
def test_marks_on_one_character_are_bounded(mark):
    """Thirty are accepted and one more is rejected with its place, for any sort of mark that joins the character."""
    assert check_text("a" + mark * MOST_MARKS, "text") == []
    refusals = check_text("ab\nc" + mark * (MOST_MARKS + 1), "text")
    assert [(refusal.code, refusal.line, refusal.field) for refusal in refusals] == [("desk.letter.marks", 2, "text")]


def test_letters_joined_by_a_virama_are_bounded():
    """A chain of letters that are shaped as one counts like marks."""
    assert check_text("क" + "\u094dक" * 10, "text") == []
    assert [refusal.code for refusal in check_text("क" + "\u094dक" * 20, "text")] == ["desk.letter.marks"]


@pytest.mark.parametrize(
    "hidden",
    [
        "\x00",
        "\x1b",
        "\r",
        "\x7f",
        "\x85",
        "\u202e",
        "\u2066",
        "\u200e",
        "\u061c",
        "\ufeff",
        "\U000e0041",
        "\ud800",
        "\u2028",
        "\ufffe",
    ],
)
def test_hidden_characters_are_rejected(hidden):
    """Controls, direction marks, tags, lone surrogates and line separators are rejected by name and place."""
    refusals = check_text(f"ab{hidden}c", "addressee")
    assert [(refusal.code, refusal.seen) for refusal in refusals] == [("desk.letter.hidden", f"U+{ord(hidden):04X}, 3")]


def test_length_and_lines_are_bounded():
    """A text at its limits is accepted; one character or line more is rejected."""
    assert check_text("字" * MOST_TEXT, "text") == []
    assert check_text("\n" * (MOST_LINES - 1), "text") == []
    assert [refusal.code for refusal in check_text("字" * (MOST_TEXT + 1), "text")] == ["desk.letter.long"]
    assert [refusal.code for refusal in check_text("\n" * MOST_LINES, "text")] == ["desk.letter.long"]


def test_ordinary_text_of_many_languages_passes():
    """Ordinary text is accepted: accents, Vietnamese, Thai, Hindi, Arabic, Hebrew, emoji."""
    for text in ("请整改。\tÀ bientôt", "Tiếng Việt", "ประเทศไทย", "क्षेत्रीय", "العربية", "שָׁלוֹם", "👩‍👩‍👧‍👦", "e\u0301"):
        assert check_text(text, "text") == []


def test_values_of_reports_are_cut_and_never_rejected():
    """Every text of a value, at any depth, is cut to the limits; numbers and flags stay."""
    evil = "e" + "\u0301" * 5_000 + "\u202e" + "x" * 5_000
    values = bounded({"rows": [{"facts": [[evil, evil]], "stands": True, "n": 3, "none": None}]})
    (row,) = values["rows"]
    assert (row["stands"], row["n"], row["none"]) == (True, 3, None)
    for text in row["facts"][0]:
        assert check_text(text, "text") == []
        assert len(text) <= MOST_VALUE + 1
    assert not any(is_hidden(item) for item in row["facts"][0][0])


def test_many_values_share_one_bound():
    """The more texts there are, the shorter each: a report cannot make a letter exceed its limits."""
    values = bounded([["字" * 5_000] * 10 for _ in range(400)])
    assert sum(len(text) for row in values for text in row) <= MOST_TOTAL + 4_000
