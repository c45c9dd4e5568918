"""Which case data is readable, in queries and on entries: only for participants, and never confidential steps."""

import datetime as dt

import pytest

from comptroller.access import AccessScope
from comptroller.access.case_access import TABLES
from comptroller.access.grants import Grant, Viewer
from comptroller.books.facts.tables import documented
from tests.cases.event_facts import answer, city, pay, send_answers, step, take_steps, the_case
from tests.worlds import OWNER

DAY = dt.date(2024, 3, 20)


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A case that was handed to discipline, which treats it as confidential; internal and audit are informed."""
    worker = city(tmp_path_factory.mktemp("read"), "cn-cases")
    pay(worker, at="2024-03-11T09:00:00")
    case_id = the_case(worker)
    take_steps(worker, step(case_id, "hand_over", "internal", "U1", "2024-03-12", to_line="discipline"))
    take_steps(worker, step(case_id, "receive", "discipline", "V1", "2024-03-12"))
    take_steps(worker, step(case_id, "escalate", "discipline", "V1", "2024-03-13", reason="whistle"))
    take_steps(worker, step(case_id, "require", "discipline", "V1", "2024-03-14", reason="whistle"))
    send_answers(worker, answer(case_id, "explain", "2024-03-15"))
    yield worker
    worker.close()


def reach_of(node, role, entity, line="", domain=""):
    """Return the access scope of a user with one grant."""
    grant = Grant("G", "u", role, entity, domain, line, DAY, None, "r", 0)
    return AccessScope(Viewer("u", "u", "", (grant,), DAY), node.pack, OWNER)


def read(node, reach, table):
    """Return all cells that are read freely of a table."""
    return str(node.duck.rows(reach.views([table])[table]))


def counts(node, reach, tables=TABLES):
    """Return how many rows are read of each table of casework that has any."""
    views = reach.views(tables)
    numbers = {t: node.duck.rows(f"SELECT count(*) FROM ({views[t]})")[0][0] for t in tables}
    return {t: n for t, n in numbers.items() if n}


def test_a_line_reads_of_its_cases_alone(node):
    """A leading or informed line reads the state of the case; a line without a part and a viewer without a line
    read nothing.
    """
    for line in ("internal", "audit", "discipline"):
        assert counts(node, reach_of(node, "supervisor", OWNER, line), ("case_now", "case_finding")) == {
            "case_now": 1,
            "case_finding": 1,
        }
    for line in ("social", "investor", ""):
        assert counts(node, reach_of(node, "supervisor", OWNER, line), ("case_now", "case_event", "case_step")) == {}


def test_only_an_office_within_the_grant_counts(node):
    """A line's officer of a group has no part in what the owner's line handles, though the firm is the group's."""
    assert counts(node, reach_of(node, "supervisor", "G", "discipline"), ("case_now", "case_event")) == {}


def test_what_lines_said_is_for_who_may_know_persons(node):
    """Discipline reads its own steps; the others read none, not even their own, since they name officers."""
    own = reach_of(node, "supervisor", OWNER, "discipline")
    assert "whistle" in read(node, own, "case_step")
    assert "U1" not in read(node, own, "case_step")
    for line in ("internal", "audit", "social", ""):
        reach = reach_of(node, "supervisor", OWNER, line)
        for table in documented(node.pack):
            text = read(node, reach, table)
            assert "whistle" not in text, (line, table)
            assert "V1" not in text, (line, table)


def test_what_a_line_keeps_is_struck_from_what_others_read(node):
    """An informed line reads that a request and a case exist, but neither their subject nor that discipline
    inquires.
    """
    row = {"request": "R1", "case_id": the_case(node), "office": OWNER, "by_line": "discipline", "by": "V1"}
    take_steps(node, {**row, "material": "bank-papers", "asked_on": "2024-03-15"}, kind="material_request")
    take_steps(node, step(the_case(node), "inquire", "discipline", "V1", "2024-03-15"))
    sql = "SELECT inquiry, material FROM ({}) AS n JOIN ({}) AS r USING (case_id)"
    for line, cells in (("audit", (None, None)), ("discipline", ("discipline", "bank-papers"))):
        views = reach_of(node, "supervisor", OWNER, line).views(["case_now", "case_request"])
        assert node.duck.rows(sql.format(views["case_now"], views["case_request"])) == [cells]


def test_an_entity_reads_its_own_answers_alone(node):
    """The firm's reporter reads what the firm answered, and of the case's tables nothing."""
    assert counts(node, reach_of(node, "reporter", "G1"))["enterprise_answer"] == 1
    assert "case_now" not in counts(node, reach_of(node, "reporter", "G1"))
    assert "enterprise_answer" not in counts(node, reach_of(node, "reporter", "G2"))


def test_findings_about_officers_are_for_lines(node):
    """A rule that reads case statements is open to lines, and one about persons to lines that may know them."""
    by_name = {name.rsplit("/", 1)[1]: name for name in node.pack.rules}
    audit = reach_of(node, "supervisor", OWNER, "audit")
    for stem, lines in (("verified_by_rectifier", True), ("moved_during_inquiry", False)):
        rule = node.pack.rules[by_name[stem]]
        if "audit" in (rule.route.get("lead"), *rule.route.get("informed", ())):
            (grant,) = audit.viewer.grants
            assert (by_name[stem] in audit.rules_of(grant)) == lines
        (bare,) = reach_of(node, "leader", OWNER).viewer.grants
        assert by_name[stem] not in reach_of(node, "leader", OWNER).rules_of(bare)


def test_every_kind_of_casework_is_kept(node):
    """A kind with a case, a line and an officer is not open to queries, and the console shows it."""
    for name, kind in node.pack.kinds.items():
        columns = set(kind.columns)
        if {"case_id", "by_line", "by"} <= columns:
            assert name in TABLES, name
            assert kind.is_made or kind.reported_by == ("console",), name
