"""Templates for a new rule, kind or view."""

_RULE_YML = """\
# One sentence: what is found.
title: {zh: 规则名称, en: What is found}
why: {zh: 为什么重要, en: Why it matters}
cites: [{source: SOURCE_ID, article: ""}]
in_force: {from: @TODAY@}
kind: signal
severity: med
domain: decisions
judges: payment
when: "amount_cny IS NOT NULL"
needs: {paid_on: "paid_on"}
docket: [entity, payment]
reads: [payment]
route: {lead: investor, informed: [], remedy: {days: 30, unit: working}}
leaves_out:
  - {zh: 本规则不判断的情形, en: What this rule does not judge.}
lawful: {zh: 怎样即为合规, en: What would have made it lawful.}
examples:
  - name: {zh: 发现, en: Found}
    shows: found
    given: {payment: [{entity: A, payment: P, amount: 2, amount_cny: 2, paid_on: @TODAY@}]}
    gives: {found: [[A, P]]}
  - name: {zh: 无问题, en: Clear}
    shows: clear
    given: {payment: [{entity: A, payment: P, amount: 1, amount_cny: 1, paid_on: @TODAY@}]}
    gives: {clear: [[A, P]]}
  - name: {zh: 不适用, en: Not applicable}
    shows: excluded
    given: {payment: [{entity: A, payment: P, amount: 2, currency: USD, paid_on: @TODAY@}]}
    gives: {not_applicable: [[A, P]]}
  - name: {zh: 缺日期, en: The day is missing}
    shows: missing
    given: {payment: [{entity: A, payment: P, amount: 2, amount_cny: 2}]}
    gives: {not_judged: [[A, P]]}
"""
_RULE_SQL = """\
-- Payments of more than one yuan: put your own condition here.
SELECT
    p.entity,
    p.payment,
    p.amount_cny,
    p.paid_on AS since,
    [p.fact] AS entries
FROM judged AS p
WHERE p.amount_cny > 1
"""
_KIND_YML = """\
# One sentence: what one fact of this kind says.
title: {zh: 名称, en: Name}
about: {zh: 说明, en: What it is}
key: [entity, @NAME@]
books: entity
valid: {on: happened_on}
reported: {by: {zh: 企业, en: The entity}, within_days: 5}
fields:
  entity: {type: entity, required: true, zh: 企业, en: Entity}
  @NAME@: {type: code, required: true, zh: 编号, en: Number}
  happened_on: {type: day, zh: 日期, en: Day}
"""
_VIEW_YML = """\
# One sentence: what a row of the view is.
title: {zh: 视图名称, en: What the rows are}
about: {zh: 说明, en: What it is for}
references: {entity: []}
"""
_VIEW_SQL = """\
-- Every entity: put your own rows here.
SELECT e.entity FROM entity AS e
"""

START = {
    "rule": {".yml": _RULE_YML, ".sql": _RULE_SQL},
    "kind": {".yml": _KIND_YML},
    "view": {".yml": _VIEW_YML, ".sql": _VIEW_SQL},
}
"""For each thing that can be begun, its files' endings and texts."""
