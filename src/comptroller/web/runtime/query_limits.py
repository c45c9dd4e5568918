"""Limits of users' queries, and the refusals of queries that pass a limit."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from comptroller.model.near import did_you_mean
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.sql_check import Problem
from comptroller.model.text import Text
from comptroller.store.question import refused

_NO_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of queries.

    They bound parallel processes, waiting queries and their seconds, and queries of one person. They bound bytes of
    memory and of input tables, and rows, bytes and columns of an answer.
    """

    processes: int = 2
    waiting: int = 8
    wait_seconds: float = 10.0
    of_one_person: int = 2
    memory: int = 512 << 20
    handed: int = 512 << 20
    rows: int = 100_000
    bytes: int = 16 << 20
    columns: int = 512


class NoPlace(Exception):
    """Too many queries run or wait; the sender may try again."""

    def __init__(self, why: Refusal) -> None:
        """Store the refusal that names the limit."""
        super().__init__(why.code)
        self.refusal = why


def refusal_of(
    head: Mapping[str, Any], sql: str, tables: Collection[str], *, limits: Limits, seconds: float
) -> Refusal:
    """Return the refusal for the error that a query process reported."""
    code, text, place = str(head["code"]), str(head["text"]), ("", None, "sql")
    if code == "slow":
        return too_slow(sql, seconds)
    if code == "memory":
        return refusal("query.memory", place, sql[:80], limit=limits.memory)
    if code == "rows":
        return refusal("query.rows", place, text, limit=limits.rows)
    if code == "bytes":
        return refusal("query.bytes", place, text, limit=limits.bytes)
    if code == "columns":
        return refusal("query.columns", place, text, limit=limits.columns)
    return refused(Problem(code, text), tables)


def with_near_column(refused: Refusal, columns: Callable[[], set[str]]) -> Refusal:
    """Return a refusal that offers the columns close to one that the engine does not know; any other as it is."""
    missing = _NO_COLUMN.search(refused.seen)
    if refused.code != "query.sql" or missing is None:
        return refused
    otherwise = (refused.mend.zh, refused.mend.en)
    zh, en = did_you_mean(missing.group(1), columns(), otherwise)
    return replace(refused, mend=Text(zh=zh, en=en))


def too_slow(sql: str, seconds: float) -> Refusal:
    """Return the refusal of a query that ran out of time."""
    return refusal("query.slow", ("", None, "sql"), sql[:80], seconds=f"{seconds:g}")


def no_place(code: str, most: int) -> Refusal:
    """Return the refusal of a query that finds no free process."""
    if code == "query.person":
        return refusal("query.person", ("", None, "sql"), "-", most=most)
    return refusal("query.full", ("", None, "sql"), "-", most=most)
