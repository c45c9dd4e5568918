"""What a viewer may read of cases: the cases of its lines, and the rows that are open to queries.

- A line reads the cases that it takes part in, at offices within its grants. A viewer without a line reads no case
  that a line treats as confidential.
- Statements of lines, with their officers, are open to the line that made them, and only if it may know persons. The
  page of a case shows more of them, subject to the confidentiality of its lines.
- Findings made from statements in cases are for lines; those about persons, for lines that may know persons.
- The entity of a case learns of it, and of its findings, when a line releases it.
"""

from collections.abc import Callable, Sequence

from comptroller.access.grants import REPORT, Grant
from comptroller.model.policy import Pack, Rule

HEADS = ("case_now", "case_finding", "case_clock", "case_request")
"""Tables that show the rows of a viewer's cases, without persons."""
WORDS = ("case_event", "case_step", "material_request", "case_evidence", "loss_estimate", "letter", "responsibility")
"""Tables with the statements of lines, each row with its line."""
ANSWERS, OUTCOMES = "enterprise_answer", "rule_outcome"
TABLES = (*HEADS, *WORDS, ANSWERS, OUTCOMES)
_PERSONS = ("rectified_by", "verified_by", "closed_by")
_ABOUT_PERSONS = "responsibility"
_CONFIDENTIAL = {"case_now": ("inquiry", "inquiry"), "case_request": ("by_line", "material")}
"""By table, the column that names a line, and the column that is redacted if that line withholds it from the
viewer's lines.
"""
_INNER = {"case_now", *WORDS}
Sees = Callable[[str, Sequence[Grant]], str]
"""Returns SQL: whether the entity in a column is within the scope of grants."""


def part_of(pack: Pack, grants: Sequence[Grant], line: str, sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether that line takes part in the case ('' for grants on no line)."""
    mine = [g for g in grants if g.line == line and not g.gives(REPORT)]
    if not mine:
        return "false"
    offices = _covers_office(pack, mine, "n.office", sees)
    if not line:
        return f"({offices}) AND (n.lead NOT IN ({_listed(keepers(pack))}))"
    quoted_line = _text(line)
    has_part = f"n.lead = {quoted_line} OR list_contains(string_split(n.informed, ' '), {quoted_line})"
    offered = _covers_office(pack, mine, offered_office(pack), sees)
    return f"(({offices}) AND ({has_part}) OR ({offered}) AND coalesce(n.pending, '') = {quoted_line})"


def offered_office(pack: Pack) -> str:
    """Return SQL over `case_now AS n`: the office that receives a case, or its current office; older policy has
    only the latter.
    """
    kind = pack.kinds.get("case_now")
    has_office = kind is not None and "pending_office" in kind.columns
    return "coalesce(n.pending_office, n.office)" if has_office else "n.office"


def _covers_office(pack: Pack, grants: Sequence[Grant], column: str, sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether grants cover the office in a column, and the domain of the
    case's rule.
    """
    conditions = []
    for domain in sorted({g.domain for g in grants}):
        wheres = [sees(column, [g for g in grants if g.domain == domain])]
        if domain:
            rules = [name for name, rule in pack.rules.items() if rule.domain == domain]
            wheres.append(f"n.rule IN ({_listed(rules)})")
        conditions.append(" AND ".join(f"({where})" for where in wheres))
    return " OR ".join(f"({where})" for where in conditions)


def parts_of(pack: Pack, grants: Sequence[Grant], sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether the viewer takes part in the case by any grant."""
    lines = sorted({g.line for g in grants})
    conditions = [condition for line in lines if (condition := part_of(pack, grants, line, sees)) != "false"]
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def releases(pack: Pack, among: str) -> str:
    """Return SQL of (case_id, place): the last event of each case that informed the entity; '' without cases.

    `among` is SQL over an event `e` that selects the relevant entities, so that no other events are read.

    Three events inform an entity: a step of a line that the pack marks as a release, a request to it, and a letter to
    it.
    """
    if "case_event" not in pack.tables or not pack.case_policy.is_on:
        return ""
    moves = [f"move.{name}" for name, move in pack.case_policy.moves.items() if move.tells_entity]
    return (
        f"SELECT e.case_id, max(e.place) AS place FROM main.case_event AS e WHERE ({among}) AND ("
        f"e.what IN ({_listed(moves)}) OR (e.what = 'request.asked' AND coalesce(json_extract_string(e.said, '$.supplied_to'), '') = '') "
        "OR (e.what = 'letter.sent' AND json_extract_string(e.said, '$.addressee') = e.entity)) GROUP BY e.case_id"
    )


def is_released(pack: Pack, among: str) -> str:
    """Return SQL over `case_now AS n`: whether a line released the case to the entity that it is about."""
    released = releases(pack, among)
    return f"n.case_id IN (SELECT r.case_id FROM ({released}) AS r)" if released else "false"


def released_findings(pack: Pack, among: str) -> str:
    """Return SQL of the findings that were in a case when a line released it; '' without cases.

    Findings that join a case later are released by the next step, request or letter.
    """
    released = releases(pack, among)
    if not released:
        return ""
    return (
        f"SELECT json_extract_string(e.said, '$.finding') FROM main.case_event AS e JOIN ({released}) AS r "
        f"ON r.case_id = e.case_id AND e.place < r.place WHERE e.what = 'finding.raised' AND ({among})"
    )


def keepers(pack: Pack) -> list[str]:
    """Return the lines with confidential steps."""
    return [name for name, sight in pack.case_policy.sights.items() if sight.keeps]


def knows_persons(pack: Pack, line: str) -> bool:
    """Return whether a line may know persons."""
    return line in pack.case_policy.sights and pack.case_policy.sights[line].knows_persons


def may_read_findings(pack: Pack, grant: Grant, rule: Rule) -> bool:
    """Return whether a grant opens findings of a rule, considering only the case tables that the rule reads."""
    read = {*rule.reads, *rule.references}
    if read.isdisjoint(_INNER):
        return True
    return knows_persons(pack, grant.line) if _ABOUT_PERSONS in read else bool(grant.line) and not grant.gives(REPORT)


def casework_view(pack: Pack, table: str, rows: str, grants: Sequence[Grant], sees: Sees) -> str:
    """Return the SQL of the readable rows of a case table, from the SQL of its rows."""
    if table == OUTCOMES:
        return rows if any(not g.gives(REPORT) for g in grants) else f"SELECT * FROM ({rows}) AS t WHERE false"
    if table == ANSWERS:
        own = sees('t."entity"', [g for g in grants if g.gives(REPORT)])
        return f"SELECT * FROM ({rows}) AS t WHERE {own}"
    lines = sorted({g.line for g in grants if g.line})
    if table in HEADS:
        where = _of_cases(parts_of(pack, grants, sees))
        struck = [f'CAST(NULL AS VARCHAR) AS "{name}"' for name in (_PERSONS if table == HEADS[0] else ())]
        confidential = _listed([name for name in keepers(pack) if name not in lines])
        if table in _CONFIDENTIAL:
            by, what = _CONFIDENTIAL[table]
            struck.append(
                f'CASE WHEN coalesce("{by}" IN ({confidential}), false) THEN NULL ELSE "{what}" END AS "{what}"'
            )
        columns = f"* REPLACE ({', '.join(struck)})" if struck else "*"
        return f"SELECT {columns} FROM ({rows}) AS t WHERE {where}"
    own_words = [
        f"(t.by_line = {_text(line)} AND {_of_cases(part_of(pack, grants, line, sees))})"
        for line in lines
        if knows_persons(pack, line)
    ]
    return f"SELECT * FROM ({rows}) AS t WHERE {' OR '.join(own_words) or 'false'}"


def _of_cases(where: str) -> str:
    return "false" if where == "false" else f"t.case_id IN (SELECT n.case_id FROM main.case_now AS n WHERE {where})"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(_text(word) for word in words) or "NULL"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
