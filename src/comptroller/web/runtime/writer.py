"""The one thread that owns the engine: waiting reports are taken as one batch, other work waits its turn.

- A fault of the engine is reported to the callers that wait for that batch, and to no other; the thread goes on.
- No other thread touches the engine; readers have cursors of their own and never block it.
- A batch holds what waited at the end of the last one, up to a number and a size. Batches grow with the load.
"""

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from comptroller import engine
from comptroller.engine import Engine, Taken
from comptroller.intake import Report
from comptroller.intake.echo import Echo
from comptroller.model.finding import FindingChange
from comptroller.model.refusal import Refusal
from comptroller.store.duck import DuckDb

_log = logging.getLogger(__name__)
MOST_REPORTS, MOST_BYTES = 2_000, 64 << 20
Clock = Callable[[], dt.datetime]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one report: its entry or its refusals, and the changes of its batch."""

    entry: int | None
    refusals: tuple[Refusal, ...]
    turns: tuple[FindingChange, ...]
    echo: Echo | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What listeners learn of a batch: accepted reports, rejected reports, and changed findings."""

    at: dt.datetime
    kept: tuple[tuple[int, Report], ...]
    refused: tuple[tuple[Report, tuple[Refusal, ...]], ...]
    turns: tuple[FindingChange, ...]


@dataclass(slots=True)
class _Job:
    future: "Future[Any]"
    report: Report | None = None
    work: Callable[[Engine], Any] | None = None


class Writer:
    """The engine's thread. `start` waits until the node is open."""

    def __init__(
        self, folder: Path, clock: Clock, publish: Callable[[Batch], None], passphrase: bytes | None = None
    ) -> None:
        """Take the node's folder, the clock, the callback for batches, and the passphrase."""
        self._folder, self._clock, self._publish, self._passphrase = folder, clock, publish, passphrase
        self._waiting: queue.Queue[_Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._opened: Future[Engine] = Future()
        self.root: DuckDb

    def start(self) -> Engine:
        """Open the node in the thread and return the engine. Only the thread may use its stores; raises as
        opening does.
        """
        self._thread.start()
        return self._opened.result()

    def take(self, report: Report) -> "Future[Outcome]":
        """Queue a report for the next batch; return the future of its outcome."""
        future: Future[Outcome] = Future()
        self._waiting.put(_Job(future, report=report))
        return future

    def do(self, work: Callable[[Engine], Found]) -> "Future[Found]":
        """Queue work that needs the engine; return the future of its result."""
        future: Future[Found] = Future()
        self._waiting.put(_Job(future, work=work))
        return future

    @property
    def is_alive(self) -> bool:
        """Return whether the thread still processes its queue."""
        return self._thread.is_alive()

    @property
    def depth(self) -> int:
        """Return the length of the queue."""
        return self._waiting.qsize()

    def stop(self) -> None:
        """Finish the waiting work, then close the node."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _run(self) -> None:
        try:
            worker = engine.open_node(self._folder, passphrase=self._passphrase)
        except BaseException as fault:  # noqa: BLE001 - reported to the waiting caller for the start
            self._opened.set_exception(fault)
            return
        self.root = worker.duck.cursor()
        self._opened.set_result(worker)
        worker.evaluation.prepare(worker.pack.tables)  # pages answer meanwhile; the first report need not wait for it
        try:
            job = self._waiting.get()
            while job is not None:
                job = self._next(worker, job)
        finally:
            worker.close()

    def _next(self, worker: Engine, job: _Job) -> _Job | None:
        """Do a job; a report is taken together with all reports that wait behind it. Return the next job."""
        if job.report is None:
            self._do(worker, job)
            return self._waiting.get()
        jobs, size, after = [job], len(job.report.payload), None
        is_last = True
        while len(jobs) < MOST_REPORTS and size < MOST_BYTES:
            try:
                after = self._waiting.get_nowait()
            except queue.Empty:
                break
            if after is None or after.report is None:
                is_last = False
                break
            jobs.append(after)
            size += len(after.report.payload)
        self._take(worker, jobs)
        return self._waiting.get() if is_last else after

    def _do(self, worker: Engine, job: _Job) -> None:
        assert job.work is not None, "a job is a report or work"
        try:
            job.future.set_result(job.work(worker))
        except Exception as fault:  # noqa: BLE001 - reported to the caller
            job.future.set_exception(fault)

    def _take(self, worker: Engine, jobs: list[_Job]) -> None:
        reports = [job.report for job in jobs if job.report is not None]
        at = self._clock()
        try:
            taken = worker.take(reports, at)
        except Exception as fault:  # noqa: BLE001 - reported to the waiting caller
            # The engine first folds the entries that a fault left unfolded.
            _log.exception("a batch of %d reports met a fault", len(jobs))
            for job in jobs:
                job.future.set_exception(fault)
            return
        for place, job in enumerate(jobs):
            entry, refused = taken.entries.get(place), tuple(taken.refused.get(place, ()))
            job.future.set_result(Outcome(entry, refused, taken.turns, taken.echo(place)))
        self._publish(batch_of(at, reports, taken))


def batch_of(at: dt.datetime, reports: list[Report], taken: Taken) -> Batch:
    """Return a batch as listeners learn of it."""
    accepted = tuple((entry, _unread(reports[place])) for place, entry in sorted(taken.entries.items()))
    refused = tuple((_unread(reports[place]), tuple(why)) for place, why in sorted(taken.refused.items()))
    return Batch(at, accepted, refused, taken.turns)


def _unread(report: Report) -> Report:
    """Return a report without its content, which no code needs after the batch."""
    return report if report.reading is None else replace(report, reading=None)
