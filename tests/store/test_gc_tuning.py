"""The collector of circles: in a process that holds a node it goes rarely through what lasts."""

import gc

from comptroller.store.gc_tuning import collect_rarely


def _rounds(count: int) -> int:
    """Make so many lasting objects; returns how often the collector went through some of them."""
    before = sum(generation["collections"] for generation in gc.get_stats())
    objects = [[at] for at in range(count)]
    assert len(objects) == count
    return sum(generation["collections"] for generation in gc.get_stats()) - before


def test_lasting_objects_are_gone_through_rarely() -> None:
    """Law: a hundred thousand lasting objects cost a few rounds of the collector, where they cost more than a hundred."""
    usual = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        often = _rounds(100_000)
        collect_rarely()
        rarely = _rounds(100_000)
    finally:
        gc.set_threshold(*usual)
    assert often > 100
    assert rarely < 5
