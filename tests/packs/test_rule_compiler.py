"""A rule is two files that fit each other; the lint rejects faults by name."""

import pytest
import sqlglot
from sqlglot import exp

from comptroller.model.refusal import BrokenPack
from comptroller.packs import read_pack
from tests.packs_small.small import changed, small_files, small_pack

TWICE, SILENT, UNDECIDED = "rules/pay/twice", "rules/say/silent", "rules/pay/undecided"


def refused(path, old, new):
    """Return the refusal codes of a changed small pack."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(changed(path, old, new), "small")
    return {r.code for r in broken.value.refusals}


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        (f"{TWICE}.sql", "FROM judged AS p", "FROM payment AS p", "packs.rule.judged"),
        (f"{TWICE}.sql", "JOIN payment AS q", "JOIN decision AS q", "packs.rule.table"),
        (f"{TWICE}.sql", "JOIN payment AS q", "JOIN read_csv('x') AS q", "packs.rule.table"),
        (f"{TWICE}.sql", "JOIN payment AS q", "JOIN finding AS q", "packs.rule.table"),
        (f"{TWICE}.sql", "p.paid_on AS since,", "", "packs.rule.gives"),
        (f"{TWICE}.sql", "AS entries", "AS proof", "packs.rule.gives"),
        (f"{TWICE}.sql", "p.payee, p.payment", "p.payment", "packs.rule.gives"),
        (f"{TWICE}.sql", "SELECT p.entity,", "SELECT *, p.entity,", "packs.rule.star"),
        (f"{TWICE}.sql", "-- A payment", "", "packs.rule.first_line"),
        (f"{TWICE}.sql", "GROUP BY", "GROUP GROUP BY", "packs.rule.sql"),
        (f"{TWICE}.sql", "SELECT p.entity", "SELECT 1; SELECT p.entity", "packs.rule.one_select"),
        (f"{TWICE}.yml", "docket: [entity, payee]", "docket: [entity, holder]", "packs.rule.docket"),
        (f"{TWICE}.yml", "judges: payment", "judges: decision", "packs.rule.judges"),
        (f"{TWICE}.yml", "reads: [payment]", "reads: [payment, nothing]", "packs.rule.table"),
        (f"{TWICE}.yml", "{payee: payee,", "{payee: payed,", "packs.rule.column"),
        (f"{UNDECIDED}.yml", '"matter IS NOT NULL"', '"matters IS NOT NULL"', "packs.rule.column"),
        (f"{SILENT}.yml", "clock: []}", "clock: [], level: []}", "packs.rule.unused"),
        (f"{TWICE}.yml", "cites: [{source: small_law}]", "cites: []", "packs.rule"),
        (f"{TWICE}.yml", "kind: signal", "kind: hunch", "packs.rule"),
        (f"{TWICE}.yml", "severity: med", "severity: awful", "packs.rule"),
        (f"{TWICE}.yml", "domain: decisions", "domain: weather", "packs.rule"),
        (f"{TWICE}.yml", "shows: missing", "shows: clear", "packs.rule"),
        (f"{TWICE}.yml", "shows: found", "shows: clear", "packs.rule"),
        (f"{TWICE}.sql", "AS entries", "AS entries, p.payee AS excluded", "packs.rule"),
        (f"{UNDECIDED}.yml", "lawful:", "expects: {kind: verdict}\nlawful:", "packs.rule"),
        (f"{UNDECIDED}.yml", "lawful:", "expects: {kind: decision, colour: red}\nlawful:", "packs.rule"),
        (f"{UNDECIDED}.yml", "lawful:", "expects: {kind: decision, body: crowd}\nlawful:", "packs.rule"),
    ],
)
def test_what_does_not_fit_is_refused(path, old, new, code):
    """A fault of a rule has a stable code of its own."""
    codes = refused(path, old, new)
    assert any(item.startswith(code) for item in codes), codes


@pytest.mark.parametrize("tail", ["ORDER BY 1", "LIMIT 5", "ORDER BY 1 LIMIT 5"])
def test_a_rule_gives_no_order_and_no_limit(tail):
    """What is found depends on the rows, and not on how many came first."""
    assert refused(f"{SILENT}.sql", "> 20", f"> 20 {tail}")


@pytest.mark.parametrize("now", ["now()", "current_date", "today()", "random()", "current_timestamp"])
def test_a_rule_does_not_ask_for_the_time(now):
    """Time comes from the clock alone; chance has no place in a rule."""
    assert refused(f"{SILENT}.sql", "AS entries", f"AS entries, {now} AS moment")


def test_a_rule_without_its_sql_is_refused():
    """One of the two files alone is no rule."""
    files = small_files()
    del files[f"small/{TWICE}.sql"]
    with pytest.raises(BrokenPack):
        read_pack(files, "small")


def test_an_sql_without_its_rule_is_refused():
    """An SQL file that no rule names would never run, and is reported."""
    files = small_files()
    del files[f"small/{TWICE}.yml"]
    with pytest.raises(BrokenPack):
        read_pack(files, "small")


def test_the_fingerprint_changes_with_either_file():
    """A finding names the rule's text that judged it: YAML and SQL alike."""
    name = "small/rules/pay/twice"
    prints = {small_pack().rules[name].fingerprint}
    prints.add(read_pack(changed(f"{TWICE}.sql", "-- A payment", "-- One payment"), "small").rules[name].fingerprint)
    prints.add(read_pack(changed(f"{TWICE}.yml", "# The same sum", "# A same sum"), "small").rules[name].fingerprint)
    assert len(prints) == 3


def test_only_some_kinds_of_rule_may_call_a_breach():
    """Signals, targets and matters of data are leads, never breaches."""
    kinds = {rule.kind: rule.may_be_breach for rule in small_pack().rules.values()}
    assert kinds == {"procedure": True, "limit": True, "signal": False, "data": False}


def test_what_was_changed_is_read_anew():
    """A text is parsed once in a process; another text under the same path is another rule, and the first stays."""
    before, named = small_pack().rules[f"small/{TWICE}"], "AS entries, q.payment AS other"
    after = read_pack(changed(f"{TWICE}.sql", "AS entries", named), "small").rules[f"small/{TWICE}"]
    assert ("AS other" in before.sql, "AS other" in after.sql) == (False, True)
    limit = read_pack(changed(f"{TWICE}.yml", "kind: signal", "kind: limit"), "small").rules[f"small/{TWICE}"]
    assert (before.kind, limit.kind, read_pack(small_files(), "small").rules[f"small/{TWICE}"].kind) == (
        "signal",
        "limit",
        "signal",
    )


def test_a_rule_says_which_columns_its_sql_names():
    """Row storage depends on them: every column of the SQL as it runs, including that of `judged`."""
    for rule in small_pack().rules.values():
        named = {column.name for column in sqlglot.parse_one(rule.sql, read="duckdb").find_all(exp.Column)}
        assert rule.names == named
