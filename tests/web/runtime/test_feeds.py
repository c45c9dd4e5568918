"""Feeds: continued as read afresh, quiet by their own interval, rejected after a rejected newest report."""

import datetime as dt

from comptroller.web.runtime.feeds import OK, QUIET, REFUSED, Feed, Feeds, with_refused
from tests.worlds import OWNER

NOON = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_feeds_are_carried_on(server):
    """What is counted on from any entry equals what is read at once, each entry once; acts at the desk are no feed."""
    whole = Feeds().of(server.heads, server.ledger.size)
    carried = Feeds()
    for size in (1, 4, 4, server.ledger.size):
        found = carried.of(server.heads, size)
    assert found == whole
    reports = {one.reporter: one.count for one in whole}
    assert reports == {OWNER: 1, "G1": 1, "A": 2, "A1": 1, "G2": 1, "B": 1}


def test_a_feed_is_quiet_by_its_own_measure():
    """Three times the usual time may pass; who reported too seldom to have one is never called quiet."""
    weekly = Feed("A", "payment", "csv", 9, 9, NOON, 7 * DAY)
    assert weekly.state(NOON + 20 * DAY) == OK
    assert weekly.state(NOON + 22 * DAY) == QUIET
    assert Feed("A", "payment", "csv", 1, 1, NOON, None).state(NOON + 999 * DAY) == OK


def test_what_was_refused_after_the_last_kept_counts():
    """Rejections before an accepted report do not count."""
    key = ("A", "payment", "csv")
    one = Feed(*key, 2, 5, NOON, None)
    found = with_refused([one], [(key, NOON - DAY), (key, NOON + DAY), (key, NOON + 2 * DAY)])
    assert [(f.refused, f.state(NOON + 3 * DAY)) for f in found] == [(2, REFUSED)]
    assert with_refused([one], [(key, NOON - DAY)]) == [one]
