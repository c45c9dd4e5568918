"""The reports or entries at fault when folding a batch fails, and the refusal that names the place."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from comptroller.model.refusal import Refusal, refusal

One = TypeVar("One")
_VALUES = re.compile(r"-?\d[\d.:T -]*\d|\d{3,}|'([^']+)'")
_STAMPS = ("report", "seq", "line", "act", "key_hash", "content_hash", "fact", "received_at", "first_at")
_SHORTEST = 3
"""The minimum of digits to compare: shorter runs match by chance."""


def sift(items: Sequence[One], attempt: Callable[[Sequence[One]], Exception | None]) -> dict[One, Exception]:
    """Return the items that must be left out so that the others pass together, each with its fault.

    `attempt` tries some of them, in their order, and returns the fault or None. Of n items with k at fault, about k
    log2(n) attempts are made.
    """
    passing: list[One] = []
    wrong: dict[One, Exception] = {}

    def part(group: Sequence[One]) -> None:
        fault = attempt([*passing, *group])
        if fault is None:
            passing.extend(group)
        elif len(group) == 1:
            wrong[group[0]] = fault
        else:
            part(group[: len(group) // 2])
            part(group[len(group) // 2 :])

    if items:
        part(items)
    return wrong


def halves(waiting: Sequence[int], suspects: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return `waiting` in two parts, each with half of the suspects; `suspects` are positions in it."""
    cut = suspects[len(suspects) // 2]
    return list(waiting[:cut]), list(waiting[cut:])


def unfoldable(name: str, tables: Mapping[str, pa.Table], fault: Exception) -> Refusal:
    """Return the refusal of a report with facts that cannot be folded; line and field are as exact as the fault
    allows.
    """
    line, field = _place(str(fault), tables)
    return refusal("report.unfoldable", (name, line, field), _first_line(fault))


def _first_line(fault: Exception) -> str:
    return f"{type(fault).__name__}: {(str(fault).splitlines() or [''])[0]}"


def _place(text: str, tables: Mapping[str, pa.Table]) -> tuple[int | None, str]:
    """Return line and field of the first cell with a value that the fault names; without one, the kinds."""
    named = {key for match in _VALUES.finditer(text) if (key := _digits(match[0]))}
    quoted = {match[1] for match in _VALUES.finditer(text) if match[1]}
    for kind in sorted(tables):
        for line, column, cell in _cells(tables[kind]):
            if str(cell) in quoted or _digits(str(cell)) in named:
                return line, f"{kind}.{column}"
    return None, ", ".join(sorted(tables))


def _cells(table: pa.Table) -> Iterable[tuple[int | None, str, Any]]:
    for row in table.to_pylist():
        for column, cell in row.items():
            if column not in _STAMPS and cell is not None and not isinstance(cell, bool):
                yield row.get("line"), column, cell


def _digits(text: str) -> str:
    """Return the digits of a number or a day, without what a scale adds; '' if they are too few to compare."""
    digits = re.sub(r"\D", "", text).strip("0")
    return digits if len(digits) >= _SHORTEST else ""
