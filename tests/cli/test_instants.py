"""Instants on the command line carry their offset; without one they are wall time of a zone, UTC unless it is named."""

import datetime as dt

import pytest
from typer import BadParameter

from comptroller.cli.instants import instant, now


def test_an_instant_has_an_offset():
    """A named instant has its own offset, UTC where it has none; without one it is the current instant."""
    assert instant("2024-06-30T08:00:00+08:00") == dt.datetime(2024, 6, 30, tzinfo=dt.UTC)
    assert instant("2024-06-30T08:00:00") == dt.datetime(2024, 6, 30, 8, tzinfo=dt.UTC)
    assert instant("2024-06-30T08:00:00", "Asia/Shanghai") == dt.datetime(2024, 6, 30, tzinfo=dt.UTC)
    assert instant(None) <= now()
    with pytest.raises(BadParameter):
        instant("soon")
