"""The right of a reporter to report on an entity: the entity itself, any manager above it, and the node's owner have
it.

A key alone does not grant it. To end a recorded fact, a reporter needs the right for the entity in the fact's books.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.model.kind import Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.register_view import RegisterView
from comptroller.model.report import Report

Books = tuple[str | None, ...]
"""The entities in the books of a fact, read from the columns that its kind names. The right for one of them
suffices.
"""
_HIGHEST = 64
_MENDS = pa.array(["correct", "retract"])


def check_sender(
    kinds: Mapping[str, Kind], reports: Sequence[Report], tables: Mapping[str, pa.Table], known: RegisterView
) -> list[tuple[int, Refusal]]:
    """Yield refusals of reports by an unknown reporter, and of rows about entities outside the reporter's authority.

    A correction or retraction is also checked for the entity in the books of the recorded fact that it would end. A
    retraction that names no entity is checked for that entity alone.
    """
    refusals: list[tuple[int, Refusal]] = []
    strangers: set[int] = set()
    for at, report in enumerate(reports):
        if report.reporter != known.owner and not known.is_known(report.reporter):
            strangers.add(at)
            refusals.append((at, refusal("intake.sender.unknown", ("", None, "reporter"), report.reporter)))
    if all(report.reporter == known.owner for report in reports):
        return refusals
    reach = _Reach(reports, known)
    for name, table in tables.items():
        for at, books in _books_of_rows(kinds[name], table, known):
            if at in strangers or reach.holds(at, books):
                continue
            subject = next((entity for entity in books if entity is not None), "-")
            refusals.append((at, _out_of_authority(reports[at].reporter, f"{name}.{kinds[name].books[0]}", subject)))
    return list(dict.fromkeys(refusals))


def _out_of_authority(reporter: str, field: str, subject: str) -> Refusal:
    return refusal("intake.sender.reach", ("", None, field), f"{reporter} -> {subject}", entity=subject)


class _Reach:
    """The entities that the reporter of each report may report on, looked up once an entity."""

    def __init__(self, reports: Sequence[Report], known: RegisterView) -> None:
        self._reports, self._known = reports, known
        self._answers: dict[tuple[str, str], bool] = {}

    def holds(self, at: int, books: Books) -> bool:
        """Return whether the report's sender may speak for one of those entities, or is the owner."""
        reporter = self._reports[at].reporter
        return reporter == self._known.owner or any(
            self._may(reporter, entity) for entity in books if entity is not None
        )

    def _may(self, reporter: str, entity: str) -> bool:
        if (reporter, entity) not in self._answers:
            self._answers[reporter, entity] = may_speak(reporter, entity, self._known)
        return self._answers[reporter, entity]


def _books_of_rows(kind: Kind, table: pa.Table, known: RegisterView) -> Iterator[tuple[int, Books]]:
    """Yield each report with the entities in the books of its rows, and in the books of the facts that it would end."""
    rows = table.select(["report", *kind.books])
    mends = np.flatnonzero(pc.is_in(table.column("act"), value_set=_MENDS).to_numpy(zero_copy_only=False))
    if len(mends):
        standing, _ = known.standing(kind.name, table.column("key_hash").to_numpy()[mends])
        mends, standing = mends[standing != 0], standing[standing != 0]
        whose = known.whose_books(kind.name, standing)
        reports = table.column("report").to_numpy()[mends]
        yield from dict.fromkeys(zip(reports.tolist(), (whose[fact] for fact in standing.tolist()), strict=True))
        nameless = np.zeros(table.num_rows, dtype=bool)
        nameless[mends] = pc.equal(table.column("act"), "retract").to_numpy(zero_copy_only=False)[mends]
        for column in kind.books:
            nameless &= table.column(column).is_null().to_numpy()
        rows = rows.filter(pa.array(~nameless)) if nameless.any() else rows
    for row in rows.group_by(rows.column_names).aggregate([]).to_pylist():
        yield row["report"], tuple(row[column] for column in kind.books)


def may_speak(reporter: str, entity: str, known: RegisterView) -> bool:
    """Return whether `reporter` is the owner, the entity itself, or above it in the chain of management."""
    if reporter == known.owner:
        return True
    manager: str | None = entity
    for _ in range(_HIGHEST):
        if manager is None:
            return False
        if manager == reporter:
            return True
        manager = known.parent(manager)
    return False
