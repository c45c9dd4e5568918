"""Sign-in names: folded before they are compared, and distinguished by the shape that a reader sees."""

import pytest
from hypothesis import given, strategies as st

from comptroller.access.names import fault_of, folded, looks, scripts, taken_by


@pytest.mark.parametrize(
    "typed",
    [
        "Internal",
        "ＩＮＴＥＲＮＡＬ",
        "ｉnternal",
        "in\u200bternal",
        "\ufeffinternal",
        "internal\u2060",
        "in\u00adternal",
        " internal ",
    ],
)
def test_one_name_in_many_spellings_is_one(typed):
    """Case, width, spaces around it and invisible characters make no other name."""
    assert folded(typed) == "internal"


@pytest.mark.parametrize(
    "alike",
    [
        "int\u0435rnal",
        "\u0456nternal",
        "interna1",
        "interna\u04cf",
        "\u03b9nternal",
        "intèrnal",
        "i\u0323nternal",
        "\u0131nternal",
        "intemal",
    ],
)
def test_what_looks_like_a_name_is_taken(alike):
    """Letters of other scripts, marks and digits that look alike."""
    assert taken_by(alike, ["auditor", "internal"]) == "internal"


@pytest.mark.parametrize("name", ["a\u0430", "аudit", "βob", "", "a b", "a/b", "x" * 61, "👤"])
def test_a_name_of_mixed_scripts_or_strange_characters_is_refused(name):
    """Latin may be mixed with Chinese, Japanese and Korean scripts; every other script must be alone."""
    assert fault_of(folded(name)) is not None


@pytest.mark.parametrize("name", ["zhang.wei", "王伟", "wang伟2", "иван", "αλφα", "o-1_x@y"])
def test_a_plain_name_is_taken(name):
    """Letters of one script, digits and four marks."""
    assert fault_of(folded(name)) is None


@given(st.text(max_size=40))
def test_folding_is_done_once(name):
    """A folded name folds to itself, and has the same shape."""
    assert folded(folded(name)) == folded(name)
    assert looks(folded(name)) == looks(name)
    assert scripts(folded(name)) is not None
