"""Rate limit: one-time tickets, work that rises with the load, and buckets of each purpose, without identifying
a client.
"""

from itertools import count

import pytest

from comptroller.web.public.rate_limit import (
    ASK,
    LEAD,
    LODGE,
    MOST_CLIENT_BITS,
    MOST_MORE_BITS,
    READ,
    VERIFY,
    WRITE,
    RateLimit,
    shares_of,
    zero_bits,
)


class Seconds:
    """A clock that is set by hand."""

    def __init__(self):
        """Begin at some moment."""
        self.now = 1_000.0

    def __call__(self):
        """Return the moment."""
        return self.now


def work(ticket, bits):
    """Return the number that a browser finds for a ticket."""
    return next(str(n) for n in count() if zero_bits(f"{ticket}:{n}") >= bits)


def enters(gate, purpose, client="a", bits=None):
    """Return the refusal of a client that does the required work, or the given bits."""
    ticket = gate.ticket()
    return gate.refuse(
        purpose, client, (ticket, work(ticket, gate.bits_for(purpose, client) if bits is None else bits))
    )


def test_a_ticket_is_taken_once():
    """The same page cannot send twice; a ticket of another key, or of none, is rejected."""
    gate, other = RateLimit("key", 100, 4), RateLimit("another key", 100, 4)
    ticket = gate.ticket()
    assert gate.refuse_lead(ticket, "a") is None
    assert gate.refuse_lead(ticket, "a").code == "public.ticket"
    for wrong in (other.ticket(), "", "1.2.3", ticket[:-1] + "0", "é.é.é"):
        assert gate.refuse_lead(wrong, "a").code == "public.ticket"
        assert gate.refuse(LODGE, "a", (wrong, "1")).code == "public.ticket"


def test_a_ticket_ends_after_its_hour():
    """A hoard of tickets is worth nothing later, nor is one of the time before the clock began."""
    clock = Seconds()
    gate = RateLimit("key", 100, 0, clock)
    ticket = gate.ticket()
    clock.now += 62 * 60
    assert gate.refuse(LODGE, "a", (ticket, "0")).code == "public.ticket"
    later = gate.ticket()
    clock.now -= 5 * 60
    assert gate.refuse(LODGE, "a", (later, "0")).code == "public.ticket"


def test_too_little_work_spends_nothing():
    """A number with too little work is rejected by its bits; the browser goes on with the same ticket, once."""
    gate = RateLimit("key", 100, 12)
    ticket = gate.ticket()
    weak = next(str(n) for n in count() if zero_bits(f"{ticket}:{n}") < 4)
    assert gate.refuse(LODGE, "a", (ticket, weak)).code == "public.work"
    number = work(ticket, 12)
    assert gate.refuse(LODGE, "a", (ticket, number)) is None
    assert gate.refuse(LODGE, "a", (ticket, number)).code == "public.ticket"


def test_work_rises_with_what_comes_and_falls_with_time():
    """Each submission raises the work of the next; a client that does it is accepted; an hour later the work is
    as at first.
    """
    clock = Seconds()
    gate = RateLimit("key", 48, 2, clock)
    asked = []
    for n in range(60):
        asked.append(gate.bits_for(LODGE, f"client {n}"))
        assert enters(gate, LODGE, f"client {n}") is None
    assert asked == sorted(asked)
    assert (asked[0], max(asked)) == (2, 2 + MOST_MORE_BITS)
    assert enters(gate, LODGE, "somebody else") is None
    assert enters(gate, LODGE, "somebody else", bits=2).code == "public.work"
    clock.now += 3600
    assert gate.bits_for(LODGE, "somebody else") == 2


def test_a_client_that_sends_many_works_more_and_others_do_not():
    """Submissions of one client raise the work of that client; at one a minute each, no client works more."""
    clock = Seconds()
    gate = RateLimit("key", 2400, 2, clock)
    for _ in range(300):
        assert enters(gate, WRITE, "one") is None
    assert gate.bits_for(WRITE, "one") - gate.bits_for(WRITE, "another") == MOST_CLIENT_BITS
    clock.now += 3600
    for _ in range(5):
        assert gate.bits_for(WRITE, "one") == 2
        assert enters(gate, WRITE, "one") is None
        clock.now += 60


@pytest.mark.parametrize("purpose", [ASK, VERIFY, LEAD])
def test_a_flood_of_one_purpose_takes_nothing_from_another(purpose):
    """Questions past their share are rejected, of all and of one client; every other purpose stays as it was."""
    gate = RateLimit("key", 48, 2)
    own = shares_of(48)[purpose].most_a_client
    assert [gate.busy(purpose, "one") is None for _ in range(own + 1)] == [True] * own + [False]
    assert gate.busy(purpose, "one").code == "public.busy"
    assert gate.busy(purpose, "another") is None
    while gate.busy(purpose, f"client {gate.ticket()}") is None:
        pass
    for other in {ASK, VERIFY, LEAD} - {purpose}:
        assert gate.busy(other, "one") is None
    assert [gate.bits_for(one, "one") for one in (LODGE, READ, WRITE)] == [2, 2, 2]


def test_a_refused_question_fills_no_bucket():
    """A client that is rejected takes nothing from the others' share."""
    gate = RateLimit("key", 48, 2)
    for _ in range(10_000):
        gate.busy(ASK, "one")
    assert gate.busy(ASK, "another") is None


def test_no_address_is_stored():
    """Clients are counted under a hash alone, which is another one after its minutes."""
    clock = Seconds()
    gate = RateLimit("key", 48, 2, clock)
    gate.busy(ASK, "192.0.2.77")
    (who,) = gate._clients
    assert b"192.0.2.77" not in who
    clock.now += 601
    gate.busy(ASK, "192.0.2.77")
    assert who not in gate._clients
