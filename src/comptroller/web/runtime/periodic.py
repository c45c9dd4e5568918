"""Periodic work beside the desk: repeated every few seconds, each on a separate thread, until it ends or is stopped."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager

from comptroller.store.duck import fault_text

_log = logging.getLogger(__name__)
Turn = Callable[[], bool]
"""One round of the work; returns False for the last one."""


class PeriodicTasks:
    """The periodic work of a desk, by subject; none outlives the process."""

    def __init__(self, seconds: float) -> None:
        """Take the seconds between two rounds."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: dict[str, queue.Queue[Future[None] | None]] = {}
        self._threads: dict[str, threading.Thread] = {}

    def begin(self, about: str, work: AbstractContextManager[Turn], failed: Callable[[str], None]) -> None:
        """Start periodic work about a subject. Its context is entered and left on its thread; a fault calls
        `failed`.
        """
        with self._lock:
            assert about not in self._asked, "work about a thing is begun once"
            self._asked[about] = queue.Queue()
            thread = threading.Thread(target=self._run, args=(about, work, failed), name="rounds", daemon=True)
            self._threads[about] = thread
        thread.start()

    def about(self) -> list[str]:
        """Return the subjects of the current periodic work."""
        with self._lock:
            return list(self._asked)

    def turn(self, about: str) -> "Future[None]":
        """Request a round at once; return a future that ends with the round, or at once without periodic work."""
        future: Future[None] = Future()
        with self._lock:
            if about in self._asked:
                self._asked[about].put(future)
            else:
                future.set_result(None)
        return future

    def end(self, about: str) -> None:
        """Stop the rounds about a subject, and wait for a running one."""
        with self._lock:
            thread = self._threads.get(about)
            if about in self._asked:
                self._asked[about].put(None)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def stop(self) -> None:
        """End all rounds."""
        for about in self.about():
            self.end(about)

    def _run(self, about: str, work: AbstractContextManager[Turn], failed: Callable[[str], None]) -> None:
        try:
            with work as turn:
                self._turns(self._asked[about], turn)
        except Exception as fault:  # noqa: BLE001 - reported with the work
            _log.exception("rounds about %s failed", about)
            failed(fault_text(fault))
        finally:
            with self._lock:
                waiting = self._asked.pop(about)
                self._threads.pop(about)
            while not waiting.empty():
                request = waiting.get_nowait()
                if request is not None:
                    request.set_result(None)

    def _turns(self, waiting: "queue.Queue[Future[None] | None]", turn: Turn) -> None:
        is_on = turn()
        while is_on:
            try:
                request = waiting.get(timeout=self._seconds)
            except queue.Empty:
                is_on = turn()
                continue
            if request is None:
                return
            try:
                is_on = turn()
            finally:
                request.set_result(None)
