"""The rows in memory equal those that plain SQL over the current facts returns."""

import numpy as np
from hypothesis import given, settings

from comptroller.evaluation.hashes import key_hashes
from tests.laws.worlds import World, facts, pack


@settings(max_examples=5)
@given(facts(14, of="small"))
def test_the_rows_of_a_docket_equal_sql(rows):
    """After any facts, the stored rows of a docket equal the current rows with its columns, each once."""
    world = World.new(pack("small"))
    for row in rows:
        world.say([row])
    holding = world.evaluation._working_set
    for group in world.evaluation.plan.groups:
        if group.window or "payment" not in group.tables:
            continue
        store = holding._store("payment")
        key = f"docket {group.label}"
        listed = ", ".join(f'"{c}"' for c in group.docket)
        for values in world.duck.rows(f"SELECT DISTINCT {listed} FROM payment"):
            if None in values:
                continue
            where = " AND ".join(f'"{c}" = ?' for c in group.docket)
            wanted = [r[0] for r in world.duck.rows(f"SELECT fact FROM payment WHERE {where} ORDER BY fact", values)]
            table = world.duck.arrow(f"SELECT * FROM payment WHERE {where}", values)
            hashes = np.unique(key_hashes(table, [store._keys[key]])[store._keys[key]])
            assert store.take(store.rows_of(key, hashes), ["fact"]).column("fact").to_pylist() == wanted


def test_ended_rows_are_not_returned():
    """An ended fact is removed once, and is not among the rows of its docket."""
    world = World.new(pack("small"))
    for number in ("P1", "P2"):
        world.say(
            [("payment", {"entity": "A", "payment": number, "amount": "5", "payee": "S", "paid_on": "2024-03-01"})]
        )
    store = world.evaluation._working_set._store("payment")
    (fact,) = world.duck.rows("SELECT fact FROM payment WHERE payment = 'P1'")[0]
    assert len(store.end(np.asarray([fact, fact]))) == 1
    assert len(store.end(np.asarray([fact]))) == 0
    assert len(store) == 2
