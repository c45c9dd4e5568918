"""YAML 1.2 of packs: text stays text, codes keep their zeros, keys occur once."""

import pytest

from comptroller.packs.yaml import read_yaml

PLAIN = [
    ("no", "no"),
    ("on", "on"),
    ("yes", "yes"),
    ("off", "off"),
    ("y", "y"),
    ("true", True),
    ("False", False),
    ("~", None),
    ("null", None),
    ("", None),
    ("0", 0),
    ("-12", -12),
    ("0x1F", 31),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("1.5", 1.5),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("2024-01-01", "2024-01-01"),
    ('"007"', "007"),
    ("'no'", "no"),
    ("0.5", 0.5),
    ("0b1", "0b1"),
]


@pytest.mark.parametrize(("text", "value"), PLAIN)
def test_scalars_are_those_of_yaml_1_2(text, value):
    """Only true and false are flags, days stay text until a form reads them, and nothing else is guessed."""
    content, refused = read_yaml("a.yml", f"# x\na: {text}\n".encode())
    assert refused == []
    assert content == {"a": value}
    assert type(content["a"]) is type(value)


@pytest.mark.parametrize("text", ["007", "01", "-01", "+00", "08"])
def test_a_bare_leading_zero_is_refused(text):
    """A code without its quotes is rejected with its line, before it becomes a number."""
    _, refused = read_yaml("a.yml", f"# x\na: 1\nb: [{text}]\n".encode())
    assert [(r.code, r.line) for r in refused] == [("packs.yaml.leading_zero", 3)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: 1\na: 2\n", 2),
        (b"a: {b: 1, b: 2}\n", 1),
        (b"a: [1\n", 2),
        (b"a: b: c\n", 1),
        (b"a: !!python/object:os.system x\n", 1),
        (b"a: \xff", None),
    ],
)
def test_what_is_no_yaml_is_refused(text, line):
    """A duplicate key, an unfinished list, a foreign tag, another encoding: rejected by name, never an exception."""
    content, refused = read_yaml("a.yml", text)
    assert content is None
    assert [(r.code, r.file) for r in refused] == [("packs.yaml.form", "a.yml")]
    assert refused[0].line == line or line is None
