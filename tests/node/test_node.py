"""A node's folder: laid out once, opened with its key, and replaced by nothing but rebuilding."""

import pytest

from comptroller import node
from comptroller.model.refusal import Refused
from tests.packs_small.small import ORIGIN, key

CHARTER = node.Charter("O", ORIGIN, "small")


def code(call, *told):
    """Return the code of the refusal of a call."""
    with pytest.raises(Refused) as refused:
        call(*told)
    return refused.value.refusals[0].code


def test_a_node_is_found_once_and_taken_up(tmp_path):
    """Charter and key are read as they were written; a folder that is not empty is rejected."""
    node.start(tmp_path / "n", CHARTER, key())
    node.finish(tmp_path / "n")
    charter, held = node.load(tmp_path / "n", None)
    assert (charter, held.verifier) == (CHARTER, key().verifier)
    assert code(node.start, tmp_path / "n", CHARTER, key()) == "node.taken"


def test_what_is_no_node_is_refused_by_name(tmp_path):
    """No charter, a charter that is none, no key: each has its code."""
    assert code(node.load, tmp_path, None) == "node.absent"
    node.start(tmp_path / "n", CHARTER, key())
    node.finish(tmp_path / "n")
    (tmp_path / "n" / node.KEY).unlink()
    assert code(node.load, tmp_path / "n", None) == "node.key"
    (tmp_path / "n" / node.CHARTER).write_text("{}")
    assert code(node.load, tmp_path / "n", None) == "node.charter"


def test_books_are_opened_and_dropped(tmp_path):
    """Books that are damaged are rejected; dropped, they are made anew."""
    node.open_books(tmp_path).close()
    (tmp_path / node.BOOKS).write_bytes(b"x" * 10_000)
    assert code(node.open_books, tmp_path) == "node.books"
    node.drop_books(tmp_path)
    node.drop_books(tmp_path)
    node.open_books(tmp_path).close()


def test_books_of_another_version_are_folded_again_and_not_misread(tmp_path):
    """Books with the tables of another version are rejected by name; new ones are laid out and opened."""
    duck = node.open_books(tmp_path)
    assert node.folded(duck) == node.folded(duck) == (0, 1)
    duck.execute("UPDATE laid_out SET layout = 'older'")
    assert code(node.folded, duck) == "node.layout"
    duck.execute("DROP TABLE laid_out")
    duck.execute("CREATE TABLE position (entries BIGINT)")
    assert code(node.folded, duck) == "node.layout"
    duck.close()
