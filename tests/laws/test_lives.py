"""The law of rebuilding: after any events, a node's books equal a rebuild, and judging anew changes nothing."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comptroller import engine
from comptroller.model.refusal import Refused
from comptroller.store.duck import SqlError
from tests.chaos.points import POINTS, Cut, cut_at
from tests.laws.lives import Life

FAULTS = (MemoryError, OSError, RuntimeError)
"""Memory, disk, and an unforeseen fault."""


def _cut() -> None:
    raise Cut


def _lived(life: Life, acts: int, *, is_cut: bool, is_faulty: bool) -> None:
    """Run a node with random interruptions and faults."""
    for _ in range(acts):
        point, passes = life.chance.choice(sorted(POINTS)), life.chance.randrange(1, 4)
        fate = life.chance.random()
        if is_cut and fate < 0.3:
            try:
                with cut_at(point, passes, _cut):
                    life.act()
            except Cut:
                _after_the_end(life)
        elif is_faulty and fate > 0.7:
            fault = life.chance.choice(FAULTS)

            def fail(fault: type[Exception] = fault) -> None:
                raise fault("no more")

            try:
                with cut_at(point, passes, fail):
                    life.act()
            except (*FAULTS, SqlError, Refused):
                life.folder.stat()
        else:
            life.act()


def _after_the_end(life: Life) -> None:
    """Open the node again as another process would: nothing of the transaction that was open is in the store."""
    life.node.close()
    life.node = engine.open_node(life.folder)
    assert life.node.books.entries == life.node.ledger.size


@pytest.mark.parametrize("seed", [1, 2])
def test_a_life_with_ends_and_faults_equals_a_rebuild(tmp_path: Path, seed: int) -> None:
    """Reports, steps, ticks, policies, sleeping rules, restarts, ends and faults at the named points."""
    life = Life(tmp_path, seed)
    _lived(life, 14, is_cut=True, is_faulty=True)
    assert life.differences() == {}
    life.node.close()


@pytest.mark.chaos
@pytest.mark.parametrize("turn", range(30))
def test_lives_drawn_anew_equal_a_rebuild(tmp_path: Path, turn: int) -> None:
    """Thirty longer lives that no run has seen before."""
    seed = random.SystemRandom().randrange(2**31) + turn
    life = Life(tmp_path, seed)
    _lived(life, 40, is_cut=turn % 3 > 0, is_faulty=turn % 2 > 0)
    assert life.differences() == {}, f"seed {seed}"
    life.node.close()


_CHILD = """
import os, random, signal, sys
from pathlib import Path
from tests.chaos.points import cut_at
from tests.laws.lives import Life
life = Life.__new__(Life)
life.take_over(Path(sys.argv[1]), int(sys.argv[2]))
print("open", flush=True)
with cut_at(sys.argv[3], int(sys.argv[4]), lambda: os.kill(os.getpid(), signal.SIGKILL)):
    for _ in range(12):
        life.act()
        print(life.node.ledger.size, flush=True)
"""


@pytest.mark.chaos
@pytest.mark.parametrize("point", sorted(POINTS))
def test_a_process_killed_at_a_named_point(tmp_path: Path, point: str) -> None:
    """Killed at each named point, a node has what it acknowledged, opens complete, and equals a rebuild."""
    life = Life(tmp_path, 7)
    life.node.close()
    acknowledged = 0
    for turn in range(4):
        ended = subprocess.run(
            [sys.executable, "-c", _CHILD, str(life.folder), str(turn), point, str(1 + turn * 2)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        acknowledged = max([acknowledged, *map(int, ended.stdout.split()[1:])])
        life.node = engine.open_node(life.folder)
        assert life.node.books.entries == life.node.ledger.size >= acknowledged
        assert life.differences() == {}, f"{point}, turn {turn}"
        life.node.close()
