"""Tunes the garbage collector: collects less often, because a node holds millions of long-lived objects."""

import gc

_NEW, _YOUNG, _OLD = 50_000, 20, 50


def collect_rarely() -> None:
    """Set the garbage collector of this process to run after 50,000 new objects; Python's default is 700.

    A node holds some millions of long-lived objects. The default took half of the time to open a node with 100,000
    cases. It took a sixth of the time to judge a batch of that size.
    """
    gc.set_threshold(_NEW, _YOUNG, _OLD)
