"""What of casework a viewer may read: in which cases a line has a part, and what of their rows may be read freely.

- A line reads of the cases in which it has a part, at offices within its grants; who has no line, of none that a line keeps.
- What lines said, with their officers, is read freely by the line that said it and only where it may know persons; the page of
  a case shows more of it, through the confidentiality of its lines.
- Findings made of what is said in cases are for lines; those about persons, for lines that may know persons.
- The entity that a case is about learns of it, and of its findings, when a line releases it.
"""

from collections.abc import Callable, Sequence

from comptroller.access.grants import REPORT, Grant
from comptroller.model.policy import Pack, Rule

HEADS = ("case_now", "case_finding", "case_clock", "case_request")
"""Tables of which the rows of a viewer's cases are read, without persons."""
WORDS = ("case_event", "case_step", "material_request", "case_evidence", "loss_estimate", "letter", "responsibility")
"""Tables of what lines said, each row with the line that said it."""
ANSWERS, OUTCOMES = "enterprise_answer", "rule_outcome"
TABLES = (*HEADS, *WORDS, ANSWERS, OUTCOMES)
_PERSONS = ("rectified_by", "verified_by", "closed_by")
_ABOUT_PERSONS = "responsibility"
_KEPT = {"case_now": ("inquiry", "inquiry"), "case_request": ("by_line", "material")}
"""By table, the column that names a line, and the one that is struck where that line keeps it from the viewer's lines."""
_INNER = {"case_now", *WORDS}
Sees = Callable[[str, Sequence[Grant]], str]
"""Gives SQL: whether the entity in a column is in reach of grants."""


def part_of(pack: Pack, grants: Sequence[Grant], line: str, sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether it is one in which that line has a part ('' for grants on no line)."""
    mine = [g for g in grants if g.line == line and not g.gives(REPORT)]
    if not mine:
        return "false"
    offices = _reached(pack, mine, "n.office", sees)
    if not line:
        return f"({offices}) AND (n.lead NOT IN ({_listed(keepers(pack))}))"
    said = _text(line)
    has_part = f"n.lead = {said} OR list_contains(string_split(n.informed, ' '), {said})"
    offered = _reached(pack, mine, offered_office(pack), sees)
    return f"(({offices}) AND ({has_part}) OR ({offered}) AND coalesce(n.pending, '') = {said})"


def offered_office(pack: Pack) -> str:
    """Return SQL over `case_now AS n`: the office that a case is being handed to, or is at; older policy knows
    the latter alone.
    """
    kind = pack.kinds.get("case_now")
    is_told = kind is not None and "pending_office" in kind.columns
    return "coalesce(n.pending_office, n.office)" if is_told else "n.office"


def _reached(pack: Pack, grants: Sequence[Grant], column: str, sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether grants reach the office in a column, and open the domain of the
    case's rule.
    """
    found = []
    for domain in sorted({g.domain for g in grants}):
        wheres = [sees(column, [g for g in grants if g.domain == domain])]
        if domain:
            rules = [name for name, rule in pack.rules.items() if rule.domain == domain]
            wheres.append(f"n.rule IN ({_listed(rules)})")
        found.append(" AND ".join(f"({one})" for one in wheres))
    return " OR ".join(f"({one})" for one in found)


def parts_of(pack: Pack, grants: Sequence[Grant], sees: Sees) -> str:
    """Return SQL over `case_now AS n`: whether the viewer has a part in it by any of his grants."""
    lines = sorted({g.line for g in grants})
    found = [one for line in lines if (one := part_of(pack, grants, line, sees)) != "false"]
    return " OR ".join(f"({one})" for one in found) or "false"


def releases(pack: Pack, among: str) -> str:
    """Return SQL of (case_id, place): the last event of each case by which a line told the entity of it; '' without cases.

    `among` is SQL over an event `e` that says which entities matter, so that no other's events are read.

    An entity is told by a step of a line that the pack lets release, by a request that it is asked, and by a letter to it.
    """
    if "case_event" not in pack.tables or not pack.case_policy.is_on:
        return ""
    told = [f"move.{name}" for name, move in pack.case_policy.moves.items() if move.tells_entity]
    return (
        f"SELECT e.case_id, max(e.place) AS place FROM main.case_event AS e WHERE ({among}) AND ("
        f"e.what IN ({_listed(told)}) OR (e.what = 'request.asked' AND coalesce(json_extract_string(e.said, '$.supplied_to'), '') = '') "
        "OR (e.what = 'letter.sent' AND json_extract_string(e.said, '$.addressee') = e.entity)) GROUP BY e.case_id"
    )


def is_released(pack: Pack, among: str) -> str:
    """Return SQL over `case_now AS n`: whether a line released the case to the entity that it is about."""
    told = releases(pack, among)
    return f"n.case_id IN (SELECT r.case_id FROM ({told}) AS r)" if told else "false"


def released_findings(pack: Pack, among: str) -> str:
    """Return SQL of the findings that were in a case when a line released it; '' without cases.

    What joins a case later is released by the next step, request or letter.
    """
    told = releases(pack, among)
    if not told:
        return ""
    return (
        f"SELECT json_extract_string(e.said, '$.finding') FROM main.case_event AS e JOIN ({told}) AS r "
        f"ON r.case_id = e.case_id AND e.place < r.place WHERE e.what = 'finding.raised' AND ({among})"
    )


def keepers(pack: Pack) -> list[str]:
    """Return the lines that keep their steps to themselves."""
    return [name for name, sight in pack.case_policy.sights.items() if sight.keeps]


def knows_persons(pack: Pack, line: str) -> bool:
    """Return whether a line may know persons."""
    return line in pack.case_policy.sights and pack.case_policy.sights[line].knows_persons


def may_read_findings(pack: Pack, grant: Grant, rule: Rule) -> bool:
    """Return whether a grant opens findings of a rule, as far as what the rule reads of cases goes."""
    read = {*rule.reads, *rule.references}
    if read.isdisjoint(_INNER):
        return True
    return knows_persons(pack, grant.line) if _ABOUT_PERSONS in read else bool(grant.line) and not grant.gives(REPORT)


def casework_view(pack: Pack, table: str, rows: str, grants: Sequence[Grant], sees: Sees) -> str:
    """Return the SQL of what may be read freely of a table of casework, from the SQL of its rows."""
    if table == OUTCOMES:
        return rows if any(not g.gives(REPORT) for g in grants) else f"SELECT * FROM ({rows}) AS t WHERE false"
    if table == ANSWERS:
        own = sees('t."entity"', [g for g in grants if g.gives(REPORT)])
        return f"SELECT * FROM ({rows}) AS t WHERE {own}"
    lines = sorted({g.line for g in grants if g.line})
    if table in HEADS:
        where = _of_cases(parts_of(pack, grants, sees))
        struck = [f'CAST(NULL AS VARCHAR) AS "{name}"' for name in (_PERSONS if table == HEADS[0] else ())]
        kept = _listed([name for name in keepers(pack) if name not in lines])
        if table in _KEPT:
            by, what = _KEPT[table]
            struck.append(f'CASE WHEN coalesce("{by}" IN ({kept}), false) THEN NULL ELSE "{what}" END AS "{what}"')
        shown = f"* REPLACE ({', '.join(struck)})" if struck else "*"
        return f"SELECT {shown} FROM ({rows}) AS t WHERE {where}"
    own_words = [
        f"(t.by_line = {_text(line)} AND {_of_cases(part_of(pack, grants, line, sees))})"
        for line in lines
        if knows_persons(pack, line)
    ]
    return f"SELECT * FROM ({rows}) AS t WHERE {' OR '.join(own_words) or 'false'}"


def _of_cases(where: str) -> str:
    return "false" if where == "false" else f"t.case_id IN (SELECT n.case_id FROM main.case_now AS n WHERE {where})"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(_text(one) for one in words) or "NULL"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
