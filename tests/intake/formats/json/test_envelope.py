"""The envelope of a JSON report: what is removed, and what is rejected in it."""

from comptroller.intake.formats.json.envelope import line_parts, parts_of, sound
from comptroller.intake.limits import USUAL, Limits


def test_parts() -> None:
    """Facts retain their text, under the kind that the envelope names, numbered through."""
    parts, refusals = parts_of(b'{"facts": {"a": [{"x": 1.50}], "b": [{}, {}]}}', "f", USUAL, None)
    assert refusals == []
    assert [(kind, list(lines), list(texts)) for kind, lines, texts in parts] == [
        ("a", [1], [b'{"x": 1.50}']),
        ("b", [2, 3], [b"{}", b"{}"]),
    ]


def test_outer_kind_stands_behind_the_envelope() -> None:
    """The envelope's own kind goes before the one from outside; None means that facts name their own."""
    assert parts_of(b'{"kind": "a", "facts": [{}]}', "f", USUAL, "b")[0][0][0] == "a"
    assert parts_of(b'{"facts": [{}]}', "f", USUAL, "b")[0][0][0] == "b"
    assert parts_of(b"[{}]", "f", USUAL, None)[0][0][0] is None


def test_refused() -> None:
    """A kind without a name, and values that are no lists, are rejected."""
    for payload in (b'{"facts": {"": [{}]}}', b'{"facts": {"a\\n": [{}]}}', b'{"kind": [], "facts": [{}]}'):
        assert [one.code for one in parts_of(payload, "f", USUAL, None)[1]] == ["intake.json.kind"]
    for payload in (b'{"facts": 5}', b'{"facts": {"a": 5}}', b"5"):
        assert [one.code for one in parts_of(payload, "f", USUAL, None)[1]] == ["intake.json.shape"]


def test_sound() -> None:
    """Bytes that are not UTF-8 text are rejected at their line."""
    assert sound(b"\xef\xbb\xbf{}", "f", USUAL) == (b"{}", [])
    for payload, line in ((b"{}\n\xff", 2), (b"{}\n\n\0", 3)):
        assert [one.line for one in sound(payload, "f", USUAL)[1]] == [line]
    assert [one.code for one in sound(b"{}", "f", Limits(bytes_in=1))[1]] == ["intake.file.size"]


def test_line_parts() -> None:
    """Lines come with their number, blank ones left out."""
    assert [(kind, list(n)) for kind, n, _ in line_parts(b"\n{}\n \n{}", "k")] == [("k", [2, 4])]
