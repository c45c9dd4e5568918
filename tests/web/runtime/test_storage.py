"""The desk's store: a user's views and drafts are private."""

from comptroller.web.runtime.storage import DeskStore


def test_what_is_saved_is_ones_own(tmp_path):
    """Another user's views are not seen; an empty text takes a view away."""
    shelf = DeskStore(tmp_path / "desk.sqlite")
    shelf.save("a", "findings", "mine", "state=all")
    assert shelf.saved("a", "findings") == [("mine", "state=all")]
    assert shelf.saved("b", "findings") == []
    shelf.save("a", "findings", "mine", "")
    assert shelf.saved("a", "findings") == []


def test_an_answer_is_kept_under_its_key(tmp_path):
    """The same key of the same user returns the same answer."""
    shelf = DeskStore(tmp_path / "desk.sqlite")
    shelf.answer("a", "k", "digest", "{}", "2024-06-30")
    assert shelf.answered("a", "k") == ("digest", "{}")
    assert shelf.answered("b", "k") is None
    assert shelf.put("DELETE FROM answered WHERE login = ?", ["a"]) == 1
    assert shelf.rows("SELECT * FROM answered") == []
