"""Policy changes beside findings are named, and letter templates are typeset before adoption."""

import pytest
import typst

from comptroller.packs import gather_files, read_pack
from comptroller.web.cases.letter_trial import changed_pieces, try_letters
from comptroller.web.cases.letters import FONTS
from tests.house.source import PACKS

PATH = "cn-central/letters/frame.yml"
needs_font = pytest.mark.skipif(
    not set(FONTS) & set(typst.Fonts().families()),
    reason="no font with Chinese characters is here: make web fetches one",
)


@pytest.fixture(scope="module")
def pack():
    """Return the pack that has letters."""
    return read_pack(gather_files([PACKS], "cn-central"), "cn-central")


def changed(pack, old, new):
    """Return the pack with the letter frame changed, as an adopted one; the lint is not run here."""
    text = pack.files[PATH].decode()
    assert old in text
    return read_pack({**pack.files, PATH: text.replace(old, new).encode()}, pack.name, adopted=True)


def test_files_that_differ_are_named_by_folder():
    """Letters, moves and clocks change no finding: they are named, and so is an added or removed file."""
    before = {"p/pack.yml": b"1", "p/letters/a.yml": b"1", "p/moves/m.yml": b"1"}
    after = {"p/pack.yml": b"2", "p/letters/a.yml": b"2", "p/clocks/c.yml": b"1"}
    assert changed_pieces(before, after) == {"clocks": ["c"], "letters": ["a"], "moves": ["m"], "pack": ["pack"]}
    assert changed_pieces(before, before) == {}


@needs_font
def test_every_letter_is_set_in_both_languages_where_a_template_differs(pack):
    """Unchanged templates are not typeset; a changed frame is typeset for each kind, twice."""
    assert try_letters(pack, pack, 0) == (0, [])
    count, failures = try_letters(pack, changed(pack, "size: 11pt", "size: 12pt"), 0)
    assert (count, failures) == (2 * (len(pack.letters) - 1), [])


@needs_font
def test_a_template_that_fails_is_named(pack):
    """A template with an error, or one that opens a file, fails by name, and so prevents adoption."""
    count, failures = try_letters(pack, changed(pack, "v(8pt)", 'read("key.pem")'), 0)
    assert count == len(failures)
    assert all(fault.startswith("letters/") and "not found" in fault for fault in failures)
