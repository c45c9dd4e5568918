"""Queries run as a visitor's are, in a process of their own; one pool for all tests of a process."""

import atexit
from functools import lru_cache

from comptroller.web.runtime.query_pool import QueryPool


@lru_cache(maxsize=1)
def pool() -> QueryPool:
    """Return the pool, which ends with the tests."""
    made = QueryPool()
    atexit.register(made.stop)
    return made


def ask(duck, sql, tables, views=None, *, seconds=60.0):
    """Return the columns and rows of one question over a connection's tables, each as its view has it."""
    return pool().ask(duck, sql, tables, views, seconds=seconds)
