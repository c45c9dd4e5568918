"""The law of extremes: for every field of every kind, what is accepted is folded, judged, and rebuilt equal."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from comptroller import engine
from comptroller.engine import Engine
from comptroller.model.kind import Field, Kind
from tests.laws.lives import BEGINS, FIRMS, PACK, Life, files, report
from tests.packs_small.small import dump
from tests.worlds import fresh_node, moment

_TEXTS: list[Any] = [
    *(
        "",
        "x" * 64,
        "x" * 128,
        "x" * 4000,
        "x" * 4001,
        "字" * 4000,
        "😀" * 64,
        "e" + "\u0301" * 60,
        "\u202e\u200b",
        "\ufeff",
    ),
    *(
        "\x00",
        "\x1f",
        "=1+1",
        "＝1",
        "@x",
        "' OR 1=1 --",
        '"; DROP TABLE entity',
        "\\",
        "%s",
        "{}",
        "null",
        "NaN",
        "0",
        "-",
    ),
]
_NUMBERS: list[Any] = [
    *(
        0,
        -1,
        1,
        0.0001,
        1e-30,
        5e-324,
        1e30,
        -1e30,
        1e308,
        2**31,
        2**63,
        -(2**63),
        10**9,
        10**9 + 1,
        10**15,
        10**15 + 1,
    ),
    *(
        999_999_999_999_999_999,
        99_999_999_999_999,
        "99999999999999.9999",
        "-99999999999999.9999",
        "0.000001",
        "100.000001",
    ),
    *("1e400", "Infinity", "-inf", "nan", "1,000", "１２", "0x10", "--1", "1_000", 10**14, 10**14 - 1, 100, 101),
]
_DAYS: list[Any] = [
    *("0001-01-01", "9999-12-31", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "10000-01-01", "0000-00-00"),
    *("2024-02-30", "2024-2-9", "-001-01-01", "infinity", "-infinity", "epoch", "1970-01-01", "2024-12-31"),
]
_INSTANTS: list[Any] = [
    *(f"{day}T{clock}" for day in _DAYS[:6] for clock in ("00:00:00+14:00", "23:59:59.999999-12:00", "23:59:60Z")),
    *("2024-03-01T00:00:00+99:99", "2024-03-01T24:00:00", "2024-03-01 10:00:00.123456789Z", "2024-03-01"),
]
EXTREMES: dict[str, list[Any]] = {
    **dict.fromkeys(("text", "code", "entity", "person", "choice", "flag"), _TEXTS),
    **dict.fromkeys(("money", "number", "integer", "share"), _NUMBERS),
    "day": _DAYS,
    "instant": _INSTANTS,
}
FEW: dict[str, list[Any]] = {
    **{form: ["x" * 64, "😀" * 64] for form in ("text", "code", "entity", "person")},
    **{
        form: [-1, 1e-30, 1e30, 10**9, 10**15, 99_999_999_999_999, 2**63 - 1] for form in ("money", "number", "integer")
    },
    "choice": ["x"],
    "flag": ["x"],
    "share": [0, "0.000001", 100, 1e30],
    "day": _DAYS[:6],
    "instant": ["0001-01-01T00:00:00+14:00", "2199-12-31T23:59:59.999999-12:00", "1900-01-01T00:00:00Z"],
}
"""The ends that `make test` tries; `make chaos` tries all of them."""
_PLAIN: dict[str, Any] = {
    "money": 100,
    "number": 1,
    "integer": 1,
    "share": 10,
    "day": "2024-02-01",
    "instant": "2024-02-01T10:00:00",
    "entity": "A",
    "flag": True,
}


def _plain(field: Field) -> Any:
    if field.type in ("text", "code", "person"):
        return field.name
    return next(iter(field.choices)) if field.type == "choice" else _PLAIN[field.type]


def _unique(field: Field, number: int) -> Any:
    """Return a value of a key that no other row has; None if its type has none."""
    if field.type in ("code", "text", "person") or (field.type == "entity" and not field.known):
        return f"k{number}"
    return str(dt.date(2024, 1, 1) - dt.timedelta(days=number)) if field.type == "day" else None


def rows_of(kind: Kind, values: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """Return rows that are plain but for one cell, each with a key of its own if the key's types allow one."""
    needed = [f for f in kind.fields if f.required or f.name in kind.key]
    rows: list[dict[str, Any]] = []

    def add(changed: dict[str, Any]) -> None:
        row = {f.name: _plain(f) for f in needed}
        key = next((f for f in needed if f.name in kind.key and f.name not in changed and _unique(f, 1)), None)
        row |= {key.name: _unique(key, len(rows))} if key else {}
        rows.append(row | changed)

    for field in kind.fields:
        for value in values[field.type]:
            add({field.name: value})
    for inner in kind.lists:
        own = [f for f in inner.fields if f.name not in inner.carries]
        for field in own:
            for value in values[field.type]:
                add(
                    {
                        inner.name.removeprefix(f"{kind.name}_"): [
                            {**{f.name: _plain(f) for f in own}, field.name: value}
                        ]
                    }
                )
    return rows


def _take_all(node: Engine, values: Mapping[str, list[Any]], at: dt.datetime) -> Counter[str]:
    """Report every row of every kind, a report each; returns how many of each kind were accepted."""
    accepted: Counter[str] = Counter()
    for kind in node.pack.told.values():
        # Lines of lists wait for each other, one batch each: only what is not text is tried of them.
        mine = {**values, "text": [], "code": [], "choice": []} if kind.name == "list_line" else values
        taken = node.take([report(kind.name, row) for row in rows_of(kind, mine)], at)
        unfoldable = [
            refusal
            for refusals in taken.refused.values()
            for refusal in refusals
            if refusal.code == "report.unfoldable"
        ]
        assert unfoldable == [], f"{kind.name}: {unfoldable[0].text()}"
        accepted[kind.name] = len(taken.entries)
    assert node.evaluation.suspended == {}
    return accepted


def _rebuilt_equal(node: Engine, folder: Path) -> None:
    with node.duck.transaction():
        assert [(t.verdict.rule, t.verdict.subject) for t in node.evaluation.judge_all(node.ledger.size)] == []
    before = dump(node)
    node.close()
    again = engine.rebuild(folder)
    after = dump(again)
    assert {name for name in before if before[name] != after[name]} == set()
    again.close()


def test_what_is_accepted_of_any_kind_is_folded_judged_and_rebuilt(tmp_path: Path) -> None:
    """Every field of every kind at its ends, with the rules that read tables from graphs."""
    life = Life(tmp_path, 0)
    life.node.adopt(files(1), PACK, BEGINS)
    accepted = _take_all(life.node, FEW, BEGINS)
    assert sum(accepted.values()) > 5 * len(accepted), "the law says something only of what is accepted"
    _rebuilt_equal(life.node, life.folder)


@pytest.mark.chaos
def test_the_same_before_every_rule_that_ships(tmp_path: Path) -> None:
    """The same before all rules of the city's pack."""
    node = fresh_node(tmp_path, "sample-city")
    at = moment("2024-03-01T09:00:00")
    node.take([report("entity", *({"entity": one, "name": one} for one in FIRMS))], at)
    _take_all(node, EXTREMES, at)
    _rebuilt_equal(node, tmp_path / "node")
    shutil.rmtree(tmp_path / "node")
