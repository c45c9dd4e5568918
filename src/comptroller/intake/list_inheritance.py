"""Lists only tighten on the way down: a line that is looser than one above it is rejected, and the refusal
names that line.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from comptroller.model.refusal import Refusal, refusal
from comptroller.model.register_view import RegisterView
from comptroller.model.text import message

TABLE = "list_line"


def check_lists(tables: Mapping[str, pa.Table], known: RegisterView) -> Iterator[tuple[int, Refusal]]:
    """Yield a refusal for each reported line that is looser than what is in force above its entity (docs/architecture.md, D9).

    The pack defines how a list may differ: `only_items` allows no item that is not above, `lower_limit` no higher
    limit, `higher_limit` no lower one. A list that no pack names may differ freely.
    """
    if TABLE not in tables:
        return
    for row in tables[TABLE].to_pylist():
        way = known.tightens(row["list"])
        if row["act"] == "retract" or way in ("", "free"):
            continue
        above = [line for line in known.lines_above(row["entity"], row["list"]) if _meet(row, line)]
        broken = _broken(row, above, way)
        if broken is not None:
            holder, item, limit = broken
            above_line = f"{row['list']} {item} {limit or ''}".strip()
            place = ("", row["line"], "item/limit_cny")
            above_holder = holder or message("intake.list.pack")
            seen = f"{row['item']} {row['limit_cny'] or ''}".strip()
            yield row["report"], refusal("intake.list.looser", place, seen, holder=above_holder, line=above_line)


def listing_reports(tables: Mapping[str, pa.Table]) -> set[int]:
    """Return the reports of a batch with lines of lists. They go one by one: each is compared with those before it."""
    return set(tables[TABLE].column("report").to_pylist()) if TABLE in tables else set()


def _meet(row: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """Return whether the two lines are in force at some day together."""
    starts_late = (
        line["valid_until"] is not None and row["valid_from"] is not None and row["valid_from"] >= line["valid_until"]
    )
    ends_early = row["valid_until"] is not None and row["valid_until"] <= line["valid_from"]
    return not starts_late and not ends_early


def _broken(
    row: Mapping[str, Any], above: Sequence[Mapping[str, Any]], way: str
) -> tuple[str, str, Decimal | None] | None:
    """Return holder, item and limit of the line that is broken, or None."""
    if way == "only_items":
        if above and all(line["item"] != row["item"] for line in above):
            items = ", ".join(sorted({line["item"] for line in above}))
            return above[0]["holder"] or "", items, None
        return None
    for line in above:
        if line["item"] != row["item"] or line["limit_cny"] is None:
            continue
        own = row["limit_cny"]
        is_looser = own is None or (own > line["limit_cny"] if way == "lower_limit" else own < line["limit_cny"])
        if is_looser:
            return line["holder"] or "", line["item"], line["limit_cny"]
    return None
