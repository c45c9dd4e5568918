"""Laws of the books' file: torn, foreign and altered books are a refusal with the fix, and a rebuild fixes them."""

import random
import shutil
import sqlite3
from pathlib import Path

import duckdb
import pytest

from comptroller import engine, node
from comptroller.model.refusal import Refused
from tests.engine.test_engine import pay
from tests.packs_small.small import dump, small_node, tell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a node with a few payments, closed."""
    made = small_node(tmp_path / "n")
    tell(made, [("payment", pay(f"P{n}")) for n in range(5)], together=False)
    made.close()
    return tmp_path / "n"


def refused(folder: Path) -> str:
    """Return the code of the refusal on opening the node, '' where it opens."""
    try:
        engine.open_node(folder).close()
    except Refused as found:
        one = found.refusals[0]
        return one.code if "rebuild" in one.mend.en else f"{one.code}: {one.mend.en}"
    return ""


def test_torn_and_foreign_books_are_refused_and_rebuilt(folder: Path) -> None:
    """Half a file, garbage, another DuckDB, an empty table: a refusal that names the fix, and the word that fixes it."""
    books, chance = folder / node.BOOKS, random.Random(3)
    whole = books.read_bytes()
    other = folder.parent / "other.duckdb"
    with duckdb.connect(str(other)) as store:
        store.execute("CREATE TABLE t AS SELECT 1 AS x")
    for content in (
        whole[: len(whole) // 2],
        whole[:5000],
        b"garbage" * 3000,
        chance.randbytes(20_000),
        whole[:4096] + bytes(len(whole) - 4096),
        other.read_bytes(),
    ):
        books.write_bytes(content)
        assert refused(folder) in {"node.books", "node.layout"}
    expected = engine.rebuild(folder)
    assert expected.books.entries == expected.ledger.size
    expected.close()
    assert refused(folder) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE position SET entries = 3",
        "UPDATE position SET entries = 0, mark = ''; DELETE FROM position",
        "UPDATE position SET policy = 2",
        "UPDATE position SET batches = batches + 1",
        "UPDATE position SET mark = 'x'",
        "UPDATE position SET entries = NULL",
        "DELETE FROM laid_out",
        "DROP TABLE position",
        "DROP TABLE finding",
    ],
)
def test_an_altered_position_is_refused(folder: Path, sql: str) -> None:
    """Books with another position than their mark are rejected by name."""
    with duckdb.connect(str(folder / node.BOOKS)) as store:
        store.execute(sql)
    assert refused(folder) in {"node.books", "node.books_other", "node.layout"}
    engine.rebuild(folder).close()
    assert refused(folder) == ""


def test_books_of_another_history_are_refused(folder: Path, tmp_path: Path) -> None:
    """Books of the same node's other future, as long as the ledger, and of another node are rejected by name."""
    shutil.copytree(folder, tmp_path / "other")
    for name, place in (("one", folder), ("two", tmp_path / "other")):
        worker = engine.open_node(place)
        tell(worker, [("payment", pay(name))])
        worker.close()
    shutil.copy(tmp_path / "other" / node.BOOKS, folder / node.BOOKS)
    assert refused(folder) == "node.books_other"
    again = engine.rebuild(folder)
    assert [row for row in again.duck.rows("SELECT payment FROM payment") if row[0] in {"one", "two"}] == [("one",)]
    again.close()


def test_a_rebuild_that_fails_drops_nothing(folder: Path) -> None:
    """Where the ledger cannot be folded, the old books stay as they were."""
    with sqlite3.connect(folder / node.LEDGER) as store:
        store.execute("UPDATE entry SET payload = NULL WHERE number = 4")
    store.close()
    before = (folder / node.BOOKS).read_bytes()
    with pytest.raises(Refused) as found:
        engine.rebuild(folder)
    assert found.value.refusals[0].code == "node.ledger_gap"
    assert found.value.refusals[0].field == "entry 4"
    assert (folder / node.BOOKS).read_bytes() == before


def test_books_are_marked_with_every_batch(folder: Path) -> None:
    """Also after a rebuild the mark is that of the ledger's state, and the same twice."""
    marks = []
    for _ in range(2):
        again = engine.rebuild(folder)
        marks.append(dump(again)["position"])
        again.close()
    assert marks[0] == marks[1]
    assert len(marks[0][0][-1]) == 64
