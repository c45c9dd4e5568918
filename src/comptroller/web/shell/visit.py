"""Request context: the viewer, the access scope and the language. Pages read the books only through it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from comptroller.access import AccessScope
from comptroller.access.row_access import scoped
from comptroller.books.facts.tables import documented
from comptroller.model.policy import Pack
from comptroller.model.text import Text
from comptroller.store.duck import DuckDb
from comptroller.web.runtime.server import Server
from comptroller.web.shell.translations import translate

FINDINGS = ("finding", "finding_now")


@dataclass
class Visit:
    """The context of one page. Every row comes through `rows`, so that no page shows rows out of reach by mistake."""

    server: Server
    reach: AccessScope
    language: str
    form_key: str
    path: str
    valid: dt.date | None = None
    known: int | None = None
    scope: frozenset[str] | None = None
    hidden_count: int | None = None
    address: str = "/"
    _extra: dict[str, str] = field(default_factory=dict)

    @property
    def login(self) -> str:
        """Return the viewer's sign-in name."""
        return self.reach.viewer.login

    @property
    def pack(self) -> Pack:
        """Return the policy in force."""
        return self.server.pack

    @property
    def duck(self) -> DuckDb:
        """Return the raw connection, for SQL with its scope applied; pages use `rows`."""
        return self.server.duck

    def may(self, act: str) -> bool:
        """Return whether the viewer may do that; a token's scope narrows it."""
        return self.reach.may(act) and (self.scope is None or act in self.scope)

    def text(self, code: str, **values: object) -> str:
        """Return a text by its code in the viewer's language."""
        return translate(self.language, code, **values)

    def in_language(self, text: Text | None) -> str:
        """Return a text of policy in the viewer's language; '' for none."""
        return text.of(self.language) if text else ""

    @cached_property
    def position(self) -> tuple[int, str]:
        """Return the last ledger entry in the books, and the policy version."""
        return self.server.position()

    @cached_property
    def views(self) -> dict[str, str]:
        """Return the SQL of each table within reach, as of the two requested days."""
        key = ("views", self.reach.key, self.valid, self.known, self.server.register)
        return self.server.cached(key, self._views)

    def _views(self) -> dict[str, str]:
        return self.reach.views(documented(self.pack), self.bases)

    @cached_property
    def bases(self) -> dict[str, str]:
        """Return the SQL of all rows of each table as of the two days, for any viewer; empty without requested days."""
        return self.server.engine.books.views(self.valid, self.known, self.duck)

    @property
    def then(self) -> str:
        """Return the query part of an address with the same two days; '' without them."""
        days = {"valid": self.valid, "known": self.known}
        query = urlencode({name: value for name, value in days.items() if value is not None})
        return f"?{query}" if query else ""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return rows of a page's own SELECT; every table is limited to the viewer's reach."""
        return self.duck.records(scoped(sql, self.views), values)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first cell of the first row, or None."""
        rows = self.duck.rows(scoped(sql, self.views), values)
        return rows[0][0] if rows else None

    def cached(self, name: Any, make: Any) -> Any:
        """Return a value made from the books for all viewers with this reach, once for each position."""
        return self.server.cached((name, self.position, self.reach.key, self.valid, self.known), make)

    def kept(self, name: Any, tables: Sequence[str], make: Any) -> Any:
        """Return a value made from these fact tables and the clock's day alone; it is made again when one of
        them changes.
        """
        there = [table for table in tables if table in self.pack.kinds]
        return self.server.cached((name, self.server.stamp(there), self.reach.key, self.valid, self.known), make)

    def count_hidden(self, table: str, where: str = "true", values: Sequence[Any] = ()) -> int | None:
        """Return how many rows of a table, as of the two days, the viewer does not see; only the count is disclosed.

        None for findings when the viewer belongs to an entity: a count would disclose a lead.
        """
        if table in FINDINGS and self.reach.is_of_entity:
            return None
        if self.sees_all(table):
            return 0

        def count() -> int:
            rows = self.bases.get(table, f"SELECT * FROM main.{table}")
            total = self.duck.rows(f"SELECT count(*) FROM ({rows}) AS n WHERE {where}", values)[0][0]
            return int(total) - self.count(table, where, values)

        return self._counted(("hidden", table, where, *values), table, count)

    def count(self, table: str, where: str = "true", values: Sequence[Any] = ()) -> int:
        """Return how many rows of a table, as of the two days, are within reach; cached until the table changes."""

        def count() -> int:
            return int(self.one(f"SELECT count(*) FROM {table} AS k WHERE {where}", values))

        return self._counted(("count", table, where, *values), table, count)

    def _counted(self, name: Any, table: str, count: Callable[[], int]) -> int:
        number: int = (
            self.kept(name, (table, "entity"), count) if table in self.pack.kinds else self.cached(name, count)
        )
        return number

    @cached_property
    def clock(self) -> tuple[dt.date | None, dt.datetime | None]:
        """Return the day and the moment of the books' clock."""
        rows = self.duck.rows("SELECT today, now FROM main.clock")
        return rows[0] if rows else (None, None)

    @property
    def now(self) -> dt.datetime:
        """Return the reference moment of ages: the books' clock, or the desk's before the first tick."""
        return self.clock[1] or self.server.local_now()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Return the names of the entities within reach by code; an entity without an entry is shown by its code."""

        def make() -> dict[str, str]:
            return dict(self.duck.rows(scoped("SELECT entity, name FROM entity", self.views)))

        names: dict[str, str] = self.kept("names", ("entity",), make)
        return names

    def chain(self, entity: str) -> list[str]:
        """Return an entity of the register and all above it today, the nearest first; empty for an unknown entity."""

        def make() -> dict[str, str | None]:
            return dict(self.duck.rows("SELECT entity, parent FROM main.entity"))

        here = [table for table in ("entity",) if table in self.pack.kinds]
        parents: dict[str, str | None] = self.server.cached(("parents", self.server.stamp(here)), make)
        chain: list[str] = []
        at = entity if entity in parents else None
        while at is not None and at not in chain:
            chain.append(at)
            at = parents.get(at)
        return chain

    def under(self, column: str, entity: str) -> tuple[str, list[Any]]:
        """Return the SQL condition, and its values, that a column's entity is at or below `entity`.

        The condition is false below an entity that is out of reach.
        """
        if self.valid is not None or self.known is not None:
            return f"{column} IN (SELECT a.entity FROM ancestor AS a WHERE a.ancestor = ?)", [entity]
        if not self.sees_entity(entity):
            return "false", []
        return f"{column} IN (SELECT a.entity FROM main.ancestor AS a WHERE a.ancestor = ?)", [entity]

    def sees_entity(self, entity: str) -> bool:
        """Return whether an entity is within reach."""
        return entity in self.names

    def sees_all(self, table: str) -> bool:
        """Return whether every present and future row of a table is within reach."""
        return "WHERE" not in self.reach.views([table])[table]

    def note(self, did: str, about: str = "", detail: str = "") -> None:
        """Record in the ledger what the viewer did."""
        self.server.note(self.login, did, about, detail)
