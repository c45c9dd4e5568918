"""Views of a pack: shared SELECTs in a rule's SQL, rejected by place, and part of the rule's fingerprint."""

import pytest

from comptroller.evaluation.plan import due_sql
from comptroller.model.refusal import BrokenPack
from comptroller.packs import read_pack
from comptroller.testing import prove
from tests.laws.worlds import World
from tests.packs_small.small import changed, small_files, small_pack

VIEW_YML = b"""# A payment with the earlier ones of the same sum.
title: {zh: a, en: Earlier payments}
judges: payment
reads: [payment]
params: [twice_days]
"""
VIEW_SQL = b"""-- Each payment with the earlier ones of the same sum to the same payee.
SELECT p.fact, p.payment, count(*) AS earlier, list(q.fact) || [p.fact] AS entries
FROM judged AS p
JOIN payment AS q ON q.entity = p.entity AND q.payee = p.payee AND q.amount = p.amount
JOIN param_twice_days AS t ON t.valid_from <= p.paid_on AND COALESCE(t.valid_until, DATE '9999-12-31') > p.paid_on
WHERE (q.paid_on, q.payment) < (p.paid_on, p.payment) AND p.paid_on - q.paid_on <= LEAST(t.value, 10)
GROUP BY p.fact, p.payment
"""
RULE_SQL = b"""-- A payment is found when an earlier one of the same sum went to the same payee within the days.
SELECT p.entity, p.payee, p.payment, p.paid_on AS since, p.amount, e.earlier, e.entries
FROM judged AS p
JOIN earlier_payments AS e ON e.fact = p.fact
"""
RULE = "small/rules/pay/twice"
VIEW = "small/views/earlier_payments"


def files():
    """Return the small pack's files with its rule `twice` using a view."""
    changed_files = changed("rules/pay/twice.yml", "params: [twice_days]", "references: {earlier_payments: []}")
    return changed_files | {f"{RULE}.sql": RULE_SQL, f"{VIEW}.yml": VIEW_YML, f"{VIEW}.sql": VIEW_SQL}


def with_text(path, old, new):
    """Return the files with a text in one of them replaced."""
    originals = files()
    assert old in originals[path]
    return originals | {path: originals[path].replace(old, new)}


def refused(pack_files):
    """Return the refusals of a pack: code, file, field."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(pack_files, "small")
    return {(item.code, item.file, item.field) for item in broken.value.refusals}


def test_a_rule_on_a_view_finds_what_it_found_before():
    """The rule's examples pass on its view, in both ways, and in increments it finds the same as its text without a view."""
    pack = read_pack(files(), "small")
    assert prove(pack, [RULE]).failures == ()
    rule = pack.rules[RULE]
    assert rule.views == ("earlier_payments",)
    assert rule.params == ("twice_days",)
    assert "earlier_payments" not in rule.references
    rows = [
        ("payment", {"entity": "A", "payment": f"P{n}", "payee": "S", "amount": "600", "paid_on": f"2024-03-{n + 10}"})
        for n in range(4)
    ]

    def standing(of):
        world = World.new(of)
        for row in rows:
            world.say([row])
        return {one[1:] for one in world.standing() if one[0] == RULE}

    before = standing(small_pack())
    assert len(before) == 3
    assert standing(pack) == before
    inside = due_sql(rule.sql, rule.reads)
    assert "due_payment AS q" in inside


def test_a_view_is_part_of_the_fingerprint():
    """A changed view changes the fingerprint of each rule that uses it, directly or through a view, and of no other."""
    first, second = (
        read_pack(files(), "small"),
        read_pack(with_text(f"{VIEW}.sql", b"LEAST(t.value, 10)", b"LEAST(t.value, 9)"), "small"),
    )
    differ = {name for name in first.rules if first.rules[name].fingerprint != second.rules[name].fingerprint}
    assert differ == {RULE}
    assert {n: r.fingerprint for n, r in small_pack().rules.items() if n != RULE} == {
        n: r.fingerprint for n, r in first.rules.items() if n != RULE
    }


def test_views_stand_on_views():
    """An inner view comes first, once, and its tables and parameters are the rule's."""
    upper_yml = b"# Upper.\ntitle: {zh: a, en: Upper}\nreferences: {earlier_payments: [], clock: []}\n"
    upper_sql = b"-- Upper.\nSELECT e.* FROM earlier_payments AS e LEFT JOIN clock AS c ON true\n"
    pack_files = files() | {"small/views/upper.yml": upper_yml, "small/views/upper.sql": upper_sql}
    pack_files[f"{RULE}.sql"] = RULE_SQL.replace(b"earlier_payments", b"upper")
    pack_files[f"{RULE}.yml"] = pack_files[f"{RULE}.yml"].replace(b"earlier_payments", b"upper")
    rule = read_pack(pack_files, "small").rules[RULE]
    assert rule.views == ("earlier_payments", "upper")
    assert rule.references == {"clock": ()}
    assert rule.sql.index("earlier_payments AS (") < rule.sql.index("upper AS (")
    assert "-- views/upper.sql" in rule.whole_text


@pytest.mark.parametrize(
    ("path", "old", "new", "place"),
    [
        (f"{VIEW}.sql", b"-- Each", b"Each", ("packs.view", f"{VIEW}.sql", "")),
        (f"{VIEW}.sql", b"SELECT p.fact", b"SELEC p.fact", ("packs.view", f"{VIEW}.sql", "")),
        (f"{VIEW}.sql", b"GROUP BY p.fact, p.payment", b"GROUP BY p.fact, p.payment LIMIT 1", ("packs.view", f"{VIEW}.sql", "")),
        (f"{VIEW}.sql", b"count(*)", b"random()", ("packs.view", f"{VIEW}.sql", "")),
        (f"{VIEW}.sql", b"JOIN payment AS q", b"JOIN decision AS q", ("packs.view", f"{VIEW}.sql", "")),
        (f"{VIEW}.yml", b"reads: [payment]", b"reads: [payment]\nreferences: {clock: []}", ("packs.view", f"{VIEW}.yml", "references")),
        (f"{VIEW}.yml", b"reads: [payment]", b"reads: [paymnt]", ("packs.view", f"{VIEW}.yml", "references")),
        (f"{VIEW}.yml", b"params: [twice_days]", b"params: [twice_day]", ("packs.view", f"{VIEW}.yml", "params")),
        (f"{VIEW}.yml", b"judges: payment", b"judges: decision", ("packs.rule", f"{RULE}.yml", "references.earlier_payments")),
        (f"{VIEW}.yml", b"reads: [payment]", b"references: {payment: []}", ("packs.rule", f"{RULE}.yml", "reads")),
        (f"{VIEW}.yml", b"title:", b"colour: red\ntitle:", ("packs.form", f"{VIEW}.yml", "")),
        (f"{RULE}.yml", b"{earlier_payments: []}", b"{earlier_payments: [entity]}", ("packs.rule", f"{RULE}.yml", "references.earlier_payments")),
        (f"{RULE}.yml", b"{earlier_payments: []}", b"{earlier_paymets: []}", ("packs.rule", f"{RULE}.yml", "references")),
        (f"{RULE}.sql", b"SELECT p.entity", b"WITH earlier_payments AS (SELECT 1) SELECT p.entity", ("packs.rule.view_name", f"{RULE}.sql", "")),
    ],
)  # fmt: skip
def test_a_wrong_view_is_refused_by_place(path, old, new, place):
    """Each fault of a view, and of a rule that names one, is rejected by its file and field."""
    refusals = refused(with_text(path, old, new))
    assert place in refusals, refusals


def test_a_view_needs_both_files_and_a_name_of_its_own():
    """A view without SQL, SQL without a view, and a view with the name of a table are rejected."""
    alone = {path: text for path, text in files().items() if path != f"{VIEW}.sql"}
    assert ("packs.view", f"{VIEW}.yml", "") in refused(alone)
    bare = {path: text for path, text in files().items() if path != f"{VIEW}.yml"}
    assert ("packs.stray", f"{VIEW}.sql", "") in refused(bare)
    for name in ("payment", "clock", "judged", "param_x"):
        taken = files() | {f"small/views/{name}.yml": VIEW_YML, f"small/views/{name}.sql": VIEW_SQL}
        assert ("packs.view", f"small/views/{name}.yml", "") in refused(taken)


def test_views_in_a_ring_are_refused():
    """Views that read each other are named, each once; the reading ends."""
    pack_files = small_files()
    for view, other in (("one", "two"), ("two", "one")):
        pack_files[f"small/views/{view}.yml"] = f"# x\ntitle: {{zh: a, en: b}}\nreferences: {{{other}: []}}\n".encode()
        pack_files[f"small/views/{view}.sql"] = f"-- x\nSELECT * FROM {other}\n".encode()
    assert {("packs.view", f"small/views/{view}.yml", "references") for view in ("one", "two")} <= refused(pack_files)


def test_a_near_name_is_offered():
    """A table, a column, a parameter or a view that is mistyped is answered with the names that are close, in both languages."""
    with pytest.raises(BrokenPack) as broken:
        read_pack(with_text(f"{VIEW}.yml", b"reads: [payment]", b"reads: [paymnt]"), "small")
    mend = next(item.mend for item in broken.value.refusals if item.seen == "paymnt" and item.file.endswith(".yml"))
    assert "payment" in mend.en
    assert "payment" in mend.zh
