"""A nested list's lines become rows of their own, in any order of arrival; a line that does not fit is rejected."""

import json

import pyarrow as pa
import pytest

from comptroller.intake.nested_schema import shape_list
from comptroller.store.duck import DuckDb
from tests.packs_small.small import small_pack


def lines(*lists):
    """Shape the votes of facts D0, D1, …, each a report: returns the rows and the refusals."""
    duck = DuckDb(memory="200MB")
    texts = [one if isinstance(one, str) or one is None else json.dumps(one) for one in lists]
    numbers = list(range(len(lists)))
    facts = {"report": numbers, "seq": [1] * len(lists), "line": [1] * len(lists), "entity": ["A"] * len(lists)}
    facts |= {"decision": [f"D{n}" for n in numbers], "matter": ["M"] * len(lists)}
    duck.register("shaped", pa.table({**facts, "l_votes": pa.array(texts, pa.string())}))
    (votes, _) = small_pack().kinds["decision"].lists
    rows, refused = shape_list(duck, votes, "votes", "a.json")
    duck.close()
    return [] if rows is None else rows.to_pylist(), [(at, one.code) for at, one in refused]


def test_lines_carry_their_facts_columns_and_come_in_the_order_of_their_keys():
    """Each line has the fact's key and the carried columns; a fact without a list has no line."""
    rows, refused = lines([{"person": "V", "vote": "no"}, {"person": "U", "vote": "yes"}], None, [{"person": "W"}])
    assert refused == []
    assert [(r["decision"], r["matter"], r["person"], r["vote"]) for r in rows] == [
        ("D0", "M", "U", "yes"),
        ("D0", "M", "V", "no"),
        ("D2", "M", "W", None),
    ]


@pytest.mark.parametrize("said", ["not json", {"person": "U"}, ["U"], [{"person": "U", "colour": "red"}]])
def test_what_is_no_list_of_its_lines_refuses_its_report_alone(said):
    """Text, an object, plain values and unknown fields reject their own report; the others are accepted."""
    rows, refused = lines(said, [{"person": "U"}])
    assert refused == [(0, "intake.shape.list")]
    assert [r["decision"] for r in rows if r["report"] == 1] == ["D1"]
