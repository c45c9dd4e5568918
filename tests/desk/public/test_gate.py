"""The gate: tickets for one use, work that is shown, and one bucket for all, without knowing anybody."""

from itertools import count

from comptroller.desk.public.gate import Gate, busy, zero_bits


def work(ticket, bits):
    """Give the number that a browser finds for a ticket."""
    return next(str(n) for n in count() if zero_bits(f"{ticket}:{n}") >= bits)


def test_a_ticket_is_taken_once():
    """What was sent is not sent again by the same page; a ticket of another key, or of none, is refused."""
    gate, other = Gate("key", 100, 4), Gate("another key", 100, 4)
    ticket = gate.ticket()
    assert gate.refuse(ticket) is None
    assert gate.refuse(ticket).code == "public.ticket"
    for wrong in (other.ticket(), "", "1.2.3", ticket[:-1] + "0", "é.é.é"):
        assert gate.refuse(wrong).code == "public.ticket"


def test_work_is_looked_at():
    """A ticket without its number comes to nothing, and is spent."""
    gate = Gate("key", 100, 12)
    ticket = gate.ticket()
    assert gate.refuse(ticket, work(ticket, 12)) is None
    assert gate.refuse(gate.ticket(), "0").code == "public.ticket"


def test_all_share_one_bucket():
    """So many a minute come through, whoever asks; then nobody, and nothing is kept of anybody."""
    gate = Gate("key", 5, 0)
    assert [busy(gate) is None for _ in range(6)] == [True] * 5 + [False]
    assert busy(gate).code == "public.busy"
