"""Approval logs and a group's tree through their mappings, where the files lack or rename what others have."""

from decimal import Decimal


def test_a_tree_with_gaps_is_read_whole(read):
    """A company under two parents is placed under the larger; one without a name is known by its code; a share
    may be unknown.
    """
    rows = "G,集团,,100.00\nA,甲,G,51\nB,乙,A,\nC,,G,40\nC,,A,60\nC,,A,60\n"
    worker = read("edges.csv", f"child,child_name,parent,direct_pct\n{rows}".encode(), "group_tree.sql")
    assert worker.duck.rows("SELECT entity, name, parent FROM entity ORDER BY 1") == [
        ("A", "甲", "G"),
        ("B", "乙", "A"),
        ("C", "C", "A"),
        ("G", "集团", None),
    ]
    assert worker.duck.rows("SELECT holder, entity, share_pct FROM stake ORDER BY ALL") == [
        ("A", "B", None),
        ("A", "C", 60),
        ("G", "A", 51),
        ("G", "C", 40),
    ]
    worker.close()


def test_a_log_of_permits_names_its_amounts_otherwise_and_is_read_the_same(read):
    """A payment takes its case's amount by either name in the log; the order of the steps is judged."""
    steps = {
        "in order": ("Permit FINAL_APPROVED by SUPERVISOR", "Payment Handled"),
        "too early": ("Payment Handled", "Permit FINAL_APPROVED by SUPERVISOR"),
        "refused after": (
            "Declaration FINAL_APPROVED by SUPERVISOR",
            "Payment Handled",
            "Declaration REJECTED by ADMINISTRATION",
        ),
    }
    traces = "".join(
        f'<trace><string key="concept:name" value="{case}"/><float key="RequestedAmount_0" value="100.5"/>'
        f'<float key="OverspentAmount" value="-7.0"/><string key="BudgetNumber" value="budget 1"/>{_events(names)}</trace>'
        for case, names in steps.items()
    )
    log = f'<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">{traces}</log>'
    worker = read("permits.xes", log.encode(), "approval_log.sql")
    assert worker.duck.rows("SELECT DISTINCT amount FROM payment") == [(Decimal("100.5"),)]
    found = {(one.rule.rsplit("/", 1)[-1], one.subject[-1]) for one in worker.evaluation.findings.found()}
    assert found == {("acted_before_approval", "too early"), ("refused_after_act", "refused after")}
    worker.close()


def _events(names):
    return "".join(
        f'<event><string key="concept:name" value="{name}"/><string key="org:role" value="R"/>'
        f'<date key="time:timestamp" value="2018-0{month}-05T10:00:00.000+02:00"/></event>'
        for month, name in enumerate(names, 1)
    )
