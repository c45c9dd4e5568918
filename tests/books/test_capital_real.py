"""Real registers through the graph: what was checked by hand comes out; skipped where the data is not there."""

import csv
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.laws.worlds import Row, World, pack

DATA = Path(os.environ.get("COMPTROLLER_DATA", Path(__file__).parents[3] / "shared" / "data"))


def rows(name: str) -> list[dict[str, str]]:
    """Give a file's rows, or skip where it is not there."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: name the folder of the data sets in COMPTROLLER_DATA")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def told(stakes: list[tuple[str, str, str]]) -> World:
    """Give a world that was told these stakes at once."""
    found = World.new(pack("base"))
    facts: list[tuple[str, Row]] = []
    for holder, entity, share in stakes:
        row = {"holder": holder, "entity": entity, "share_pct": share, "valid_from": "1900-01-01"}
        facts.append(("stake", {name: value for name, value in row.items() if value}))
    found.say(facts, judged=False)
    return found


def test_a_group_is_cut_off_where_less_than_half_is_held() -> None:
    """More than half at every level reaches 216 of 1,371 companies, the top among them, and 11 levels are there."""
    edges = rows("group_tree/edges.csv")
    found = told([(e["parent"], e["child"], e["direct_pct"]) for e in edges if e["parent"]])
    top = next(e["child"] for e in edges if not e["parent"])
    assert found.duck.rows("SELECT count(*) + 1 FROM controls WHERE owner = ?", [top]) == [(216,)]
    below: dict[str, list[tuple[str, Fraction]]] = {}
    for e in edges:
        below.setdefault(e["parent"], []).append((e["child"], Fraction(e["direct_pct"]) / 100))
    exact, waiting, depth = {}, [(top, Fraction(1), 1)], 0
    while waiting:
        one, share, level = waiting.pop()
        depth = max(depth, level)
        for child, part in below.get(one, ()):
            exact[child] = share * part
            waiting.append((child, share * part, level + 1))
    assert depth == 11
    said = dict(found.duck.rows("SELECT entity, share_pct FROM effective_share WHERE owner = ?", [top]))
    assert {
        e: abs(Fraction(said.get(e, Decimal(0))) - s * 100) <= Fraction(1, 10**6) for e, s in exact.items()
    } == dict.fromkeys(exact, True)


def test_a_register_with_loops_and_sums_off_the_whole() -> None:
    """Three loops of two, two and three companies, one company that holds itself, and every sum above the whole is named."""
    shares = rows("kek_media/shares.csv")
    found = told([(s["shareholder"], s["owns"], s["share_pct"]) for s in shares])
    rings = {e for (e,) in found.duck.rows("SELECT entity FROM stake_issue WHERE issue = 'ring'")}
    assert rings == {"122", "2959", "2169", "2170", "3552", "366", "3270"}
    assert found.duck.rows("SELECT entity FROM stake_issue WHERE issue = 'own'") == [("1115",)]
    sums: dict[str, Decimal] = {}
    for s in shares:
        sums[s["owns"]] = sums.get(s["owns"], Decimal(0)) + Decimal(s["share_pct"] or 0)
    over = {e for (e,) in found.duck.rows("SELECT entity FROM stake_issue WHERE issue = 'over'")}
    assert over == {entity for entity, total in sums.items() if total > 100}
    sql = "SELECT share_pct FROM effective_share WHERE owner = '3270' AND entity = '366'"
    assert found.duck.rows(sql) == [(Decimal("4.000000"),)]
