"""The echo of a report: its rows by kind and act as read, and a sentence for each thing that reading did."""

import re

import pytest

from comptroller.intake import shape
from comptroller.intake.echo import Echo, echo_of, note_text
from comptroller.intake.raw_table import Note
from comptroller.model.report import Report
from comptroller.store.duck import DuckDb
from tests.packs_small.small import small_pack

CODES = [
    "blanks",
    "width",
    "missing",
    "form",
    "synonym",
    "no_time",
    "unit",
    "total",
    "header",
    "encoding",
    "hidden_sheet",
    "hidden_row",
    "merged",
]


def echo(*texts: str, encoding: str = "utf-8") -> list[Echo]:
    """Shape CSV reports of payments in one batch; return the echo of each."""
    reports = [Report(text.encode(encoding), "csv", "a.csv", "A", "payment") for text in texts]
    duck = DuckDb(memory="300MB")
    facts, refused = shape(duck, small_pack().kinds, reports)
    duck.close()
    assert refused == {}
    return [echo_of(facts, at) for at in range(len(reports))]


def test_each_report_of_a_batch_has_its_own_echo() -> None:
    """Rows and notes are those of the report, with its neighbours in one batch as without them."""
    plain, marked = "entity,payment,amount\nA,P1,5\nA,P2,6\n", "entity,payment,amount,act\nA,P3\t,7,correct\n"
    both = echo(plain, marked)
    assert both == [*echo(plain), *echo(marked)]
    assert [one.rows for one in both] == [{"payment": {"state": 2}}, {"payment": {"correct": 1}}]
    assert [[note.code for note in one.notes] for one in both] == [[], ["blanks"]]


def test_what_is_known_of_the_file_is_in_the_echo() -> None:
    """The encoding and the line of the header are notes of the report."""
    (found,) = echo("付款明细,,\n付款企业,付款编号,金额\n甲,P1,5\n", encoding="gbk")
    assert [(note.code, note.line, note.read) for note in found.notes] == [
        ("encoding", 0, "GB18030"),
        ("header", 2, ""),
    ]


@pytest.mark.parametrize("code", CODES)
def test_each_note_is_a_sentence_in_both_languages(code: str) -> None:
    """A note's sentence names what it is about, and leaves no name of a value in it."""
    text = note_text(Note(code, "amount", 3, 7, "sent", "read"))
    for language in ("zh", "en"):
        assert text[language]
        assert not re.search(r"[{}]|intake\.note", text[language])
    assert echo_json(code)["notes"][0]["text"] == dict(text)


def echo_json(code: str) -> dict:
    """Return an echo with one note as plain values."""
    return Echo({}, (Note(code, "amount", 3, 7, "sent", "read"),)).as_json()
