"""Jobs: one after another, each with its result; a failed job is reported and stops no other."""

import datetime as dt
import threading

from comptroller.store.duck import DuckDb
from comptroller.web.runtime.jobs import DONE, FAILED, Jobs

NOW = dt.datetime(2024, 6, 30, tzinfo=dt.UTC)


def test_jobs_run_one_after_another_and_say_what_came_of_them():
    """The second waits for the first; a failed job states the reason."""
    jobs, gate, seen = Jobs(lambda: NOW), threading.Event(), []

    def first() -> str:
        gate.wait(10)
        seen.append(1)
        return "well"

    def second() -> str:
        seen.append(2)
        raise ValueError("not well")

    jobs.start("replay", "p1", "author", first)
    jobs.start("adopt", "p2", "adopter", second)
    assert jobs.open_about("p1") is not None
    assert jobs.open_about("p3") is None
    gate.set()
    while jobs.open_about("p2"):
        threading.Event().wait(0.01)
    newest, oldest = jobs.newest()
    jobs.stop()
    assert seen == [1, 2]
    assert (oldest.state, oldest.said, oldest.ended_at) == (DONE, "well", NOW)
    assert (newest.state, newest.said) == (FAILED, "ValueError: not well")


def test_what_never_began_stops_at_once():
    """A desk without jobs has no thread to wait for."""
    Jobs(lambda: NOW).stop()


def test_a_fault_of_the_engine_is_told_without_values():
    """A job that fails on a row states the type of fault, and not the values."""
    jobs = Jobs(lambda: NOW)

    def work() -> str:
        DuckDb().rows("SELECT CAST(a AS INTEGER) FROM (VALUES ('never told')) AS t(a)")
        return ""

    jobs.start("replay", "p1", "author", work)
    while jobs.open_about("p1"):
        threading.Event().wait(0.01)
    (job,) = jobs.newest()
    assert (job.state, "never told" in job.said, "INT32" in job.said) == (FAILED, False, True)
    jobs.stop()
