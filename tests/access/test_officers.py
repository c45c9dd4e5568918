"""Acts of the console count only within the grants of the users who submit them."""

import datetime as dt

import pyarrow as pa
import pytest

from comptroller.access.officers import Officers
from comptroller.model.channel import CONSOLE, OPERATOR, REPORTER
from comptroller.model.report import Report
from tests.worlds import OWNER, fresh_node, kept, report

DAY = dt.date(2024, 6, 1)
USERS = (
    ("ann", "supervisor", "G", "internal"),
    ("bob", "supervisor", OWNER, "internal"),
    ("cid", "supervisor", "G", "audit"),
    ("dan", "supervisor", OWNER, ""),
    ("eve", "reporter", "G", ""),
    ("fay", "administrator", OWNER, ""),
    ("old", "supervisor", OWNER, "internal"),
)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Return a node with a group, a firm of it, another firm, and users with one grant each; one grant has ended."""
    worker = fresh_node(tmp_path_factory.mktemp("officers"), "base")
    firms = [("G", OWNER), ("F", "G"), ("Z", OWNER)]
    kept(worker, report("entity", *({"entity": e, "parent": p, "name": e} for e, p in firms)), at="2024-01-02T09:00:00")
    people = [{"granted_by": OWNER, "login": u, "name": u, "valid_from": "2024-01-01"} for u, *_ in USERS]
    grants = [
        {
            "granted_by": OWNER,
            "grant": f"G-{user}",
            "login": user,
            "role": role,
            "entity": entity,
            "reason": "test",
            "valid_from": "2024-01-01",
            **({"supervision_line": line} if line else {}),
            **({"valid_until": "2024-05-01"} if user == "old" else {}),
        }
        for user, role, entity, line in USERS
    ]
    kept(worker, report("desk_user", *people), report("access_grant", *grants), at="2024-01-02T10:00:00")
    yield worker
    worker.close()


def refused(node, kind, row, user, approver="", channel=CONSOLE):
    """Return the refusal codes of one row that a user reports."""
    sent = Report(b"", "json", "r", OWNER, channel=channel, login=user, approver=approver)
    tables = {kind: pa.table({name: [value] for name, value in {"report": 0, **row}.items()})}
    refusals = Officers(node.duck, OWNER, node.books.parent).refuse(tables, [sent], DAY)
    return [item.code for item in refusals.get(0, [])]


@pytest.mark.parametrize(
    ("user", "office", "line", "may"),
    [
        ("ann", "G", "internal", True),
        ("ann", "F", "internal", True),
        ("ann", "Z", "internal", False),
        ("ann", OWNER, "internal", False),
        ("ann", "G", "audit", False),
        ("bob", "Z", "internal", True),
        ("bob", OWNER, "internal", True),
        ("cid", "G", "audit", True),
        ("dan", "G", "internal", False),
        ("eve", "G", "internal", False),
        ("fay", OWNER, "internal", False),
        ("old", OWNER, "internal", False),
        ("nobody", OWNER, "internal", False),
        ("", OWNER, "internal", False),
    ],
)
def test_an_act_needs_a_grant_on_its_line_that_reaches_its_office(node, user, office, line, may):
    """A grant in force, on the line of the act, over the office or above it; the refusal names both."""
    row = {"office": office, "by_line": line}
    assert refused(node, "case_step", row, user) == ([] if may else ["access.officer"])
    beside = "bob" if line == "internal" else "cid"
    assert refused(node, "letter", row, beside, approver=user or "-") == ([] if may else ["access.officer"])


def test_without_a_line_any_line_counts(node):
    """A suppression names no line: its officer acts for some line at the office."""
    assert refused(node, "suppression", {"office": "F"}, "cid") == []
    assert refused(node, "suppression", {"office": "Z"}, "cid") == ["access.officer"]
    assert refused(node, "suppression", {"office": OWNER}, "dan") == ["access.officer"]


def test_grants_are_an_administrators(node):
    """Users and grants come from the console in an administrator's name alone."""
    for kind in ("access_grant", "desk_user"):
        for user, *_ in (*USERS, ("", "")):
            wanted = [] if user == "fay" else ["access.administer"]
            assert refused(node, kind, {"granted_by": OWNER}, user) == wanted, (kind, user)


def test_other_channels_are_not_asked(node):
    """What reporters report has no officer; what the operator carries over was done elsewhere."""
    for channel in (REPORTER, OPERATOR):
        assert refused(node, "case_step", {"office": "Z", "by_line": "audit"}, "ann", channel=channel) == []
    assert refused(node, "enterprise_answer", {"entity": "F"}, "eve") == []
