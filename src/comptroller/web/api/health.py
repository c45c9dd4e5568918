"""Health of a server: the call that reports it, and the watch that ends a server that cannot work any more.

DuckDB invalidates a database that met a fault in the middle of a write: each later statement fails until the file is
opened anew. A server with such a database, or without its writer, cannot answer correctly. It reports that and ends,
and its supervisor starts it again. Nothing is lost: every acknowledged report is in the ledger.
"""

import logging
import os
import threading
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from comptroller.store.duck import SqlError
from comptroller.web.runtime.server import Server
from comptroller.web.shell.auth import desk_of
from comptroller.web.shell.middleware import HEALTH

_log = logging.getLogger(__name__)
router = APIRouter()
LOOK_SECONDS, GRACE_SECONDS, LAST_SECONDS = 2.0, 3.0, 15.0
EXIT_CODE = 70
"""Exit code of a process with an invalid database: an internal software error (sysexits.h)."""


def fault_of(server: Server) -> str:
    """Return why the server cannot work any more; '' while it works."""
    if not server.writer.is_alive:
        return "the writer has ended"
    try:
        server.duck.rows("SELECT 1")
    except SqlError as fault:
        return f"the books' database is invalid: {str(fault).splitlines()[0]}"
    return ""


@router.get(HEALTH, include_in_schema=False)
async def healthz(request: Request) -> JSONResponse:
    """Return 200 while the server works and 503 when it does not, without details."""
    is_well = not fault_of(desk_of(request))
    return JSONResponse({"status": "ok" if is_well else "down"}, 200 if is_well else 503)


def watch(server: Server, end: Callable[[], None], done: threading.Event) -> None:
    """Watch a server until it is done; end one that cannot work, some seconds after its health call first reports it.

    `end` asks the server to stop. A server that does not stop in time is killed with an exit code other than zero.
    """
    while not done.wait(LOOK_SECONDS):
        fault = fault_of(server)
        if fault:
            _log.critical("this server ends: %s; start it again, nothing acknowledged is lost", fault)
            done.wait(GRACE_SECONDS)
            end()
            threading.Timer(LAST_SECONDS, os._exit, [EXIT_CODE]).start()
            return
