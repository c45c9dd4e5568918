"""Grants: only the owner's count, only within their days, and a role has its acts and no others."""

import datetime as dt

from comptroller.access.grants import ADMINISTER, ADOPT, EXPORT, PROPOSE, REPORT, ROLES, SEE, grants_of, viewer_of
from tests.worlds import OWNER, fresh_node, report, take

DAY = dt.date(2024, 6, 30)


def test_grants_are_facts_with_a_term(tmp_path):
    """A grant holds from its first day to the day before its last, and a user who has left may nothing."""
    worker = fresh_node(tmp_path, "base")
    people = [{"granted_by": OWNER, "login": n, "name": n, "valid_from": "2024-01-01"} for n in ("a", "b")]
    people[1]["valid_until"] = "2024-06-01"
    grant = {
        "granted_by": OWNER,
        "entity": OWNER,
        "valid_from": "2024-02-01",
        "valid_until": "2024-07-01",
        "reason": "r",
    }
    grants = [grant | {"grant": f"G{n}", "login": n, "role": "supervisor"} for n in ("a", "b")]
    taken = take(worker, report("desk_user", *people), report("access_grant", *grants), at="2024-01-02T09:00:00")
    assert not taken.refused
    viewer = viewer_of(worker.duck, OWNER, "a", DAY)
    assert viewer.roles == ("supervisor",)
    assert viewer_of(worker.duck, OWNER, "a", dt.date(2024, 7, 1)).roles == ()
    assert viewer_of(worker.duck, OWNER, "a", dt.date(2024, 1, 31)).roles == ()
    assert not viewer_of(worker.duck, OWNER, "b", DAY).is_admitted
    assert viewer_of(worker.duck, OWNER, "b", DAY).in_force == ()
    assert viewer_of(worker.duck, OWNER, "c", DAY) is None
    assert [g.grant for g in grants_of(worker.duck, OWNER)] == ["G" + n for n in ("a", "b")]
    worker.close()


def test_an_enterprise_cannot_grant(tmp_path):
    """A grant that another party than the owner reports is no grant, though it may be in the books."""
    worker = fresh_node(tmp_path, "base")
    take(worker, report("entity", {"entity": "A", "name": "A"}), at="2024-01-02T09:00:00")
    base = {"login": "a", "valid_from": "2024-01-01"}
    own = {**base, "granted_by": "A", "grant": "G", "role": "leader", "entity": OWNER, "reason": "mine"}
    forged = own | {"granted_by": OWNER}
    user = {**base, "granted_by": "A", "name": "a"}
    taken = take(
        worker,
        report("access_grant", own, reporter="A"),
        report("desk_user", user, reporter="A"),
        report("access_grant", forged, reporter="A"),
        at="2024-01-03T09:00:00",
    )
    assert list(taken.refused) == [2]
    assert viewer_of(worker.duck, OWNER, "a", DAY) is None
    assert grants_of(worker.duck, OWNER) == []
    worker.close()


def test_roles_keep_duties_apart():
    """Leaders read only; no role drafts and adopts; administrators see nothing; reporters decide nothing."""
    assert ROLES["leader"] == {SEE}
    assert not any({PROPOSE, ADOPT} <= acts for acts in ROLES.values())
    assert SEE not in ROLES["administrator"]
    assert ROLES["reporter"] == {SEE, REPORT}
    assert [name for name, acts in ROLES.items() if ADMINISTER in acts] == ["administrator"]
    assert EXPORT in ROLES["supervisor"]
