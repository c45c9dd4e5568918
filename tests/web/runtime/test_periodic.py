"""Periodic work: repeated until it ends, at once on request; a fault is reported and ends it."""

import threading
from contextlib import contextmanager

from comptroller.web.runtime.periodic import PeriodicTasks


class Work:
    """Work that counts its rounds, and records the threads of its start and end."""

    def __init__(self, last=1_000_000, fault_at=0):
        self.count, self.last, self.fault_at, self.threads, self.said = 0, last, fault_at, [], []

    @contextmanager
    def context(self):
        """Note the thread on either side."""
        self.threads.append(threading.get_ident())
        yield self.turn
        self.threads.append(threading.get_ident())

    def turn(self):
        """Count a round."""
        self.count += 1
        if self.count == self.fault_at:
            raise RuntimeError("a fault")
        return self.count < self.last


def test_rounds_are_done_at_once_when_asked_and_end_when_ended():
    """A requested round is done before its future; the context is left on the thread that entered it."""
    rounds, work = PeriodicTasks(60), Work()
    rounds.begin("a", work.context(), work.said.append)
    rounds.turn("a").result(10)
    assert work.count >= 2
    assert rounds.about() == ["a"]
    rounds.stop()
    assert rounds.about() == []
    assert work.threads[0] == work.threads[1] != threading.get_ident()
    rounds.turn("a").result(10)
    assert work.said == []


def test_rounds_come_by_themselves_until_the_last():
    """Rounds come without requests; the round that returns False is the last."""
    rounds, work = PeriodicTasks(0.001), Work(last=5)
    rounds.begin("a", work.context(), work.said.append)
    while rounds.about():
        threading.Event().wait(0.01)
    assert work.count == 5


def test_a_fault_is_told_and_ends_the_rounds():
    """Who waits for the round does not wait for ever."""
    rounds, work = PeriodicTasks(60), Work(fault_at=2)
    rounds.begin("a", work.context(), work.said.append)
    rounds.turn("a").result(10)
    rounds.end("a")
    assert work.said == ["RuntimeError: a fault"]
    assert rounds.about() == []
