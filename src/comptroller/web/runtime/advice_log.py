"""Answers to "may I?" on their way into the ledger: those of a moment are one report, since folding one costs as much as folding many.

- An answer is durable on the desk's shelf before it is given, and in the ledger soon after; whoever wants to wait is told when it is.
- What a crash left on the shelf alone is reported when the desk starts again, once.
- What the ledger would not take of many together is reported one by one, so that no answer is lost with another.
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
Say = Callable[[str, list[Fact]], "Future[Outcome]"]


class AdviceLog:
    """What waits to be reported; a timer reports it, or whoever waits for it."""

    def __init__(self, say: Say, seconds: float, shelf: Callable[[], DeskStore]) -> None:
        """Take how facts are reported in the owner's name, how long an answer may wait for others, and each thread's door to the shelf."""
        self._say, self._seconds, self._shelf = say, seconds, shelf
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fact, Future[Outcome]]] = []
        self._timer: threading.Timer | None = None

    def put(self, fact: Fact) -> "Future[Outcome]":
        """Let an answer wait for its report, durable when this returns; returns what becomes of it."""
        future: Future[Outcome] = Future()
        self._shelf().owe(str(fact[KIND]), json.dumps(fact, ensure_ascii=False))
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
        """Report what was given before a crash and never came into the ledger; `is_kept` says of an answer whether it did. Gives how many."""
        owed = self._shelf().owed()
        self._shelf().settle([number for number, _ in owed if is_kept(number)])
        left = [(json.loads(said), Future[Outcome]()) for number, said in owed if not is_kept(number)]
        with self._lock:
            self._waiting += left
        self.flush()
        return len(left)

    def flush(self) -> None:
        """Report what waits, at once."""
        with self._lock:
            batch, self._waiting = self._waiting, []
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        if batch:
            self._say(KIND, [fact for fact, _ in batch]).add_done_callback(lambda done: self._settle(batch, done))

    def _settle(self, batch: list[tuple[Fact, "Future[Outcome]"]], done: "Future[Outcome]") -> None:
        """Tell each what became of it; many that were refused together are reported one by one."""
        fault = done.exception()
        if fault is None and done.result().refusals and len(batch) > 1:
            for fact, future in batch:
                self._say(KIND, [fact]).add_done_callback(partial(self._settle, [(fact, future)]))
            return
        if fault is None and not done.result().refusals:
            self._shelf().settle([str(fact[KIND]) for fact, _ in batch])
        for fact, future in batch:
            if fault is not None:
                _log.error("advice %s was given and is not in the ledger: %s", fact.get(KIND), fault)
                future.set_exception(fault)
                continue
            if done.result().refusals:
                _log.error("advice %s was given and is not in the ledger: %s", fact.get(KIND), done.result().refusals)
            future.set_result(done.result())
