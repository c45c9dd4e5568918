"""How often Python looks for circles of dead objects: rarely, in a process that holds a node."""

import gc

_NEW, _YOUNG, _OLD = 50_000, 20, 50


def collect_rarely() -> None:
    """Let this process look for circles of dead objects after 50,000 new ones, where Python does after 700.

    A node holds what stands in some millions of lasting objects: to go through them again and again took half of the time
    of opening a node with 100,000 cases, and a sixth of judging a batch as large.
    """
    gc.set_threshold(_NEW, _YOUNG, _OLD)
