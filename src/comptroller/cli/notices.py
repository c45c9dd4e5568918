"""Notices of reading commands beside their answer: entries that are not folded, and entries that a wrong clock made."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from comptroller import acts
from comptroller.cli.output import err
from comptroller.ledger.entry_headers import EntryHeaders
from comptroller.ledger.ledger import Ledger
from comptroller.store.duck import DuckDb


def notices(duck: DuckDb) -> None:
    """Print what the books hold of such entries on the error stream."""
    stretches = duck.rows("SELECT first_entry, last_entry FROM clock_act WHERE does = ? ORDER BY entry", [acts.WRONG])
    _print(dict(duck.rows("SELECT entry, fault FROM unfolded ORDER BY entry")), stretches)


def notices_of_ledger(path: Path) -> None:
    """Print the same as the ledger's file has it."""
    with closing(EntryHeaders(path)) as heads, closing(Ledger.open(path, readonly=True)) as ledger:
        aside, marks = ([ledger.entry(n) for n in heads.of_media(media, 0)] for media in (acts.ASIDE, acts.CLOCK))
        said = [acts.content_of(one) for one in marks]
        faults = {number: fault for one in aside for number, fault in acts.faults_in(one).items()}
        _print(faults, [(one["first"], one["last"]) for one in said if one["does"] == acts.WRONG])


def _print(faults: Mapping[int, str], stretches: Iterable[tuple[int, ...]]) -> None:
    for entry, fault in faults.items():
        err.print(f"set aside  entry {entry} cannot be folded: {fault}", markup=False)
    for first, last in stretches:
        err.print(f"clock      entries {first} to {last} were made by a wrong clock", markup=False)
