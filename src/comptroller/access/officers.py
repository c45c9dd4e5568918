"""Checks acts of the console against the grants of the users who submit and approve them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from comptroller.access.grants import ADMINISTER, HANDLE, Grant, viewer_of
from comptroller.model.channel import CONSOLE
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.report import Report
from comptroller.model.text import message
from comptroller.store.duck import DuckDb

OFFICE, LINE, GRANTOR = "office", "by_line", "granted_by"
Parent = Callable[[str], str | None]
"""Returns the entity that manages another, or None."""
_HIGHEST = 64


class Officers:
    """The users of the console, as of a day."""

    def __init__(self, duck: DuckDb, owner: str, parent: Parent) -> None:
        """Store the source of grants, the owner of valid grants, and the function that returns a parent."""
        self._duck, self._owner, self._parent = duck, owner, parent

    def refuse(
        self, tables: Mapping[str, pa.Table], reports: Sequence[Report], on: dt.date
    ) -> dict[int, list[Refusal]]:
        """Return refusals by report.

        Rejects acts for a line or an office that no grant of their users covers, and grants that no administrator made.
        """
        refusals: dict[int, list[Refusal]] = {}
        if not any(report.channel == CONSOLE for report in reports):
            return refusals
        for name, table in sorted(tables.items()):
            columns = [column for column in (OFFICE, LINE, GRANTOR) if column in table.column_names]
            if OFFICE not in columns and GRANTOR not in columns:
                continue
            rows = table.select(["report", *columns]).group_by(["report", *columns]).aggregate([]).to_pylist()
            for row in rows:
                report = reports[row["report"]]
                if report.channel != CONSOLE:
                    continue
                for user in dict.fromkeys((report.login, *((report.approver,) if report.approver else ()))):
                    if (wrong := self._refused(name, row, user, on)) is not None:
                        refusals.setdefault(row["report"], []).append(wrong)
        return refusals

    def _refused(self, kind: str, row: Mapping[str, str | None], user: str, on: dt.date) -> Refusal | None:
        viewer = viewer_of(self._duck, self._owner, user, on) if user else None
        grants = viewer.in_force if viewer else ()
        place = ("", None, f"{kind}.by")
        if OFFICE not in row:
            if any(grant.gives(ADMINISTER) for grant in grants):
                return None
            return refusal("access.administer", place, user or "-")
        office, line = str(row[OFFICE] or ""), row.get(LINE)
        if any(self._opens(grant, office, line) for grant in grants):
            return None
        act = f"{user or '-'}: {office}, {line or '-'}"
        return refusal("access.officer", place, act, line=line or message("access.any_line"), office=office)

    def _opens(self, grant: Grant, office: str, line: str | None) -> bool:
        """Return whether a grant allows its user to act for a line (any, if None) at an office."""
        return grant.gives(HANDLE) and bool(grant.line) and line in (None, grant.line) and self._reaches(grant, office)

    def _reaches(self, grant: Grant, office: str) -> bool:
        """Return whether an office is a grant's entity or below it."""
        if grant.entity == self._owner:
            return True
        entity: str | None = office
        for _ in range(_HIGHEST):
            if entity is None or entity == grant.entity:
                return entity is not None
            entity = self._parent(entity)
        return False
