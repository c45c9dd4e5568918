"""Journal: facts in the owner's name, and the outcome of their report."""

import datetime as dt
import json
from concurrent.futures import Future

import pytest

from comptroller.model.channel import ENGINE
from comptroller.model.refusal import Refused, refusal
from comptroller.web.runtime.journal import Journal, outcome_of
from comptroller.web.runtime.writer import Outcome


class Queue:
    """A writer that stores its reports."""

    def __init__(self):
        """Begin empty."""
        self.reports = []

    def take(self, report):
        """Store a report; return a future without outcome."""
        self.reports.append(report)
        return Future()


def test_an_act_is_a_fact_of_the_engine():
    """The fact names user and act; empty fields are left out."""
    queue = Queue()
    Journal(queue, lambda: "O", lambda: dt.datetime(2026, 1, 5), lambda: "x" * 40).note("leader", "export")
    (report,) = queue.reports
    (fact,) = json.loads(report.payload)["facts"]
    assert (report.reporter, report.channel) == ("O", ENGINE)
    assert fact == {
        "granted_by": "O",
        "deed": "x" * 16,
        "login": "leader",
        "did": "export",
        "done_at": "2026-01-05T00:00:00",
    }


def test_a_rejected_report_raises():
    """The refusals of a report are raised; an accepted one is returned."""
    future = Future()
    future.set_result(Outcome(None, (refusal("desk.fault", ("", None, ""), "-"),), ()))
    with pytest.raises(Refused):
        outcome_of(future, 1)
