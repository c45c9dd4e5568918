"""One at a time about one thing, and about other things beside it."""

import threading

import pytest

from comptroller.web.runtime.exclusive import Exclusive


def test_one_at_a_time_about_a_key():
    """Eight threads count without an error; unused keys are removed."""
    exclusive, count = Exclusive(), [0]

    def add():
        for _ in range(200):
            with exclusive.about("key", 60):
                before = count[0]
                threading.Event().wait(0)
                count[0] = before + 1

    threads = [threading.Thread(target=add) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert count == [1600]
    assert exclusive._in_use == {}


def test_who_waits_too_long_is_told_and_other_keys_are_free():
    """A key that is taken raises TimeoutError in its time; another key is entered at once."""
    exclusive = Exclusive()
    entered, free = threading.Event(), threading.Event()

    def hold():
        with exclusive.about("a", 60):
            entered.set()
            free.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(60)
    with exclusive.about("b", 60):
        pass
    with pytest.raises(TimeoutError), exclusive.about("a", 0.01):
        pass
    free.set()
    holder.join()
    assert exclusive._in_use == {}
