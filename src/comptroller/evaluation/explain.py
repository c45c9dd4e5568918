"""The explanation of a finding: clause and source, the rule's text, parameters with their dates, the rows read, and
what would be lawful.

It cites the policy that the finding was judged under, as it was in force on the finding's day.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from comptroller.evaluation.history import Version, versions
from comptroller.model.finding import plain
from comptroller.model.kind import FACT_LINES
from comptroller.model.policy import Pack, Rule
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that a person needs to defend a finding, or to contest it."""

    finding: Version
    history: list[Version]
    rule: Rule | None
    is_same_text: bool
    sources: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    lawful: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain values."""
        rule = self.rule
        return {
            "finding": self.finding.as_json(),
            "history": [{"version": v.version, "state": v.state, "known": v.known} for v in self.history],
            "rule": None
            if rule is None
            else {
                "name": rule.name,
                "catalogue": rule.catalogue,
                "title": dict(rule.title),
                "why": dict(rule.why),
                "kind": rule.kind,
                "severity": rule.severity,
                "may_be_breach": rule.may_be_breach,
                "route": rule.route,
                "sql": rule.whole_text,
                "same_text_as_judged": self.is_same_text,
                "leaves_out": [dict(t) for t in rule.leaves_out],
            },
            "sources": self.sources,
            "parameters": self.parameters,
            "rows": self.rows,
            "lawful": self.lawful,
        }


def explain(
    duck: DuckDb, pack: Pack, finding: str, *, policy_of: Callable[[str, int], Pack] | None = None
) -> Explanation | None:
    """Return the explanation of a finding by its name, or by a unique beginning of the name; None if there is no such
    finding.

    `pack` is today's policy. `policy_of` returns the policy with a digest, as known with an entry. It is called for the
    policy that last found the finding. Leave it out if there was never another policy.
    """
    names = duck.rows("SELECT DISTINCT finding FROM finding WHERE starts_with(finding, ?) LIMIT 2", [finding])
    if len(names) != 1:
        return None
    history = versions(duck, names[0][0])
    last = history[-1]
    judged = next((version for version in reversed(history) if version.state != "cleared"), last)
    then = policy_of(judged.pack, judged.known) if policy_of else pack
    rule, now = then.rules.get(last.rule), pack.rules.get(last.rule)
    return Explanation(
        finding=last,
        history=history,
        rule=rule,
        is_same_text=now is not None and now.fingerprint == judged.fingerprint,
        sources=_sources(then, rule, last) if rule else [],
        parameters=_parameters(then, rule, last) if rule else [],
        rows=_rows(duck, then, rule, last) if rule else [],
        lawful=_lawful(rule, last) if rule else {},
    )


def _holds(finding: Version, begins: dt.date | None, ends: dt.date | None) -> bool:
    """Return whether a period contains the finding's day: its subject's day, or else the clock's day of judging."""
    day = finding.since or finding.today
    return day is None or ((begins is None or begins <= day) and (ends is None or day < ends))


def _sources(pack: Pack, rule: Rule, finding: Version) -> list[dict[str, Any]]:
    """Return the sources cited by a rule that were in force on the finding's day; all of them if none was."""
    cited = [(cite, pack.sources[cite.source]) for cite in rule.cites]
    in_force = [(cite, source) for cite, source in cited if _holds(finding, source.valid_from, source.valid_until)]
    sources = []
    for cite, source in in_force or cited:
        period = [source.valid_from, source.valid_until]
        sources.append(
            {
                "source": source.name,
                "title": dict(source.title),
                "number": source.number,
                "article": cite.article,
                "in_force": [plain(day) for day in period],
            }
        )
    return sources


def _parameters(pack: Pack, rule: Rule, finding: Version) -> list[dict[str, Any]]:
    """Return the values of a rule's parameters that were in force on the finding's day."""
    parameters = []
    for name in rule.params:
        param = pack.params[name]
        for value in param.values:
            if not _holds(finding, value.valid_from, value.valid_until):
                continue
            parameters.append(
                {
                    "parameter": param.name,
                    "title": dict(param.title),
                    "value": value.value,
                    "unit": param.unit,
                    "from": value.valid_from.isoformat(),
                    "until": plain(value.valid_until),
                    "verified": value.verified,
                    "by": dict(value.by),
                    "cites": [f"{c.source} {c.article}".strip() for c in value.cites],
                }
            )
    return parameters


def _rows(duck: DuckDb, pack: Pack, rule: Rule, finding: Version) -> list[dict[str, Any]]:
    """Return the rows that are the finding's evidence, as they were reported, each with its entry and its place
    in it.
    """
    if not finding.entries:
        return []
    listed = ", ".join(str(int(fact)) for fact in finding.entries)
    evidence_rows: list[dict[str, Any]] = []
    near = [*rule.reads, *(t for t in rule.references if t in pack.tables)]
    for table in dict.fromkeys([*near, *pack.kinds]):
        if table not in near and len({(row["entry"], row["place"]) for row in evidence_rows}) == len(finding.entries):
            break
        columns = list(pack.tables[table].columns)
        names = ", ".join(f'"{c}"' for c in columns)
        for row in duck.rows(f"SELECT {names} FROM all_{table} WHERE fact IN ({listed}) ORDER BY fact"):
            cells = {name: plain(value) for name, value in zip(columns, row, strict=True) if value is not None}
            fact = cells.pop("fact")
            evidence_rows.append(
                {"table": table, "entry": fact // FACT_LINES, "place": fact % FACT_LINES, "row": cells}
            )
    return evidence_rows


def _lawful(rule: Rule, finding: Version) -> dict[str, str]:
    """Return the rule's text about what would be lawful, filled in with the evidence."""
    evidence = {**finding.evidence}
    return {"zh": _fill(rule.lawful.zh, evidence), "en": _fill(rule.lawful.en, evidence)}


def _fill(text: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", "-" if value is None else str(value))
    return text
