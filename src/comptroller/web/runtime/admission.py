"""Admission of users: sign-in names that no reader confuses, one account for a person, and the test for the
same person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comptroller.access.grants import ADMINISTER, viewer_of
from comptroller.access.names import fault_of, folded, taken_by
from comptroller.model.refusal import Refusal, Refused, refusal
from comptroller.model.text import message
from comptroller.web.runtime.server import Server

KIND, PERSON = "desk_user", "person"


@dataclass(frozen=True, slots=True)
class User:
    """A user of the node: sign-in name, name, person, and whether the term runs today."""

    login: str
    name: str
    person: str
    is_in_force: bool


def has_persons(server: Server) -> bool:
    """Return whether the policy in force has a column for the code of a person in its kind of users."""
    return PERSON in server.pack.kinds[KIND].columns


def users_of(server: Server) -> list[User]:
    """Return the users that the owner ever admitted."""
    person = PERSON if has_persons(server) else "NULL"
    today = server.local_now().date()
    rows = server.duck.rows(
        f"SELECT login, name, {person}, valid_from <= ? AND (valid_until IS NULL OR ? < valid_until) FROM main.{KIND}"
        " WHERE granted_by = ? ORDER BY login",
        [today, today, server.owner],
    )
    return [User(str(login), str(name or ""), str(code or ""), bool(holds)) for login, name, code, holds in rows]


def is_same_person(server: Server, login: str, other: str) -> bool:
    """Return whether two logins are one person: by the codes when both have one, else by the normalised names."""
    if login == other:
        return True
    users = {user.login: user for user in users_of(server)}
    if login not in users or other not in users:
        return False
    left, right = users[login], users[other]
    if left.person and right.person:
        return folded(left.person) == folded(right.person)
    return bool(left.name) and folded(left.name) == folded(right.name)


def checked_login(server: Server, fields: Mapping[str, str]) -> str:
    """Return the normalised sign-in name of a new user.

    Rejects (Refused) a name that looks like another one, and a person who already has an active account.
    """
    login = folded(fields["login"])
    if (why := fault_of(login)) is not None:
        raise Refused([why])
    users = users_of(server)
    if other := taken_by(login, (user.login for user in users)):
        raise Refused([_name_refusal("desk.name.similar:expected", f"{login} ~ {other}")])
    name, person = folded(fields.get("name", "")), folded(fields.get(PERSON, ""))
    for user in users:
        is_same = folded(user.person) == person if person else folded(user.name) == name
        if user.is_in_force and is_same:
            raise Refused([refusal("desk.person", ("", None, "name"), user.login)])
    return login


def _name_refusal(expected: str, seen: str) -> Refusal:
    return refusal("desk.name", ("", None, "login"), seen, message(expected), message("desk.name.other:fix"))


def admit(server: Server, fields: Mapping[str, str], channel: str, by: str) -> str:
    """Record in the ledger that a person is admitted under a sign-in name, by a user; return the stored name.

    The caller admits one person at a time. Rejects (Refused) what `checked_login` and intake reject.
    """
    login = checked_login(server, fields)
    if not server.accounts.claim(login):
        raise Refused([_name_refusal("desk.name.taken:expected", login)])
    day = server.local_now().date().isoformat()
    fact: dict[str, Any] = {"login": login, "name": fields["name"], "granted_by": server.owner, "valid_from": day}
    more = ("employer", PERSON) if has_persons(server) else ("employer",)
    fact |= {name: fields.get(name) or None for name in more}
    server.outcome_of(server.report(KIND, [fact], channel, by))
    return login


def others_of(server: Server, login: str) -> list[str]:
    """Return the sign-in names of the other active administrators who are other persons."""
    today = server.local_now().date()
    logins = []
    for user in users_of(server):
        viewer = viewer_of(server.duck, server.owner, user.login, today) if user.is_in_force else None
        if viewer is not None and viewer.may(ADMINISTER) and not is_same_person(server, user.login, login):
            logins.append(user.login)
    return logins
