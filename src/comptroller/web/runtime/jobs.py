"""Jobs that take longer than a page may: one after another on a separate thread, each with its result."""

import datetime as dt
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from comptroller.store.duck import fault_text

_log = logging.getLogger(__name__)
_MOST_LISTED = 50
WAITS, RUNS, DONE, FAILED = "waits", "runs", "done", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its action, subject, user, start and result."""

    number: int
    did: str
    about: str
    login: str
    asked_at: dt.datetime
    state: str = WAITS
    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    said: str = ""


class Jobs:
    """The jobs of a desk. The newest are listed; none outlives the process."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        """Take the clock; the thread begins with the first job."""
        self._clock = clock
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._jobs: deque[Job] = deque(maxlen=_MOST_LISTED)
        self._waiting: queue.Queue[tuple[int, Callable[[], str]] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._count = 0

    def start_alone(self, did: str, about: str, login: str, work: Callable[[], str]) -> int | None:
        """Queue work unless a job about the same subject is open; return its number, or None when one is."""
        with self._starting:
            return None if self.open_about(about) else self.start(did, about, login, work)

    def start(self, did: str, about: str, login: str, work: Callable[[], str]) -> int:
        """Queue work, which returns its result as text; return the job's number."""
        with self._lock:
            self._count += 1
            number = self._count
            self._jobs.append(Job(number, did, about, login, self._clock()))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()
        self._waiting.put((number, work))
        return number

    def newest(self) -> list[Job]:
        """Return the jobs, the newest first."""
        with self._lock:
            return list(self._jobs)[::-1]

    def open_about(self, about: str) -> Job | None:
        """Return the unfinished job about a subject, or None."""
        return next((job for job in self.newest() if job.about == about and job.ended_at is None), None)

    def stop(self) -> None:
        """Finish the running job and drop the waiting ones."""
        if self._thread is None:
            return
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            number, work = item
            self._turn(number, state=RUNS, began_at=self._clock())
            try:
                state, result = DONE, work()
            except Exception as fault:  # noqa: BLE001 - reported with the job
                _log.exception("a job failed")
                state, result = FAILED, fault_text(fault)
            self._turn(number, state=state, ended_at=self._clock(), said=result)

    def _turn(self, number: int, **changed: object) -> None:
        with self._lock:
            for at, job in enumerate(self._jobs):
                if job.number == number:
                    self._jobs[at] = replace(job, **changed)  # type: ignore[arg-type]
