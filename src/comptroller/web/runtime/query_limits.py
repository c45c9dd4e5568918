"""What a visitor's question may use, and the refusals of what passes a limit."""

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
    """What questions may use: processes at once, places to wait and seconds of it, questions of one person, bytes of memory
    and of tables handed over, and rows, bytes and columns of an answer.
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
    """Too many questions run or wait; the sender may try again."""

    def __init__(self, why: Refusal) -> None:
        """Keep the refusal that says which limit was met."""
        super().__init__(why.code)
        self.refusal = why


def refusal_of(
    head: Mapping[str, Any], sql: str, tables: Collection[str], *, limits: Limits, seconds: float
) -> Refusal:
    """Return the refusal for what a process says of a question."""
    code, text, place = str(head["code"]), str(head["text"]), ("", None, "sql")
    less = ("缩小范围,或用 LIMIT", "Ask about less, or use LIMIT.")
    most = limits
    if code == "slow":
        return too_slow(sql, seconds)
    if code == "memory":
        wanted = (f"在 {most.memory} 字节内存内可答的查询", f"a question answered within {most.memory} bytes of memory")
        return refusal("query.memory", place, sql[:80], wanted, less)
    if code == "rows":
        wanted = (f"至多 {most.rows} 行", f"an answer of at most {most.rows} rows")
        return refusal("query.rows", place, text, wanted, less)
    if code == "bytes":
        wanted = (f"至多 {most.bytes} 字节", f"an answer of at most {most.bytes} bytes")
        return refusal("query.bytes", place, text, wanted, less)
    if code == "columns":
        wanted = (f"至多 {most.columns} 列", f"an answer of at most {most.columns} columns")
        return refusal("query.columns", place, text, wanted, less)
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
    """Return the refusal of a question that was ended by its time."""
    wanted = (f"{seconds:g} 秒内可答的查询", f"a question that is answered within {seconds:g} s")
    return refusal("query.slow", ("", None, "sql"), sql[:80], wanted, ("缩小范围", "Ask for less."))


def no_place(code: str, most: int) -> Refusal:
    """Return the refusal of a question that finds no place."""
    mend = ("稍后再问", "Ask again in some seconds.")
    if code == "query.person":
        wanted = (f"每人同时至多 {most} 个查询", f"at most {most} questions of one person at a time")
        return refusal("query.person", ("", None, "sql"), "-", wanted, mend)
    wanted = (f"同时至多 {most} 个查询在运行", f"at most {most} questions running, and few waiting")
    return refusal("query.full", ("", None, "sql"), "-", wanted, mend)
