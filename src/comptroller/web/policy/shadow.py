"""A proposed policy that runs beside the adopted one: actions start and end it, it follows the books, and it makes no
findings.

- It runs on a copy of the books; it lags by some seconds and shows the entry that it has reached.
- It ends when the policy in force changes, or when the proposal is withdrawn.
- After a restart of the server it begins again, from the current entry of the books.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comptroller import node
from comptroller.access.grants import ADOPT, PROPOSE
from comptroller.ledger.ledger import Ledger
from comptroller.model.policy import Pack
from comptroller.model.refusal import Refused, refusal
from comptroller.store.duck import DuckDb
from comptroller.testing import shadow as proving
from comptroller.web.policy.proposals import Proposal, candidate_of, may_change, proposal_of, refuse_ended
from comptroller.web.policy.replay import copy_books
from comptroller.web.runtime.server import Server
from comptroller.web.shell.errors import PermissionDenied
from comptroller.web.shell.visit import Visit

RUNS, ENDED, FAILED = "runs", "ended", "failed"
_MOST_COPY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Run:
    """A shadow run of a proposal: who started it and when, its state, and its last results."""

    proposal: str
    login: str
    at: str
    state: str
    outcome: dict[str, Any] = field(default_factory=dict)


def run_of(server: Server, proposal: str) -> Run | None:
    """Return the shadow run of a proposal, the last one, or None."""
    rows = server.storage.rows("SELECT proposal, login, at, state, outcome FROM shadow WHERE proposal = ?", [proposal])
    return _run(rows[0]) if rows else None


def _run(row: Any) -> Run:
    proposal, login, at, state, outcome = (str(cell or "") for cell in row)
    return Run(proposal, login, at, state, json.loads(outcome or "{}"))


def may_run(visit: Visit) -> bool:
    """Return whether the viewer may start and end shadow runs: a user who may propose or adopt for everything."""
    return may_change(visit, PROPOSE) or may_change(visit, ADOPT)


def begin(visit: Visit, proposal: Proposal) -> None:
    """Start a shadow run of a replayed proposal, and record who started it. One runs at a time."""
    server = visit.server
    if not may_run(visit):
        raise PermissionDenied(PROPOSE)
    refuse_ended(server, proposal)
    after = candidate_of(visit.pack, proposal)
    if proposal.outcome.get("digest") != after.digest or proposal.outcome.get("failures"):
        raise Refused([refusal("desk.policy.replay", (proposal.path, None, ""), proposal.state)])
    with server.exclusive.about("shadow", server.settings.most_wait_seconds):
        _begin(visit, proposal, after)


def _begin(visit: Visit, proposal: Proposal, after: Pack) -> None:
    """Start a run where none is running, checked and started under one lock."""
    server = visit.server
    if running := server.periodic.about():
        raise Refused([refusal("desk.policy.shadow", (proposal.path, None, ""), ", ".join(running))])
    values = [proposal.proposal, visit.login, server.clock().isoformat(), RUNS]
    server.storage.put("INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?, '{}')", values)
    visit.note("shadow", proposal.proposal, f"policy {after.digest} beside {visit.pack.digest}")
    _start(server, proposal, after)


def end(visit: Visit, proposal: Proposal) -> None:
    """End a shadow run; the ledger records who ended it and its results."""
    if not may_run(visit):
        raise PermissionDenied(PROPOSE)
    with visit.server.exclusive.about("shadow", visit.server.settings.most_wait_seconds):
        run = run_of(visit.server, proposal.proposal)
        visit.server.periodic.end(proposal.proposal)
        if run is not None and run.state == RUNS:
            _end_run(visit.server, proposal.proposal, ENDED)
            visit.note("shadow_end", proposal.proposal, _summary(run_of(visit.server, proposal.proposal)))


def resume(server: Server) -> None:
    """Restart the runs that a stop of the server interrupted."""
    for row in server.storage.rows("SELECT proposal, login, at, state, outcome FROM shadow WHERE state = ?", [RUNS]):
        proposal = proposal_of(server, _run(row).proposal)
        try:
            after = candidate_of(server.pack, proposal)
        except Refused:
            _end_run(server, proposal.proposal, ENDED)
        else:
            _start(server, proposal, after)


def _start(server: Server, proposal: Proposal, after: Pack) -> None:
    def failed(message: str) -> None:
        _end_run(server, proposal.proposal, FAILED, message)

    server.periodic.begin(proposal.proposal, _beside(server, proposal.proposal, after), failed)


@contextmanager
def _beside(server: Server, proposal: str, after: Pack) -> Iterator[Callable[[], bool]]:
    """Yield the round of a shadow on a copy of the books, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="comptroller-shadow-") as folder:
        target = Path(folder) / node.BOOKS
        server.writer.do(lambda worker: copy_books(worker, server.folder, target)).result(_MOST_COPY_SECONDS)
        ledger = Ledger.open(server.folder / node.LEDGER, readonly=True)
        duck = DuckDb(target)
        shadow = proving.Shadow(ledger, duck, server.engine.charter, after)
        try:
            policy = _position(server)[1]
            yield lambda: _round(server, proposal, shadow, policy)
        finally:
            shadow.close()


def _round(server: Server, proposal: str, shadow: proving.Shadow, policy: int) -> bool:
    """Bring a shadow to the current entry and store its results; return False where its policy or proposal is gone."""
    with server.duck.transaction():
        entries, now = _position(server)
        adopted = proving.standing(server.duck)
    if now != policy or not proposal_of(server, proposal).is_live:
        _end_run(server, proposal, ENDED)
        run = run_of(server, proposal)
        if run is not None:
            server.note(
                run.login,
                "shadow_end",
                proposal,
                f"by itself: the policy in force or the proposal changed; {_summary(run)}",
            )
        return False
    shadow.follow(entries)
    comparison = proving.beside(adopted, shadow.standing(), entries, shadow.began)
    outcome = {
        "entries": entries,
        "began": shadow.began,
        "at": server.clock().isoformat(),
        "counts": comparison.counts,
        "since": comparison.since,
        "rows": {
            sort: proving.rows(server.duck if sort == "vanish" else shadow.duck, comparison.findings[sort])
            for sort in proving.SORTS
        },
    }
    text = json.dumps(outcome, ensure_ascii=False, default=str)
    server.storage.put("UPDATE shadow SET outcome = ? WHERE proposal = ? AND state = ?", [text, proposal, RUNS])
    return True


def _position(server: Server) -> tuple[int, int]:
    """Return the last entry that the live books include, and the entry of their policy."""
    entries, policy = server.duck.rows("SELECT entries, policy FROM position")[0]
    return int(entries), int(policy)


def _end_run(server: Server, proposal: str, state: str, message: str = "") -> None:
    server.storage.put("UPDATE shadow SET state = ? WHERE proposal = ?", [state, proposal])
    if message:
        run = run_of(server, proposal)
        outcome = json.dumps({**(run.outcome if run else {}), "failed": message}, ensure_ascii=False)
        server.storage.put("UPDATE shadow SET outcome = ? WHERE proposal = ?", [outcome, proposal])


def _summary(run: Run | None) -> str:
    """Return the results of a run in a line for the ledger."""
    if run is None or "counts" not in run.outcome:
        return "nothing yet"
    parts = [f"{sort} {sum(run.outcome['counts'][sort].values())} ({sum(run.outcome['since'][sort].values())} since entry {run.outcome['began']})" for sort in proving.SORTS]  # fmt: skip
    return f"entry {run.outcome['entries']}: {', '.join(parts)}"
