"""Proposals to change policy, from the author's text to its adoption by another user; each step is recorded in the
ledger.

- The adopting user is not the author, and both need the right for the owner's whole capital.
- Only a replayed text is adopted: a changed text, or a changed policy under it, is replayed again.
"""

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from comptroller.access import AccessScope, Grant, viewer_of
from comptroller.access.grants import ADOPT, PROPOSE, REPORT, SEE
from comptroller.engine import Engine
from comptroller.model.finding import FindingChange
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.web.policy.replay import candidate, try_out
from comptroller.web.runtime.admission import is_same_person
from comptroller.web.runtime.server import Server
from comptroller.web.shell.errors import NotFound, PermissionDenied
from comptroller.web.shell.visit import Visit

OPEN, REPLAYED, ADOPTING, ADOPTED, WITHDRAWN = "open", "replayed", "adopting", "adopted", "withdrawn"
SORTS = ("appear", "vanish", "change")
MOST_TEXT, MOST_WHY = 200_000, 1_000
_COLUMNS = "proposal, login, at, path, text, why, state, outcome, adopter"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal; `outcome` contains the hash of the text that it changes, and the last replay's results."""

    proposal: str
    login: str
    at: str
    path: str
    text: str
    why: str
    state: str
    outcome: dict[str, Any] = field(default_factory=dict)
    adopter: str = ""

    @property
    def is_live(self) -> bool:
        """Return whether it may still be replayed, adopted or withdrawn."""
        return self.state in (OPEN, REPLAYED)


def may_change(visit: Visit, act: str) -> bool:
    """Return whether the viewer has that right for everything: policy binds the whole node, so a part is not enough."""
    return visit.may(act) and _may_whole(visit.reach.viewer.in_force, act, visit.server.owner)


def _may_whole(grants: Iterable[Grant], act: str, owner: str) -> bool:
    return any(g.gives(act) and g.entity == owner and not g.domain and not g.line for g in grants)


def _stored(server: Server, where: str, *values: str) -> list[Proposal]:
    rows = server.storage.rows(f"SELECT {_COLUMNS} FROM proposal WHERE {where} ORDER BY at DESC, proposal", values)
    matches = []
    for row in rows:
        name, login, at, path, text, why, state, outcome, adopter = (str(cell or "") for cell in row)
        matches.append(Proposal(name, login, at, path, text, why, state, json.loads(outcome or "{}"), adopter))
    return matches


def proposals(server: Server) -> list[Proposal]:
    """Return all proposals, the newest first."""
    return _stored(server, "true")


def proposal_of(server: Server, name: str) -> Proposal:
    """Return one proposal.

    Raises:
        NotFound: there is none of that name.
    """
    matches = _stored(server, "proposal = ?", name)
    if not matches:
        raise NotFound(name)
    return matches[0]


def difference(before: str, after: str, path: str) -> str:
    r"""Return the difference between two texts of a file, as lines with + and -.

    >>> print(difference("a\nb\n", "a\nc\n", "p.yml"))
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    return "\n".join(list(lines)[2:])


def propose(visit: Visit, path: str, text: str, why: str) -> str:
    """Store a proposal and record it in the ledger.

    Raises:
        Refused: the policy is not valid with the text.
    """
    pack = visit.pack
    if not may_change(visit, PROPOSE):
        raise PermissionDenied(PROPOSE)
    if path not in pack.files:
        raise NotFound(path)
    text = text.replace("\r\n", "\n")[:MOST_TEXT]
    before = pack.files[path].decode()
    if text == before or not why.strip():
        raise Refused([refusal("desk.policy.same", (path, None, "text, why"), why or "-")])
    after = candidate(pack, path, text)
    name = sha256(f"{visit.server.chance()}{after.digest}".encode()).hexdigest()[:10]
    outcome = {"before": _digest(before)}
    values = [name, visit.login, visit.server.clock().isoformat(), path, text, why.strip()[:MOST_WHY], OPEN]
    same = "login = ? AND path = ? AND text = ? AND state = ?"
    is_new = visit.server.storage.put(
        f"INSERT INTO proposal ({_COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, '' "
        f"WHERE NOT EXISTS (SELECT 1 FROM proposal WHERE {same})",
        [*values, _json(outcome), visit.login, path, text, OPEN],
    )
    if not is_new:
        return _stored(visit.server, same, visit.login, path, text, OPEN)[0].proposal
    visit.note("propose", name, f"{path}\nsha256 {_digest(text)}\n{why.strip()}\n{difference(before, text, path)}")
    return name


def replay(visit: Visit, proposal: Proposal) -> int:
    """Start the replay of a proposal on history, after the jobs before it; return the job's number."""
    refuse_ended(visit.server, proposal)
    server, login = visit.server, visit.login
    after = candidate_of(visit.pack, proposal)

    def work() -> str:
        trial = try_out(server, after)
        outcome = {
            "before": proposal.outcome["before"],
            "at": server.clock().isoformat(),
            "by": login,
            **trial.as_json(),
        }
        server.storage.put(
            "UPDATE proposal SET state = ?, outcome = ? WHERE proposal = ? AND state IN (?, ?)",
            [REPLAYED, _json(outcome), proposal.proposal, OPEN, REPLAYED],
        )
        summary = ", ".join(f"{sort} {sum(trial.counts[sort].values())}" for sort in SORTS)
        summary += f"; examples {trial.examples}, failed {len(trial.failures)}"
        server.note(login, "replay", proposal.proposal, f"entry {trial.entries}, policy {trial.digest}: {summary}")
        return summary

    return _job_number(proposal, server.jobs.start_alone("replay", proposal.proposal, login, work))


def _job_number(proposal: Proposal, number: int | None) -> int:
    """Return the number of a job.

    Raises:
        Refused: another job works on the proposal already.
    """
    if number is None:
        raise _not_open(proposal)
    return number


def adopt(visit: Visit, proposal: Proposal) -> int:
    """Adopt a replayed proposal, as a user other than its author, and evaluate all rules again; return the
    job's number.
    """
    if not may_change(visit, ADOPT) or is_same_person(visit.server, visit.login, proposal.login):
        raise PermissionDenied(ADOPT)
    refuse_ended(visit.server, proposal)
    server, login = visit.server, visit.login
    after = candidate_of(visit.pack, proposal)
    if proposal.outcome.get("digest") != after.digest or proposal.outcome.get("failures"):
        raise Refused([refusal("desk.policy.replay", (proposal.path, None, ""), proposal.state)])

    def work() -> str:
        turns = server.writer.do(lambda worker: _adopt_now(server, proposal, login, after, worker)).result()
        if turns is None:
            return "withdrawn, or not to be adopted any more"
        summary = f"policy {after.digest}, proposed by {proposal.login}; {len(turns)} findings turned"
        server.note(login, "adopt", proposal.proposal, summary)
        return summary

    return _job_number(proposal, server.jobs.start_alone("adopt", proposal.proposal, login, work))


def _adopt_now(
    server: Server, proposal: Proposal, login: str, after: Pack, worker: Engine
) -> list[FindingChange] | None:
    """Adopt a proposal in the engine's thread.

    None where it was withdrawn, its base text changed, or the adopter lost the right. One statement claims the
    proposal, so that withdrawal and adoption cannot both succeed.
    """
    viewer = viewer_of(server.duck, server.owner, login, server.local_now().date())
    is_right = viewer is not None and _may_whole(viewer.in_force, ADOPT, server.owner)
    if (
        not is_right
        or is_stale(worker.pack, proposal)
        or candidate(worker.pack, proposal.path, proposal.text).digest != after.digest
    ):
        return None
    taken = "UPDATE proposal SET state = ?, adopter = ? WHERE proposal = ? AND state = ?"
    if not server.storage.put(taken, [ADOPTING, login, proposal.proposal, REPLAYED]):
        return None
    try:
        turns = worker.adopt(dict(after.files), after.name, server.clock())
    except BaseException:
        server.storage.put(taken, [REPLAYED, "", proposal.proposal, ADOPTING])
        raise
    server.storage.put(taken, [ADOPTED, login, proposal.proposal, ADOPTING])
    return list(turns)


def resume(server: Server) -> None:
    """Restart adoptions that a crash interrupted; they are replayed again, or become stale where the adoption
    was done.
    """
    server.storage.put("UPDATE proposal SET state = ?, adopter = '' WHERE state = ?", [REPLAYED, ADOPTING])


def withdraw(visit: Visit, proposal: Proposal) -> None:
    """Withdraw a proposal, as its author; one that waits for adoption is not adopted."""
    if visit.login != proposal.login:
        raise PermissionDenied(PROPOSE)
    sql = "UPDATE proposal SET state = ? WHERE proposal = ? AND state IN (?, ?)"
    if not visit.server.storage.put(sql, [WITHDRAWN, proposal.proposal, OPEN, REPLAYED]):
        raise _not_open(proposal)
    visit.note("withdraw", proposal.proposal)


def candidate_of(pack: Pack, proposal: Proposal) -> Pack:
    """Return the policy that a proposal would make.

    Raises:
        Refused: the file has changed since the proposal was written.
    """
    if is_stale(pack, proposal):
        raise Refused([refusal("desk.policy.stale", (proposal.path, None, ""), proposal.path)])
    return candidate(pack, proposal.path, proposal.text)


def is_stale(pack: Pack, proposal: Proposal) -> bool:
    """Return whether the file has changed since the proposal was written."""
    return _digest(pack.files.get(proposal.path, b"").decode()) != proposal.outcome.get("before")


def visible_rows(visit: Visit, packs: list[Pack], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings of a replay that are within scope, under every policy that has their rule."""
    open_to: dict[str, set[str]] = {}
    reaches = [AccessScope(visit.reach.viewer, pack, visit.server.owner) for pack in packs]
    for grant in (g for g in visit.reach.viewer.in_force if g.gives(SEE) and not g.gives(REPORT)):
        sql = f"SELECT DISTINCT a.entity FROM main.ancestor AS a WHERE {visit.reach.sees('a.entity', [grant])}"
        entities = {str(entity) for (entity,) in visit.duck.rows(sql)}
        for rule in {row["rule"] for row in rows}:
            having = [(reach, pack) for reach, pack in zip(reaches, packs, strict=True) if rule in pack.rules]
            if having and all(rule in reach.rules_of(grant) for reach, _ in having):
                open_to.setdefault(rule, set()).update(entities)
    return [row for row in rows if row["entity"] in open_to.get(row["rule"], ())]


def refuse_ended(server: Server, proposal: Proposal) -> None:
    """Check that a proposal is open and idle.

    Raises:
        Refused: it was adopted or withdrawn, or a job works on it.
    """
    if not proposal.is_live or server.jobs.open_about(proposal.proposal):
        raise _not_open(proposal)


def _not_open(proposal: Proposal) -> Refused:
    return Refused([refusal("desk.policy.ended", (proposal.path, None, ""), proposal.state)])


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
