"""The adopted policies, each with its files: what changed with each, and when a rule's text changed."""

import datetime as dt
from dataclasses import dataclass

from comptroller.packs.bundle import unpack_files
from comptroller.web.policy.proposals import difference
from comptroller.web.runtime.server import Server


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One adopted policy: its entry and moment, its digest, and which files differ from the one before."""

    entry: int
    at: dt.datetime
    digest: str
    changed: tuple[str, ...]
    is_first: bool


def versions(server: Server) -> list[PolicyVersion]:
    """Return the adopted policies, the newest first."""
    rows = [
        (int(entry), str(digest))
        for entry, digest in server.duck.rows("SELECT entry, pack FROM adopted ORDER BY entry")
    ]
    history: list[PolicyVersion] = []
    before: dict[str, bytes] = {}
    for at, (entry, digest) in enumerate(rows):
        files = files_of(server, entry)
        changed = () if at == 0 else tuple(p for p in sorted({*files, *before}) if files.get(p) != before.get(p))
        history.append(PolicyVersion(entry, server.ledger.entry(entry).received_at, digest, changed, at == 0))
        before = files
    return history[::-1]


def files_of(server: Server, entry: int) -> dict[str, bytes]:
    """Return the files of the policy that an entry adopted."""

    def make() -> dict[str, bytes]:
        payload = server.ledger.entry(entry).payload
        assert payload is not None, "a policy is never erased"
        return unpack_files(payload)[0]

    return server.cached(("files", entry), make)


def differences(server: Server, edition: PolicyVersion, before: PolicyVersion) -> list[tuple[str, str]]:
    """Return the differences between two policies, file by file."""
    now, then = files_of(server, edition.entry), files_of(server, before.entry)
    return [
        (path, difference(then.get(path, b"").decode(), now.get(path, b"").decode(), path)) for path in edition.changed
    ]
