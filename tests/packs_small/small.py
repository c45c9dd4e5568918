"""The small pack's files and values, and nodes under it: the base of tests in many packages."""

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from comptroller import engine
from comptroller.engine import Engine, Taken
from comptroller.ledger.key import SignerKey, make_key
from comptroller.model.policy import Pack
from comptroller.model.report import Report
from comptroller.node import Charter
from comptroller.packs import gather_files, read_pack

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "packs"
REGISTER = ("entity", "stake", "post", "body", "relation", "list_line")
"""Kinds that the engine itself reads; the small pack takes them from the base pack."""
ORIGIN = "owner.example/small"
AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)


def small_files() -> dict[str, bytes]:
    """Return the small pack's files, by path."""
    files = gather_files([HERE], "small")
    for kind in REGISTER:
        files[f"small/kinds/{kind}.yml"] = (SHIPPED / "base" / "kinds" / f"{kind}.yml").read_bytes()
    return files


@lru_cache(maxsize=1)
def small_pack() -> Pack:
    """Return the small pack."""
    return read_pack(small_files(), "small")


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """Return the small pack's files with a text in one of them replaced."""
    files, name = small_files(), f"small/{path}"
    assert old.encode() in files[name], f"{name} does not hold {old!r}"
    return {**files, name: files[name].replace(old.encode(), new.encode())}


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a pack's files under a folder; returns the folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def key() -> SignerKey:
    """Return the key of every small node."""
    return make_key(ORIGIN, bytes(range(32)))


def small_node(folder: Path) -> Engine:
    """Make a node under the small pack, with entities A and B (managed by A) in its register."""
    made = engine.create(folder, small_files(), Charter("O", ORIGIN, "small"), key=key(), at=AT)
    tell(made, [("entity", {"entity": "A", "name": "A"}), ("entity", {"entity": "B", "name": "B", "parent": "A"})])
    return made


def said(kind: str, *rows: dict[str, Any], by: str = "O", name: str = "a.json", media: str = "json") -> Report:
    """Return rows of one kind as a report."""
    if media == "ndjson":
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    else:
        text = json.dumps(list(rows), ensure_ascii=False)
    return Report(text.encode(), media, name, by, kind)


def tell(to: Engine, facts: list[tuple[str, dict[str, Any]]], *, days: int = 0, together: bool = True) -> list[Taken]:
    """Report facts, each as a report of its own, in one batch or each in its own; every one must be taken."""
    reports = [said(kind, row) for kind, row in facts]
    at = AT + dt.timedelta(days=days)
    taken = [to.take(reports, at)] if together else [to.take([item], at) for item in reports]
    refused = [r.text() for item in taken for refusals in item.refused.values() for r in refusals]
    assert refused == []
    return taken


def codes(taken: Taken) -> dict[int, list[str]]:
    """Return the codes of refusals by report."""
    return {at: [item.code for item in refusals] for at, refusals in sorted(taken.refused.items())}


def dump(of: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every table of the books, rows in one order."""
    tables = [row[0] for row in of.duck.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1")]
    return {table: of.duck.rows(f'SELECT * FROM "{table}" ORDER BY ALL') for table in tables}
