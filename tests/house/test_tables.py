"""Each table has one writing package; SQL in packs reads documented tables only."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from comptroller.books.facts.tables import documented
from comptroller.packs import gather_files, read_pack
from tests.house.source import PACKS, REPOSITORY, files, room_of, shown, sources, texts

WRITES = re.compile(
    r"\b(?:INSERT(?: OR \w+)? INTO|DELETE FROM|UPDATE(?! OF)|ALTER TABLE|DROP (?:TABLE|VIEW)(?: IF EXISTS)?"
    r"|CREATE (?:OR REPLACE )?(?:TABLE|VIEW|(?:UNIQUE )?INDEX \S+ ON)(?: IF NOT EXISTS)?) ([\"\w{}]+)"
)
LENT = {
    ("position", "testing"): "an example's own tables in memory, in a transaction that is taken back",
    ("{}", "store"): "the door adds rows to the table that a room names",
}
"""Table and package that writes it beside its owner, and why that is harmless."""


def _writers() -> dict[str, set[str]]:
    """Return the packages with SQL that writes each table; temporary tables of one transaction are left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        for text, _ in texts(path):
            for name in WRITES.findall(text):
                if name.startswith("was_"):
                    continue
                found[name.strip('"')].add(room_of(path))
    return found


def test_each_table_has_one_writing_room() -> None:
    """Two packages that write one table would be tangled where no import shows it."""
    writers = _writers()
    assert {"finding", "position", "all_{}"} <= set(writers), f"the walls see too little: {sorted(writers)}"
    shared = {t: rooms - {r for table, r in LENT if table == t} for t, rooms in writers.items()}
    assert {t: sorted(rooms) for t, rooms in shared.items() if len(rooms) > 1} == {}


def test_nothing_is_lent_in_vain() -> None:
    """An exception that no package uses any more is taken off the list."""
    writers = _writers()
    assert [pair for pair in LENT if pair[1] not in writers.get(pair[0], set())] == []


@pytest.mark.parametrize("pack", sorted(p.parent.name for p in PACKS.glob("*/pack.yml")))
def test_packs_read_documented_tables(pack: str) -> None:
    """SQL of rules and views names `judged`, fact tables, parameters, views and what the engine offers, and nothing else."""
    whole = read_pack(gather_files([PACKS], pack), pack)
    known = {*documented(whole), *whole.views, "judged"} - {"finding", "finding_now"}
    for path in files(f"packs/{pack}", endings=(".sql",)):
        unknown = _tables(path) - known
        assert not unknown, f"{shown(path)} reads {sorted(unknown)}, which docs/reference/tables.md does not have"


def test_mappings_read_the_raw_file_alone() -> None:
    """A mapping is a SELECT over `raw`: it knows the file it maps and nothing that is known."""
    for path in files("examples", endings=(".sql",)):
        assert _tables(path) <= {"raw"}, shown(path)


def _tables(path: Path) -> set[str]:
    """Return the tables that a file's statements read, their own CTEs left out."""
    found: set[str] = set()
    for tree in sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb"):
        if tree is not None:
            own = {cte.alias for cte in tree.find_all(exp.CTE)}
            found |= {t.name for t in tree.find_all(exp.Table) if isinstance(t.this, exp.Identifier)} - own
    return found


def test_the_repository_has_packs() -> None:
    """The tests look at something."""
    assert len(files("packs", endings=(".sql",))) > 10
    assert (REPOSITORY / "packs" / "base" / "pack.yml").is_file()
