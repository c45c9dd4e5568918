"""Queries of users, run by separate processes: how many at once, how large, how long, and the refusal of each failure.

- A process knows only the tables that it received (`store/query_process.py`); it answers one query.
- Few queries run at once, a few more wait, and one person has few of them; a query without a place gets a 503.
- Memory, time, rows, bytes and columns of an answer are bounded; a refusal names the bound that was passed.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from comptroller.model.refusal import Refused
from comptroller.model.sql_functions import IN_THE_PARSER, ROW_MAKERS
from comptroller.store import query_process
from comptroller.store.duck import DuckDb, SqlError, closed_settings
from comptroller.store.handout import Handed, Handouts
from comptroller.store.question import MAY_CALL, Question, read_question
from comptroller.web.runtime.query_limits import Limits, NoPlace, no_place, refusal_of, too_slow, with_near_column

Answer = tuple[list[str], list[tuple[Any, ...]]]
"""Columns, and rows as tuples."""
_GRACE = 3.0
_CHUNK = 1 << 20
_MANY = 64 << 20


class QueryPool:
    """The query processes of one server; the first query starts them."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Take the limits; no process is started yet."""
        self.limits = limits or Limits()
        self.handouts = Handouts()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(self.limits.processes)
        self._people: Counter[str] = Counter()
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def ask(  # noqa: PLR0913 - the person, the question, its tables and its time
        self,
        duck: DuckDb,
        sql: str,
        tables: Collection[str],
        views: Mapping[str, str] | None = None,
        *,
        person: str = "",
        seconds: float = 60.0,
    ) -> Answer:
        """Return the answer to one SELECT over `tables`, each limited to its view; the connection reads the views.

        Raises Refused for a query that is not allowed or passes a limit, NoPlace for too many queries. A table without
        a view is unknown as of the requested day. Without any views, tables are read as they are in the database.
        """
        unknown = [name for name in tables if name not in views] if views else []
        view_sql = views or {name: f'SELECT * FROM "{name}"' for name in tables}
        with self._place(person):
            begin = time.monotonic()
            question = read_question(sql, tables, unknown)
            handed = self._handed(duck, question, view_sql, seconds)
            left = max(0.1, seconds - (time.monotonic() - begin))
            head, body = self._answered(question, handed, left, duck.zone)
        if head["code"]:
            found = refusal_of(head, sql, tables, limits=self.limits, seconds=seconds)
            raise Refused([with_near_column(found, lambda: _columns_of(duck, question, view_sql))])
        return _rows(body)

    def __enter__(self) -> Self:
        """Return the pool; its processes end with the block."""
        return self

    def __exit__(self, *_fault: object) -> None:
        """End the processes."""
        self.stop()

    def start(self) -> None:
        """Start the processes before the first query, so that it need not wait for them."""
        self._started()

    @property
    def number(self) -> int:
        """Return the number of the program's process group; 0 when none runs."""
        return self._process.pid if self._process else 0

    @property
    def folder(self) -> Path:
        """Return the empty working folder of the processes."""
        return Path(self._folder.name if self._folder else "")

    def stop(self) -> None:
        """End the processes; a running query ends with its time limit at the latest."""
        with self._lock:
            self._end()

    @contextlib.contextmanager
    def _place(self, person: str) -> Iterator[None]:
        """Yield a process for one query.

        Raises NoPlace when a person has too many queries, too many wait, or the wait is too long.
        """
        most = self.limits
        with self._lock:
            if person and self._people[person] >= most.of_one_person:
                raise NoPlace(no_place("query.person", most.of_one_person))
            if self._count >= most.processes + most.waiting:
                raise NoPlace(no_place("query.full", most.processes))
            self._people[person] += 1
            self._count += 1
        try:
            if not self._slots.acquire(timeout=most.wait_seconds):
                raise NoPlace(no_place("query.full", most.processes))
            try:
                yield
            finally:
                self._slots.release()
        finally:
            with self._lock:
                self._people[person] -= 1
                self._people += Counter()  # Removes persons without a query.
                self._count -= 1

    def _handed(self, duck: DuckDb, question: Question, views: Mapping[str, str], seconds: float) -> list[Handed]:
        """Return the tables of a query; the time to read them counts towards its limit."""
        late = threading.Event()

        def end() -> None:
            late.set()
            duck.interrupt()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            return self.handouts.hand_out(duck, question, views, most=self.limits.handed)
        except SqlError as fault:
            if late.is_set():
                raise Refused([too_slow(question.sql, seconds)]) from fault
            raise
        finally:
            timer.cancel()

    def _answered(
        self, question: Question, handed: list[Handed], seconds: float, zone: str
    ) -> tuple[dict[str, Any], bytes]:
        """Return the answer of a process: a header with a code ('' for success), and the rows as an Arrow stream."""
        most = self.limits
        request = {
            "sql": question.sql,
            "seconds": seconds,
            "zone": zone,
            "memory": most.memory,
            "tables": [table.name for table in handed],
            "functions": sorted(MAY_CALL | IN_THE_PARSER),
            "makers": sorted(ROW_MAKERS),
            "most_rows": most.rows,
            "most_bytes": most.bytes,
            "most_columns": most.columns,
        }
        begin = time.monotonic()
        reply = self._sent(json.dumps(request).encode(), handed)
        try:
            content = _received(reply, begin + seconds + _GRACE, most.bytes + _MANY)
        finally:
            reply.close()
        head, end, body = content.partition(b"\n")
        if end:
            return json.loads(head), body
        is_late = time.monotonic() - begin >= seconds * 0.9
        return {"code": "slow" if is_late else "memory", "text": ""}, b""

    def _sent(self, request: bytes, handed: list[Handed]) -> socket.socket:
        """Send a query to a waiting process; start the program again if it was killed from outside."""
        ours, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as text:
            text.write(request)
            text.flush()
            os.lseek(text.fileno(), 0, os.SEEK_SET)
            files = [theirs.fileno(), text.fileno(), *(table.file for table in handed)]
            try:
                socket.send_fds(self._started(), [b"question"], files)
            except OSError:
                self.stop()
                socket.send_fds(self._started(), [b"question"], files)
            finally:
                theirs.close()
        return ours

    def _started(self) -> socket.socket:
        """Return the socket of the waiting processes, and start them when there are none."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self._end()
            if self._control is None:
                self._begin()
            assert self._control is not None, "it was made just now"
            return self._control

    def _begin(self) -> None:
        """Start the program with an empty environment, in an empty folder, with a single socket."""
        self._folder = tempfile.TemporaryDirectory(prefix="comptroller-questions-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        made = {"spare": 2 * self.limits.processes, "config": closed_settings(self.limits.memory // 2)}
        program = [sys.executable, "-I", str(Path(query_process.__file__)), str(theirs.fileno()), json.dumps(made)]
        self._process = subprocess.Popen(  # noqa: S603 - this product's own program, with values of its own
            program,
            env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"},
            cwd=self._folder.name,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(
                    self._process.pid, signal.SIGKILL
                )  # The process group of this program only; its exit status is still unread.
            self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()
        self._control = self._process = self._folder = None


def _received(reply: socket.socket, until: float, most: int) -> bytes:
    """Return the received bytes; empty when the time runs out or more than `most` bytes come."""
    parts: list[bytes] = []
    size = 0
    while (left := until - time.monotonic()) > 0 and size <= most:
        reply.settimeout(left)
        try:
            part = reply.recv(_CHUNK)
        except TimeoutError:
            break
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return b""


def _columns_of(duck: DuckDb, question: Question, views: Mapping[str, str]) -> set[str]:
    """Return the names of all columns of the tables that a question reads."""
    return {column for name in question.tables for column in duck.columns(views[name])}


def _rows(body: bytes) -> Answer:
    table = pa.ipc.open_stream(body).read_all()
    table.validate(full=True)
    names = list(table.column_names)
    return names, [tuple(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
