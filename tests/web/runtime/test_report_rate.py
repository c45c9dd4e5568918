"""What arrived: counted once, by the minute, and forgotten after the hour."""

import datetime as dt

from comptroller.web.runtime.report_rate import ReportRate
from tests.consoles import NOW


def test_the_last_hour_is_counted_on(server):
    """What is counted afresh equals what was carried on; after an hour nothing of it is left."""
    carried = ReportRate()
    for minutes in (-70, -40, -10, 0, 10):
        at = NOW + dt.timedelta(minutes=minutes)
        found = carried.by_reporter(server.ledger, server.heads, at)
        assert found == ReportRate().by_reporter(server.ledger, server.heads, at)
    assert found[0].second == 0
    assert not carried.by_reporter(server.ledger, server.heads, NOW + dt.timedelta(hours=3))[1]
    early = dt.datetime(2024, 3, 6, 12, 30, tzinfo=NOW.tzinfo)
    assert sum(ReportRate().by_reporter(server.ledger, server.heads, early)[1].values()) >= 1
