"""How often Python looks for circles of dead objects: rarely, in a process that holds a node."""

import gc

_NEW, _YOUNG, _OLD = 50_000, 20, 50


def collect_rarely() -> None:
    """Set the garbage collector of this process to run after 50,000 new objects; Python's default is 700.

    A node holds some millions of long-lived objects. Repeated collections took half of the time to open a node with
    100,000 cases, and a sixth of the time to judge a batch as large.
    """
    gc.set_threshold(_NEW, _YOUNG, _OLD)
