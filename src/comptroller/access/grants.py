"""Current grants from the books: the user, the role, the subtree, the domain, the line and the last day.

- A grant counts only if the node's owner made it, and only within its days.
- A role is a set of acts; a user has only the acts of their own grants.
"""

import datetime as dt
from dataclasses import dataclass

from comptroller.store.duck import DuckDb

SEE, ASK, EXPORT, REPORT = "see", "ask", "export", "report"
PROPOSE, ADOPT, ADMINISTER, WATCH = "propose", "adopt", "administer", "watch"
HANDLE = "handle"
"""To act in cases: for a supervision line, on grants that name one."""
ROLES: dict[str, frozenset[str]] = {
    "leader": frozenset({SEE}),
    "supervisor": frozenset({SEE, ASK, EXPORT, HANDLE}),
    "auditor": frozenset({SEE, ASK, EXPORT, WATCH}),
    "author": frozenset({SEE, ASK, PROPOSE}),
    "adopter": frozenset({SEE, ADOPT}),
    "reporter": frozenset({SEE, REPORT}),
    "administrator": frozenset({ADMINISTER, WATCH}),
}
"""The acts of each role. A leader reads only; an administrator sees no supervision data."""
KINDS = ("access_grant", "desk_user", "desk_act")
"""The kinds of fact that this package reads; they are for supervisors."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant: a role over an entity and all below it; '' for domain means every domain, '' for line means no
    line.
    """

    grant: str
    login: str
    role: str
    entity: str
    domain: str
    line: str
    valid_from: dt.date
    valid_until: dt.date | None
    reason: str
    fact: int

    def is_in_force(self, on: dt.date) -> bool:
        """Return whether the grant is in force on that day; its end day is excluded."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def gives(self, act: str) -> bool:
        """Return whether the role includes an act."""
        return act in ROLES.get(self.role, frozenset())


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with all grants ever made to them, on a day. `is_admitted` is true if they may sign in at all."""

    login: str
    name: str
    employer: str
    grants: tuple[Grant, ...]
    on: dt.date
    is_admitted: bool = True

    @property
    def in_force(self) -> tuple[Grant, ...]:
        """Return the grants in force today."""
        return tuple(g for g in self.grants if self.is_admitted and g.is_in_force(self.on))

    def may(self, act: str) -> bool:
        """Return whether a grant in force includes that act."""
        return any(g.gives(act) for g in self.in_force)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles in force, each once."""
        return tuple(dict.fromkeys(g.role for g in self.in_force))


def viewer_of(duck: DuckDb, owner: str, login: str, on: dt.date) -> Viewer | None:
    """Return the viewer of that sign-in name, or None if the owner never admitted such a person."""
    users = duck.rows(
        "SELECT name, employer, valid_from, valid_until FROM desk_user WHERE granted_by = ? AND login = ?",
        [owner, login],
    )
    if not users:
        return None
    name, employer, since, until = users[0]
    is_admitted = since <= on and (until is None or on < until)
    return Viewer(login, name, employer or "", tuple(grants_of(duck, owner, login)), on, is_admitted)


def grants_of(duck: DuckDb, owner: str, login: str = "") -> list[Grant]:
    """Return the current grants of one user or of all users, the oldest first."""
    sql = (
        'SELECT "grant", login, role, entity, domain, supervision_line, valid_from, valid_until, reason, fact '
        "FROM access_grant WHERE granted_by = ? AND (? = '' OR login = ?) ORDER BY fact"
    )
    return [
        Grant(grant, who, role, entity, domain or "", line or "", since, until, reason, fact)
        for grant, who, role, entity, domain, line, since, until, reason, fact in duck.rows(sql, [owner, login, login])
    ]
