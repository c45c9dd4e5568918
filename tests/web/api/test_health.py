"""Health: the call, and the end of a process with an invalid database."""

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from comptroller.web.api.health import EXIT_CODE
from tests.consoles import visitor
from tests.worlds import fresh_node

_SERVER = """
import resource, signal, sys, threading, typer
from pathlib import Path
from comptroller.cli.serve import chance, run
from comptroller.cli.write import now
from comptroller.web.runtime.server import Server
from comptroller.node import BOOKS

folder, port = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
desk = Server(folder, now, chance)
desk.start()

def break_it(worker):
    worker.duck.execute("CREATE TABLE much AS SELECT range AS a, 'x' AS text FROM range(1000)")
    worker.duck.execute("CHECKPOINT")
    worker.duck.execute("INSERT INTO much SELECT range, repeat(hash(range)::VARCHAR, 20) FROM range(50000)")
    size = (folder / BOOKS).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, size + 4096))
    worker.duck.execute("CHECKPOINT")

sys.stdin.readline()
desk_thread = threading.Thread(target=lambda: (sys.stdin.readline(), desk.writer.do(break_it)), daemon=True)
desk_thread.start()
try:
    run(desk, "127.0.0.1", port, 0)
except typer.Exit as ended:
    sys.exit(ended.exit_code)
"""


def test_a_server_that_works_says_so(server):
    """The call is open to every client and returns one word."""
    answer = visitor(server).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def _status(port: int) -> int:
    """Return the status of the health call; 0 without an answer."""
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        line.close()


def _seen(port: int, wanted: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _status(port) == wanted:
            return True
        time.sleep(0.1)
    return False


def test_a_server_whose_database_is_invalid_ends_with_a_word(tmp_path: Path) -> None:
    """A write that the disk cuts off invalidates the database: the call returns 503, the log names the reason,
    the code is not zero.
    """
    fresh_node(tmp_path, "base").close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _SERVER, str(tmp_path / "node"), str(port)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdin.write("\n")
        process.stdin.flush()
        assert _seen(port, 200, 60)
        process.stdin.write("\n")
        process.stdin.flush()
        assert _seen(port, 503, 30)
        _, log = process.communicate(timeout=60)
    assert process.returncode == EXIT_CODE
    assert "database is invalid" in log
    fresh = subprocess.run(
        [sys.executable, "-m", "comptroller", "verify", "--node", str(tmp_path / "node")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr
