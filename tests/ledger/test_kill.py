"""The law of the killed writer: everything acknowledged is there, in a ledger that verifies, and it can grow on."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger
from comptroller.ledger.verify import verify

ORIGIN = "owner.example/ledger"
KEY = make_key(ORIGIN, bytes(range(32)))
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
KILLS = 8

WRITER = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
from comptroller.ledger.entry import Accepted
from comptroller.ledger.key import make_key
from comptroller.ledger.ledger import Ledger

chance = random.Random(int(sys.argv[2]))
with Ledger.open(Path(sys.argv[1]), make_key("owner.example/ledger", bytes(range(32)))) as ledger:
    while True:
        width, at = chance.choice((1, 1, 3, 100, 700)), ledger.size
        payloads = [b"%d" % (at + each) + b" " * chance.randrange(3000) for each in range(1, width + 1)]
        done = ledger.append([Accepted(one, "json", "r") for one in payloads], datetime(2024, 1, 1, tzinfo=UTC))
        sys.stdout.write(f"{done.last} {done.checkpoint.root.hex()}\\n")
        sys.stdout.flush()
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """Killed at 20 random instants: the ledger verifies, holds every acknowledged entry and root, and opens to go on."""
    chance = random.Random(19)
    path = tmp_path / "ledger"
    Ledger.create(path, ORIGIN, KEY, BEGAN).close()
    before = 0
    for turn in range(KILLS):
        lines = _write_until_killed(path, turn, chance.uniform(0.0, 0.25))
        acknowledged = [(int(number), root) for number, root in (line.split() for line in lines)]
        verdict = verify(path, KEY.verifier, erased=())
        assert verdict.is_sound, str(verdict.problem)
        with Ledger.open(path, KEY) as ledger:
            assert ledger.size == verdict.entry_count >= max([number for number, _ in acknowledged], default=before)
            for number, root in acknowledged:
                assert ledger.checkpoint(number).root.hex() == root
            for entry in ledger.entries(before + 1):
                assert entry.payload is not None
                assert int(entry.payload) == entry.number
            before = ledger.append([Accepted(b"%d" % (ledger.size + 1), "json", "r")], BEGAN).last
    assert before > KILLS


def _write_until_killed(path: Path, seed: int, wait_s: float) -> list[str]:
    """Start a writer, kill it a while after its first acknowledgement, and return what it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline() if seed % 4 else ""  # Every fourth is killed while it starts, perhaps.
        time.sleep(wait_s)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
        assert writer.wait() == -signal.SIGKILL
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
