"""The findings that a viewer sees, as SQL: by rule and entity; for staff of an entity its own findings and
released ones.
"""

from collections.abc import Callable, Iterable, Sequence

from comptroller.access.case_access import parts_of, released_findings
from comptroller.access.grants import REPORT, Grant
from comptroller.model.policy import Pack

OF_REPORTER = "data"
"""The kind of rule with findings that the reporter must correct."""
Sees = Callable[[str, Sequence[Grant]], str]


def findings_condition(pack: Pack, by_grant: Iterable[tuple[Grant, frozenset[str]]], own: str, sees: Sees) -> str:
    """Return SQL over a finding `t`: whether grants, each with the rules that it opens, show it.

    `own` is the entity that the viewer works for, or ''; `sees` returns the SQL of the entities in scope of grants.
    """
    by_rules: dict[tuple[frozenset[str], bool], list[Grant]] = {}
    for grant, rules in by_grant:
        by_rules.setdefault((rules, grant.gives(REPORT)), []).append(grant)
    every = [grant for grants in by_rules.values() for grant in grants]
    parts = []
    for (rules, is_entity), grants in by_rules.items():
        part = f"t.rule IN ({_listed(rules)}) AND {sees('t.entity', grants)}"
        if is_entity:
            part = f"{part} AND ({_released_condition(pack, sees('e.entity', grants))})"
        elif own:
            released = _released_condition(pack, f"e.entity = {_text(own)}")
            in_part = _in_own_cases(pack, every, sees)
            part = f"{part} AND (t.entity IS DISTINCT FROM {_text(own)} OR {released} OR {in_part})"
        parts.append(f"({part})")
    return " OR ".join(parts) or "false"


def _released_condition(pack: Pack, among: str) -> str:
    """Return SQL over a finding `t`: whether its entity may see it.

    It may see at once the findings that the reporter must correct, and all others when a line releases them.
    """
    own = _listed(name for name, rule in pack.rules.items() if rule.kind == OF_REPORTER)
    released = released_findings(pack, among)
    return f"t.rule IN ({own})" + (f" OR t.finding IN ({released})" if released else "")


def _in_own_cases(pack: Pack, grants: Sequence[Grant], sees: Sees) -> str:
    """Return SQL over a finding `t`: whether it is in a case that a grant takes part in."""
    parts = "false" if "case_now" not in pack.tables else parts_of(pack, grants, sees)
    if parts == "false":
        return "false"
    cases = f"SELECT n.case_id FROM main.case_now AS n WHERE {parts}"
    return f"t.finding IN (SELECT f.finding FROM main.case_finding AS f WHERE f.case_id IN ({cases}))"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_text(name) for name in sorted(names)) or "NULL"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
