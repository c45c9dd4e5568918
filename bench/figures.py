"""A figure with its workload in words, the table that prints figures, and the file that stores them."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from bench.ledger import raw_rate


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach: at least so much, or at most."""

    value: float
    at_least: bool

    def is_met(self, measured: float) -> bool:
        """Return whether what was measured reaches it."""
        return measured >= self.value if self.at_least else measured <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {shown(self.value)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured: its median, least and most, in words what was done, and what it must reach."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    workload: str
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Return whether the median reaches the target; None where there is none."""
        return self.target.is_met(self.median) if self.target else None

    def as_json(self) -> dict[str, Any]:
        """Return the figure as plain values."""
        plain = {**asdict(self), **{k: float(f"{getattr(self, k):.6g}") for k in ("median", "low", "high")}}
        plain |= {"target": str(self.target) if self.target else None, "met": self.met}
        return {{"low": "min", "high": "max"}.get(name, name): value for name, value in plain.items()}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that was not measured, and why."""

    name: str
    why: str


Found = list[Figure | Missing]


def figure(name: str, values: Sequence[float], unit: str, workload: str, target: Target | None = None) -> Figure:
    """Return the figure of some rounds.

    >>> figure("a", [1.0, 3.0, 2.0], "s", "", Target(2.5, at_least=False)).met
    True
    """
    return Figure(name, unit, statistics.median(values), min(values), max(values), workload, target)


def at_least(value: float) -> Target:
    """Return the target of at least so much."""
    return Target(value, at_least=True)


def at_most(value: float) -> Target:
    """Return the target of at most so much."""
    return Target(value, at_least=False)


def shown(value: float) -> str:
    """Return a number as people read it.

    >>> shown(12345.6), shown(0.01234), shown(3.14159)
    ('12,346', '0.0123', '3.14')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine(folder: Path, syncs: int = 1000) -> dict[str, Any]:
    """Return what the figures were measured on; no name of it."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "raw_syncs_a_second": round(raw_rate(folder, syncs)),
        "load_at_begin": round(os.getloadavg()[0], 2),
    }


def print_figures(figures: Sequence[Figure], skipped: Mapping[str, str], about: Mapping[str, Any]) -> None:
    """Print the table, what was not measured and why, and the machine."""
    console = Console(width=150)
    table = Table(box=None, header_style="bold")
    for column in ("figure", "median", "min", "max", "unit", "target", "met", "workload"):
        right = column in ("median", "min", "max", "target")
        table.add_column(column, justify="right" if right else "left", no_wrap=column != "workload")
    for item in figures:
        met = {None: "", True: "yes", False: "[bold red]no[/]"}[item.met]
        cells = [
            item.name,
            *(shown(v) for v in (item.median, item.low, item.high)),
            item.unit,
            str(item.target or ""),
            met,
        ]
        table.add_row(*cells, item.workload)
    console.print(table)
    for name, why in skipped.items():
        console.print(f"not measured: {name}: {why}", style="yellow", markup=False)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()), markup=False)


def write_figures(
    path: Path,
    figures: Sequence[Figure],
    skipped: Mapping[str, str],
    about: Mapping[str, Any],
    printed: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write the same as JSON, and beside it the lines that the benches of packages printed."""
    content = {"machine": dict(about), "figures": [item.as_json() for item in figures], "not_measured": dict(skipped)}
    content |= {"rooms": {name: list(lines) for name, lines in printed.items()}} if printed else {}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
