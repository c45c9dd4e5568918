"""The law of the killed node: what was acknowledged is there, judged once, in books that equal a rebuild."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comptroller import engine
from comptroller.ledger.verify import verify
from tests.packs_small.small import dump, key, small_node

WRITER = """
import random, sys
from pathlib import Path
from comptroller import engine
from tests.packs_small.small import AT, said

node = engine.open_node(Path(sys.argv[1]))
chance = random.Random(int(sys.argv[2]))
print("open", flush=True)
while True:
    size = node.ledger.size
    reports = []
    for each in range(chance.choice((1, 1, 2, 5))):
        paid = {"entity": "B", "payment": f"P{size}-{each}", "amount": chance.choice((600, 2000)), "matter": f"M{chance.randrange(3)}"}
        paid |= {"payee": chance.choice("ST"), "paid_on": f"2024-03-{chance.randrange(10, 30)}"}
        reports.append(said("payment", paid))
    decided = {"entity": "B", "decision": f"D{size}", "matter": f"M{chance.randrange(3)}", "outcome": "approved"}
    reports.append(said("decision", {**decided, "decided_on": "2024-03-20", "votes": [{"person": "U", "vote": "no"}]}))
    reports.append(said("payment", {"entity": "B"}))
    taken = node.take(reports, AT)
    assert len(taken.refused) == 1
    if not chance.randrange(4):
        node.tick(AT, AT)
    for at, entry in taken.entries.items():
        print(entry, reports[at].payload.hex(), flush=True)
"""


def test_a_node_killed_now_and_then_loses_nothing(tmp_path: Path) -> None:
    """Killed at three random instants, a node has what it acknowledged and opens complete."""
    _kill_and_look(tmp_path / "n", kills=3, seed=2, longest_s=0.7)


@pytest.mark.chaos
def test_a_node_killed_hundreds_of_times_loses_nothing(tmp_path: Path) -> None:
    """Killed three hundred times, on the way up, in the middle of writing and of judging: the same."""
    for turn in range(30):
        shutil.rmtree(tmp_path / "n", ignore_errors=True)
        _kill_and_look(tmp_path / "n", kills=10, seed=random.SystemRandom().randrange(2**31) + turn, longest_s=1.5)


def _kill_and_look(folder: Path, *, kills: int, seed: int, longest_s: float) -> None:
    small_node(folder).close()
    chance = random.Random(seed)
    acknowledged: dict[int, str] = {}
    for turn in range(kills):
        acknowledged |= _write_until_killed(folder, seed + turn, chance.uniform(0.0, longest_s))
        verdict = verify(folder / "ledger.sqlite", key().verifier, erased=())
        assert verdict.is_sound, f"seed {seed}, kill {turn}: {verdict.problem}"
        node = engine.open_node(folder)
        recorded = {e.number: (e.payload or b"").hex() for e in node.ledger.entries() if e.number in acknowledged}
        assert recorded == acknowledged, f"seed {seed}, kill {turn}: a report that was acknowledged is lost"
        assert node.books.entries == node.ledger.size
        doubled = node.duck.rows("SELECT finding, version FROM finding GROUP BY ALL HAVING count(*) > 1")
        doubled += node.duck.rows("SELECT fact FROM all_payment GROUP BY fact HAVING count(*) > 1")
        assert doubled == [], f"seed {seed}, kill {turn}"
        caught_up = dump(node)
        node.close()
        if turn == kills - 1 or chance.randrange(3) == 0:
            again = engine.rebuild(folder)
            assert dump(again) == caught_up, f"seed {seed}, kill {turn}: the books differ from a rebuild"
            again.close()
    assert acknowledged, "nothing was ever acknowledged"


def _write_until_killed(folder: Path, seed: int, wait_s: float) -> dict[int, str]:
    """Start a child that feeds the node, and kill it after a while; returns what it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as writer:
        assert writer.stdout is not None
        # Every fourth is killed while it starts, every fourth in its first batch, the others at work.
        awaited = (0, 1, 2, 2)[seed % 4]
        lines = [writer.stdout.readline() for _ in range(awaited)]
        time.sleep(wait_s)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
        assert writer.wait() == -signal.SIGKILL, "the writer ended by itself"
    complete = [line.split() for line in lines if line.endswith("\n") and line.strip() != "open"]
    return {int(number): payload for number, payload in complete}
