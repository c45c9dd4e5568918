"""Refusal codes are collected from every form of call in the source."""

import ast

import pytest

from comptroller import texts
from comptroller.cli import reference_codes
from comptroller.cli.reference_codes import _codes_of, codes

SOURCE = """
def plain(seen):
    return refusal("room.plain", place, seen, ("zh", "en"), ("fix zh", "fix en"))

def by_name(seen, is_late):
    wanted, mend = ("a", "b"), ("c", "d")
    code = "room.late" if is_late else "room.early"
    return refusal(code, place, seen, wanted, mend)

def family(field):
    return refusal(f"room.{field.type}", place, "-", wanted_of(field), ("x", f"Mend {field.name}."))

def _made(place, code, seen, zh, en):
    return refusal(f"room.rule.{code}", place, seen, (zh, en), ("m", "m"))

def through():
    return [_made(place, "first", 1, "zh", "en"), _made(place, "second", 2, "zh", f"one of {names}")]
"""


def _found() -> dict[str, tuple[tuple[str, str], tuple[str, str]]]:
    return {one.code: (one.expected, one.mend) for one in _codes_of(ast.parse(SOURCE), "room/file.py")}


def test_codes_said_in_place_are_found_with_their_texts() -> None:
    """A literal call yields the code, what is expected and the fix."""
    assert _found()["room.plain"] == (("zh", "en"), ("fix zh", "fix en"))


def test_codes_said_by_a_variable_are_found() -> None:
    """Each code that a variable may hold is found, with the texts set before the call."""
    assert _found()["room.late"] == _found()["room.early"] == (("a", "b"), ("c", "d"))


def test_families_stand_for_their_members() -> None:
    """A code made from a field is listed once, with the variable part in brackets."""
    assert _found()["room.<type>"][1] == ("x", "Mend {name}.")


def test_codes_said_through_a_function_are_found() -> None:
    """A function that makes codes from its parameter yields one for each call."""
    assert _found()["room.rule.first"][0] == ("zh", "en")
    assert _found()["room.rule.second"][0] == ("zh", "one of {names}")


def test_every_code_with_words_is_listed() -> None:
    """The codes that intake uses before it knows the kind are in the list, or are a second text of one that is."""
    listed = {one.code for one in codes()}
    words = {code.removesuffix(":expected") for code in texts.codes("en") if code.endswith(":expected")}
    lacking = {code for code in words if code.startswith("intake.")} - listed
    assert {code for code in lacking if code.rpartition(".")[0] not in listed} == set()


def test_every_code_says_what_is_expected_and_how_to_correct() -> None:
    """No code of the reference lacks what is expected or how it is corrected, in either language."""
    lacking = [one.code for one in codes() if not all(text.strip() for text in (*one.expected, *one.mend))]
    assert lacking == []


def test_general_texts_are_of_codes_whose_texts_vary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code with texts in place needs no general ones, and is taken off the list."""
    monkeypatch.setattr(reference_codes, "VARYING", {})
    vary = {one.code for one in codes() if not all((*one.expected, *one.mend))}
    monkeypatch.undo()
    assert set(reference_codes.VARYING) == vary
