"""Laws of the comparison: whole books do not differ, and any altered cell is named with its table."""

from pathlib import Path

import duckdb
import pytest

from comptroller import node
from comptroller.custody.compare import compare_books
from tests.engine.test_engine import live
from tests.packs_small.small import small_node

SQL = [
    ("UPDATE all_payment SET amount = amount + 1 WHERE payment = 'P6'", "all_payment", 1, 1),
    ("DELETE FROM all_payment WHERE payment = 'P6'", "all_payment", 0, 1),
    ("INSERT INTO all_payment SELECT * FROM all_payment WHERE payment = 'P6'", "all_payment", 1, 0),
    ("DELETE FROM finding WHERE rowid = (SELECT max(rowid) FROM finding)", "finding", 0, 1),
    ("CREATE TABLE extra AS SELECT 1 AS x", "extra", 1, 0),
]


def test_altered_books_are_named_by_table(tmp_path: Path) -> None:
    """Rows changed, gone, doubled and added: each is counted in its table; the node is left as it was."""
    made = small_node(tmp_path / "n")
    live(made)
    made.close()
    books = tmp_path / "n" / node.BOOKS
    whole = books.read_bytes()
    for number, (sql, table, extra, missing) in enumerate([("SELECT 1", "", 0, 0), *SQL]):
        books.write_bytes(whole)
        with duckdb.connect(str(books)) as store:
            store.execute(sql)
        scratch = tmp_path / str(number)
        scratch.mkdir()
        found = [(one.table, one.extra, one.missing) for one in compare_books(tmp_path / "n", scratch)]
        assert found == ([(table, extra, missing)] if table else []), sql


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_node_is_free_afterwards(tmp_path: Path, name: str) -> None:
    """Behind a comparison the lock is released."""
    small_node(tmp_path / name).close()
    (tmp_path / "scratch").mkdir()
    assert compare_books(tmp_path / name, tmp_path / "scratch") == []
    assert tmp_path / name not in {stores.folder for stores in node.open_stores()}
