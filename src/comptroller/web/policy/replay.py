"""A changed policy tried on a copy of the books beside the live ones: its rules' examples, and its changed findings."""

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comptroller import node
from comptroller.books import Books
from comptroller.engine import Engine
from comptroller.evaluation.findings import Findings
from comptroller.model.policy import Pack, Rule
from comptroller.packs import read_pack
from comptroller.store.duck import DuckDb, SqlError
from comptroller.testing import compare, prove
from comptroller.web.cases.letter_trial import changed_pieces, try_letters
from comptroller.web.runtime.server import Server

_MOST_COPY_SECONDS = 600.0
MOST_LISTED = 2_000
"""Findings stored for review, of each sort: appearing, vanishing or changing; all are counted."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a replay: the last entry, examples run and failed, and rows (rule, finding, entity, ...) by
    sort.
    """

    entries: int
    digest: str
    examples: int
    failures: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    rows: dict[str, list[dict[str, Any]]]
    pieces: dict[str, list[str]]
    """Files that differ, by folder: files other than rules change no finding, and are named."""
    letters: int
    """Letters that were typeset because a template changed."""

    def as_json(self) -> dict[str, Any]:
        """Return the trial as plain values."""
        return {
            "entries": self.entries,
            "digest": self.digest,
            "examples": self.examples,
            "failures": list(self.failures),
            "counts": self.counts,
            "rows": self.rows,
            "pieces": self.pieces,
            "letters": self.letters,
        }


def candidate(pack: Pack, path: str, text: str) -> Pack:
    """Return the policy with one file's text replaced; raises BrokenPack with every refusal."""
    files: Mapping[str, bytes] = {**pack.files, path: text.encode()}
    return read_pack(files, pack.name)


def touched_rules(before: Pack, after: Pack) -> list[str]:
    """Return the rules with a changed text, or with a changed parameter or list."""
    params = {name for name, param in after.params.items() if before.params.get(name) != param}
    lists_differ = before.lists != after.lists

    def differs(rule: Rule) -> bool:
        old = before.rules.get(rule.name)
        by_list = lists_differ and "list_in_force" in rule.references
        return old is None or old.fingerprint != rule.fingerprint or bool(params & set(rule.params)) or by_list

    return sorted(name for name, rule in after.rules.items() if differs(rule))


def try_out(server: Server, after: Pack) -> Trial:
    """Run the examples of the touched rules, and evaluate all facts under `after`, on a copy; nothing live
    waits for it.
    """
    proof = prove(after, touched_rules(server.pack, after))
    with tempfile.TemporaryDirectory(prefix="comptroller-trial-") as folder:
        target = Path(folder) / node.BOOKS
        entries, before = server.writer.do(lambda worker: copy_books(worker, server.folder, target)).result(
            _MOST_COPY_SECONDS
        )
        duck = DuckDb(target)
        try:
            books = Books(duck, before, owner=server.owner, zone=before.zone)
            difference = compare(duck, books, after, Findings(duck))
        finally:
            duck.close()
    differences = difference.as_json()
    rows = {
        "appear": differences["appear"],
        "vanish": differences["vanish"],
        "change": [item["to"] | {"before": item["from"]["evidence"]} for item in differences["change"]],
    }
    counts: dict[str, dict[str, int]] = {sort: {} for sort in rows}
    for sort, findings in rows.items():
        for row in findings:
            counts[sort][row["rule"]] = counts[sort].get(row["rule"], 0) + 1
    letters, faults = try_letters(server.pack, after, int(server.clock().timestamp()))
    failures = (*(f"{item.rule}: {item.example} ({item.way})" for item in proof.failures), *faults)
    pieces = changed_pieces(server.pack.files, after.files)
    listed = {sort: findings[:MOST_LISTED] for sort, findings in rows.items()}
    return Trial(entries, after.digest, proof.examples, failures, counts, listed, pieces, letters)


def copy_books(worker: Engine, folder: Path, target: Path) -> tuple[int, Pack]:
    """Copy the books while nothing writes them; return the last entry that they include, and their policy."""
    with suppress(SqlError):  # Without a checkpoint, the copied log contains the rest.
        worker.duck.execute("CHECKPOINT")
    for path in (folder / node.BOOKS, folder / f"{node.BOOKS}.wal"):
        if path.exists():
            shutil.copyfile(path, target.with_name(path.name))
    return worker.books.entries, worker.pack
