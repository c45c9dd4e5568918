"""Periods of control agree with the graph of every day, in any order of facts."""

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from comptroller.books import Books
from comptroller.books.ownership.control_periods import COLUMNS, TABLE
from comptroller.books.ownership.graph import OwnershipGraph
from comptroller.evaluation import Evaluation
from comptroller.model.policy import Pack
from comptroller.packs import gather_files, read_pack
from comptroller.store.duck import DuckDb
from tests.laws.stakes import FACT
from tests.laws.worlds import PACKS, Row, World, pack

DAYS = [dt.date(2023, 12, 31), *(dt.date(2024, month, 1) for month in (1, 5, 7, 8, 10, 12))]


@lru_cache(maxsize=1)
def asking() -> Pack:
    """Return the base pack with one rule, which asks about the holders and companies of stakes."""
    full_pack = read_pack(gather_files([PACKS], "cn-capital"), "cn-capital")
    chosen = next(iter(full_pack.rules.values()))
    rule = replace(chosen, name="asks", judges="stake", references={TABLE: ("holder", "entity")})
    return replace(pack("base"), rules={"asks": rule}, digest="asking")


def periods_of(world: World) -> list[tuple[object, ...]]:
    """Return the table in order."""
    return sorted(world.duck.rows(f"SELECT {', '.join(COLUMNS)} FROM {TABLE}"), key=str)


def new() -> World:
    """Return an empty world under that rule."""
    duck = DuckDb(memory="300MB")
    return World(duck, Books(duck, asking(), owner="O", zone="UTC"), Evaluation(duck, pack("base")))


def test_periods_meet_where_control_passes() -> None:
    """B is A's until the stake goes, and X's from that day on; the chain above A begins with its own stake."""
    scene = new()
    stakes = (("A", "B", "60", "2020-01-01", "2024-01-01"), ("X", "B", "60", "2024-01-01", ""))
    scene.say([_stake(*row) for row in (*stakes, ("G", "A", "51", "2022-01-01", ""))], judged=False)
    day = dt.date
    assert periods_of(scene) == [
        ("A", "B", "direct", "A>60%>B", day(2020, 1, 1), day(2024, 1, 1)),
        ("G", "A", "direct", "G>51%>A", day(2022, 1, 1), None),
        ("G", "B", "joint", "G>51%>A>60%>B", day(2022, 1, 1), day(2024, 1, 1)),
        ("X", "B", "direct", "X>60%>B", day(2024, 1, 1), None),
    ]
    scene.duck.close()


def _stake(holder: str, entity: str, share: str, since: str, until: str) -> tuple[str, Row]:
    row = {"holder": holder, "entity": entity, "share_pct": share, "valid_from": since, "valid_until": until}
    return "stake", {name: cell for name, cell in row.items() if cell}


@settings(max_examples=9, deadline=None)
@given(facts=st.lists(FACT, max_size=10), cuts=st.lists(st.integers(0, 10), max_size=3))
def test_every_day_is_told_as_the_graph_tells_it(facts: list[tuple[str, Row]], cuts: list[int]) -> None:
    """On each day the periods are the control of that day; moved in batches they are those built afresh."""
    scene = new()
    rows = [(kind, {k: v for k, v in row.items() if v}) for kind, row in facts]
    edges = sorted({0, len(rows), *(c for c in cuts if c < len(rows))})
    for low, high in pairwise(edges):
        scene.say(rows[low:high], judged=False)
    moved = periods_of(scene)
    chosen = {name for pair in scene.duck.rows("SELECT holder, entity FROM stake") for name in pair}
    for day in DAYS:
        capital = OwnershipGraph(scene.duck, asking(), day)
        chains, names = capital.chains(capital.numbers(sorted(chosen))), capital.parties.names
        wanted = {(names[o], names[e]) for o, e in zip(chains.owner, chains.entity, strict=True)}
        holds = [row for row in moved if (row[4] or dt.date.min) <= day < (row[5] or dt.date.max)]  # type: ignore[operator]
        assert {row[:2] for row in holds} == wanted, day
        assert len(holds) == len(wanted)
    scene.books.graph.rebuild(99)
    assert periods_of(scene) == moved
    scene.duck.close()
