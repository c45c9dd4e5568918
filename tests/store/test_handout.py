"""Tables for questions: only the named columns of the views, one state of the books, bounded and cached by position."""

import mmap
import os

import pyarrow as pa
import pytest

from comptroller.model.refusal import Refused
from comptroller.store.duck import DuckDb
from comptroller.store.handout import Handouts
from comptroller.store.question import Question

VIEW = "SELECT * FROM main.payment WHERE n < 3"


@pytest.fixture
def duck():
    """Return a database with a table, and with the position of the books."""
    database = DuckDb(memory="200MB")
    database.execute("CREATE TABLE payment AS SELECT range AS n, 'x' || range AS text FROM range(1000)")
    database.execute("CREATE TABLE position AS SELECT 1 AS entries, 'p' AS pack")
    yield database
    database.close()


def rows_of(handed):
    """Return the rows of a table for a question."""
    size = os.fstat(handed.file).st_size
    mapped = mmap.mmap(handed.file, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    return pa.ipc.open_stream(pa.py_buffer(mapped)).read_all()


def test_the_view_is_handed_over_and_not_the_table(duck):
    """Only rows of the view, and only columns that are named; without a name there is one column, so that rows count."""
    handouts = Handouts()
    for named, columns in ((None, ["n", "text"]), (frozenset({"text"}), ["text"]), (frozenset(), ["n"])):
        (handed,) = handouts.hand_out(duck, Question("", {"payment": named}), {"payment": VIEW})
        table = rows_of(handed)
        assert (table.column_names, table.num_rows) == (columns, 3)


def test_nobody_who_reads_a_table_can_change_it(duck):
    """A cached table is sealed."""
    (handed,) = Handouts().hand_out(duck, Question("", {"payment": None}), {"payment": VIEW})
    with pytest.raises(OSError, match="not permitted"):
        os.pwrite(handed.file, b"x", 0)


def test_a_table_is_kept_until_the_books_move_on(duck):
    """The same view at the same position is made once; another position or another view is made anew."""
    handouts, question = Handouts(), Question("", {"payment": None})
    (first,) = handouts.hand_out(duck, question, {"payment": VIEW})
    assert handouts.hand_out(duck, question, {"payment": VIEW}) == [first]
    (other,) = handouts.hand_out(duck, question, {"payment": f"{VIEW} AND n > 0"})
    assert rows_of(other).num_rows == 2
    duck.execute("UPDATE position SET entries = 2; INSERT INTO payment VALUES (0, 'again')")
    (later,) = handouts.hand_out(duck, question, {"payment": VIEW})
    assert rows_of(later).num_rows == 4


def test_what_is_kept_and_what_is_handed_over_is_bounded(duck):
    """A table beyond the limit is rejected by name; the cache stays below its own limit."""
    with pytest.raises(Refused) as refused:
        Handouts().hand_out(duck, Question("", {"payment": None}), {"payment": "SELECT * FROM main.payment"}, most=100)
    assert refused.value.refusals[0].code == "query.large"
    handouts = Handouts(most_kept=100)
    (first,) = handouts.hand_out(duck, Question("", {"payment": None}), {"payment": VIEW})
    (again,) = handouts.hand_out(duck, Question("", {"payment": None}), {"payment": VIEW})
    assert first is not again


def test_an_empty_table_has_its_columns(duck):
    """A view without rows is handed over with its types."""
    (handed,) = Handouts().hand_out(duck, Question("", {"payment": None}), {"payment": f"{VIEW} AND false"})
    assert rows_of(handed).column_names == ["n", "text"]
