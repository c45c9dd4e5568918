"""What a visitor's question may use, and the refusals of what passes a limit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.sql_check import Problem
from comptroller.store.question import refused


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
    """Too many questions run or wait; the sender may try again."""

    def __init__(self, why: Refusal) -> None:
        """Store the refusal that names the limit."""
        super().__init__(why.code)
        self.refusal = why


def refusal_of(
    head: Mapping[str, Any], sql: str, tables: Collection[str], *, limits: Limits, seconds: float
) -> Refusal:
    """Return the refusal for the error that a query process reported."""
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
