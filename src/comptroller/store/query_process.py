"""The program that answers one question: a process that has only its tables, under limits of the system.

It runs alone (`python -I query_process.py`) with an empty environment in an empty folder, and imports its engine. It
holds copies of itself (forks) that wait with an open engine. Each answers one question and ends, and another takes its
place. So a question finds a clean process at once, and no data of one question is left for the next. Nothing of the
product is imported here.

One message brings the files of a question, by their descriptors: the socket for the answer, the question as JSON, then
each table as an Arrow stream. The answer is a line of JSON, followed by the rows as an Arrow stream.
"""

import contextlib
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as _dataset  # noqa: F401 - the engine looks for it when a table is put before it; no file is opened then

warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")

_MOST_FILES = 250
_ROWS = 1024
"""Rows per batch from the engine, so that an oversized answer is cut off early."""
_SLACK = 192 << 20
"""Bytes of address space for stacks and buffers of the engine, beside the memory of a question."""
_SECONDS_AFTER = 2
"""Seconds after the time limit until the system ends a process that is still running."""
_CLOSED, _BROKEN, _PAUSE = 3, 1, 0.5
"""Exit codes of a stopped process and of a failed one; seconds to wait after a failure before the next start."""


def serve(control: socket.socket, made: dict[str, Any]) -> None:
    """Run some waiting processes, one for each question, until the other end of the socket is closed."""
    waiting = {_spare(control, made) for _ in range(made["spare"])}
    while waiting:
        number, status = os.wait()
        waiting.discard(number)
        code = os.waitstatus_to_exitcode(status)
        if code == _CLOSED:
            return
        if code == _BROKEN:
            time.sleep(_PAUSE)
        waiting.add(_spare(control, made))


def _spare(control: socket.socket, made: dict[str, Any]) -> int:
    """Start a process that waits for one question with an open engine, answers it and ends; return its number."""
    number = os.fork()
    if number:
        return number
    code = _BROKEN
    try:
        connection = duckdb.connect(":memory:", config=made["config"])
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SELECT json_serialize_sql('SELECT 1')").fetchone()
        message, files, _, _ = socket.recv_fds(control, 16, _MOST_FILES)
        control.close()
        code = _CLOSED
        if message:
            code = 0
            answer(connection, files)
    finally:
        os._exit(code)


def answer(connection: duckdb.DuckDBPyConnection, files: list[int]) -> None:
    """Write the answer to the question of these files: the first is the socket for the answer, the second the
    question.
    """
    reply = socket.socket(fileno=files[0])
    with os.fdopen(files[1], "rb") as file:
        question = json.loads(file.read())
    _limit_time(question["seconds"])
    try:
        head, body = _run(connection, question, files[2:])
    except MemoryError:
        head, body = {"code": "memory", "text": ""}, b""
    except duckdb.Error as fault:
        head, body = {"code": _code(fault), "text": (str(fault) or "-").splitlines()[0]}, b""
    with contextlib.suppress(BrokenPipeError):
        reply.sendall(json.dumps(head).encode() + b"\n")
        reply.sendall(body)


def _code(fault: duckdb.Error) -> str:
    is_memory = isinstance(fault, duckdb.OutOfMemoryException) or "bad_alloc" in str(fault)
    return "memory" if is_memory else "sql"


def _run(
    connection: duckdb.DuckDBPyConnection, question: dict[str, Any], files: list[int]
) -> tuple[dict[str, Any], bytes]:
    """Register the tables, check the question as the engine parses it, and run it under limits."""
    connection.execute("SET TimeZone = '" + question["zone"].replace("'", "''") + "'")
    for name, file in zip(question["tables"], files, strict=True):
        length = os.fstat(file).st_size
        mapped = mmap.mmap(file, length, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        os.close(file)
        connection.register(name, pa.ipc.open_stream(pa.py_buffer(mapped)).read_all())
    wrong = _foreign(connection, question)
    if wrong:
        return wrong, b""
    _limit_space(question["memory"])
    return _collect(connection.execute(question["sql"]).to_arrow_reader(_ROWS), question)


def _limit_time(seconds: float) -> None:
    """Set the system to end this process when its time is over; it is the first to be killed when memory is short."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    cpu = int(seconds) * 2 + _SECONDS_AFTER
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("1000")
    with contextlib.suppress(OSError):
        os.nice(5)


def _limit_space(memory: int) -> None:
    """Limit this process to so many further bytes, and forbid it to open, write or start anything."""
    with contextlib.suppress(ValueError, OSError):
        used = int(open("/proc/self/statm", encoding="ascii").read().split()[0]) * mmap.PAGESIZE  # noqa: PTH123, SIM115
        resource.setrlimit(resource.RLIMIT_AS, (used + memory + _SLACK, used + memory + _SLACK))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _foreign(connection: duckdb.DuckDBPyConnection, question: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first thing that the engine's own parser finds beyond the allowed tables and functions."""
    (text,) = connection.execute("SELECT json_serialize_sql(?)", [question["sql"]]).fetchone() or ("{}",)
    tree = json.loads(text)
    if tree.get("error") or len(tree.get("statements", ())) != 1:
        return {"code": "select", "text": str(tree.get("error_message", ""))[:200]}
    tables, functions = {name.lower() for name in question["tables"]}, frozenset(question["functions"])
    makers = frozenset(question["makers"])
    nodes = list(_nodes(tree["statements"][0]))
    own = {str(entry["key"]).lower() for node in nodes for entry in node.get("cte_map", {}).get("map", ())}
    for node in nodes:
        kind, inner = node.get("type"), node.get("function")
        if kind == "BASE_TABLE":
            name = str(node.get("table_name", ""))
            if node.get("schema_name") or node.get("catalog_name") or name.lower() not in tables | own:
                return {"code": "table", "text": name}
        elif kind == "TABLE_FUNCTION" and str((inner or {}).get("function_name", "")).lower() not in makers:
            return {"code": "table", "text": str((inner or {}).get("function_name", ""))}
        elif kind == "SHOW_REF":
            return {"code": "select", "text": str(node.get("table_name", ""))}
        elif node.get("class") == "FUNCTION" and not node.get("is_operator"):
            name = str(node.get("function_name", ""))
            if name.lower() not in functions | makers and name[:1].isalpha():
                return {"code": "function", "text": name}
    return None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a tree, without recursion: a tree may be deep."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _collect(rows: pa.RecordBatchReader, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return an answer's rows as bytes, or the limit that they exceed."""
    if len(rows.schema) > question["most_columns"]:
        return {"code": "columns", "text": str(len(rows.schema))}, b""
    sink, count, size = pa.BufferOutputStream(), 0, 0
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        for batch in rows:
            count, size = count + batch.num_rows, size + _weight(batch)
            if count > question["most_rows"]:
                return {"code": "rows", "text": str(count)}, b""
            if size > question["most_bytes"]:
                return {"code": "bytes", "text": str(size)}, b""
            writer.write_batch(batch)
    return {"code": "", "rows": count}, sink.getvalue().to_pybytes()


def _weight(batch: pa.RecordBatch) -> int:
    """Return how many bytes a batch holds, each value counted with its size as an object."""
    cells, waiting = 0, list(batch.columns)
    while waiting:
        array = waiting.pop()
        cells += len(array)
        if pa.types.is_struct(array.type):
            waiting += [array.field(at) for at in range(array.type.num_fields)]
        elif pa.types.is_map(array.type):
            waiting += [array.keys, array.items]
        elif pa.types.is_nested(array.type) and not pa.types.is_union(array.type):
            waiting.append(array.flatten())
    return int(batch.nbytes) + 16 * cells


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2]))
