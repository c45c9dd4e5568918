"""How long and how much of tip-offs is stored: bounds of a mailbox, and what policy's retention makes due for erasure."""

import datetime as dt

import pytest

from comptroller.web.public.tip_storage import (
    OVERHEAD,
    check_room,
    due_for_erasure,
    is_expired,
    leads_on,
    on_day,
    used_on,
)
from comptroller.web.shell.errors import NotFound
from comptroller.web.tips.mailbox import close, lodge, mailbox_of, opened, register, registered, today, write
from tests.consoles import NOW, form_key, open_desk, sign_in
from tests.web.public.tipping import MAILBOX, PASS, PUBLIC, sha, with_key
from tests.web.visits import visit_for

SEALED = '{"sealed": "0123456789"}'


class Wall:
    """A clock that is set by hand."""

    def __init__(self):
        """Begin at the small world's moment."""
        self.moment = NOW

    def __call__(self):
        """Return the moment."""
        return self.moment


@pytest.fixture
def lodged(tmp_path):
    """A desk with one tip-off, and a clock that is set by hand."""
    server = open_desk(tmp_path, most_mailbox_messages=3, most_mailbox_bytes=1_000)
    server.clock = server.writer._clock = Wall()
    browser = sign_in(server, "discipline")
    key = with_key(server, browser, form_key(browser))
    box = {"mailbox": MAILBOX, "pass_hash": sha(PASS), "public_key": PUBLIC, "kept_key": "{}", "line_key": key}
    lodge(server, box | {"sealed": SEALED})
    yield server
    server.stop()


def test_a_mailbox_holds_so_much(lodged):
    """Messages of an informant are bounded in number and bytes; the refusal names both."""
    tip = opened(lodged, MAILBOX, PASS)
    assert check_room(lodged, MAILBOX, 10) is None
    assert check_room(lodged, MAILBOX, 1_000).code == "public.mailbox"
    for _ in range(2):
        write(lodged, tip, SEALED)
    assert check_room(lodged, MAILBOX, 10).code == "public.mailbox"


def test_a_day_s_use_is_read_from_the_books(lodged):
    """First and further messages are counted apart, with what an entry costs beside them; another day used nothing."""
    day = today(lodged)
    write(lodged, opened(lodged, MAILBOX, PASS), SEALED)
    each = len(SEALED) + OVERHEAD
    assert (used_on(lodged, day, is_first=True), used_on(lodged, day, is_first=False)) == (each, each)
    assert used_on(lodged, day + dt.timedelta(days=1), is_first=True) == leads_on(lodged, day) == 0


def test_what_is_past_its_retention_opens_to_nobody_and_is_named(lodged):
    """Closed and older than policy stores it: neither informant nor line opens it, and its entries are named for erasure."""
    number = register(lodged)[0]["tip_number"]
    day, days = today(lodged), on_day(lodged, "tip_retention_days", today(lodged))
    last = day + dt.timedelta(days=days)
    assert not is_expired(lodged, registered(lodged, number), last), "an open one is not past anything"
    close(lodged, number, "not_borne_out", "discipline")
    assert due_for_erasure(lodged, register(lodged), last - dt.timedelta(days=1)) == []
    (found,) = due_for_erasure(lodged, register(lodged), last)
    assert (found.tip_number, found.since, len(found.entries)) == (number, last, 1)
    assert opened(lodged, MAILBOX, PASS)
    lodged.clock.moment = NOW + dt.timedelta(days=days)
    with pytest.raises(NotFound):
        opened(lodged, MAILBOX, PASS)
    with pytest.raises(NotFound):
        mailbox_of(visit_for(lodged, "discipline"), number)


def test_a_parameter_that_policy_lacks_bounds_nothing(lodged):
    """An older policy without the retention stores as before."""
    assert on_day(lodged, "no_such_parameter", today(lodged)) is None
    assert on_day(lodged, "tip_retention_days", dt.date(1990, 1, 1)) is None
