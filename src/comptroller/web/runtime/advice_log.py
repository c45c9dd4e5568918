"""Answers of the authority check on their way into the ledger.

Answers of one moment are one report: recording one costs as much as recording many.

- An answer is durable in the desk's store before the caller gets it, and in the ledger soon after. A caller may wait.
- Answers that a crash left in the store alone are reported once, when the desk starts again.
- When the ledger rejects a report of many answers, each is reported alone, so that none is lost with another.
"""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from comptroller.web.runtime.storage import DeskStore
from comptroller.web.runtime.writer import Outcome

KIND = "advice"
MOST_TOGETHER = 200
_log = logging.getLogger(__name__)
Fact = dict[str, Any]
Reporter = Callable[[str, list[Fact]], "Future[Outcome]"]


class AdviceLog:
    """Answers that wait to be reported; a timer reports them, or a caller that waits for them."""

    def __init__(self, report: Reporter, seconds: float, store: Callable[[], DeskStore]) -> None:
        """Take the function that reports facts for the owner, the seconds an answer may wait, and each thread's
        own store.
        """
        self._report, self._seconds, self._store = report, seconds, store
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fact, Future[Outcome]]] = []
        self._timer: threading.Timer | None = None

    def put(self, fact: Fact) -> "Future[Outcome]":
        """Store an answer for its report, durable on return; return the future of its outcome."""
        future: Future[Outcome] = Future()
        self._store().owe(str(fact[KIND]), json.dumps(fact, ensure_ascii=False))
        with self._lock:
            self._waiting.append((fact, future))
            is_full = len(self._waiting) >= MOST_TOGETHER
            if self._timer is None and not is_full:
                self._timer = threading.Timer(self._seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if is_full:
            self.flush()
        return future

    def resume(self, is_kept: Callable[[str], bool]) -> int:
        """Report the answers of before a crash that the ledger does not have; return their number.

        `is_kept` tests whether the ledger has an answer.
        """
        owed = self._store().owed()
        self._store().settle([number for number, _ in owed if is_kept(number)])
        left = [(json.loads(text), Future[Outcome]()) for number, text in owed if not is_kept(number)]
        with self._lock:
            self._waiting += left
        self.flush()
        return len(left)

    def flush(self) -> None:
        """Report all waiting answers at once."""
        with self._lock:
            batch, self._waiting = self._waiting, []
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        if batch:
            self._report(KIND, [fact for fact, _ in batch]).add_done_callback(lambda done: self._settle(batch, done))

    def _settle(self, batch: list[tuple[Fact, "Future[Outcome]"]], done: "Future[Outcome]") -> None:
        """Set the outcome of each answer; when a batch is rejected, report its answers one by one."""
        fault = done.exception()
        if fault is None and done.result().refusals and len(batch) > 1:
            for fact, future in batch:
                self._report(KIND, [fact]).add_done_callback(partial(self._settle, [(fact, future)]))
            return
        if fault is None and not done.result().refusals:
            self._store().settle([str(fact[KIND]) for fact, _ in batch])
        for fact, future in batch:
            if fault is not None:
                _log.error("advice %s was given and is not in the ledger: %s", fact.get(KIND), fault)
                future.set_exception(fault)
                continue
            if done.result().refusals:
                _log.error("advice %s was given and is not in the ledger: %s", fact.get(KIND), done.result().refusals)
            future.set_result(done.result())
