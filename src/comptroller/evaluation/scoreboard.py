"""Counts of subjects for each rule: judged, found, clear, not applicable, and not judged with the reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from comptroller.evaluation.findings import Findings
from comptroller.model.policy import Pack, Rule
from comptroller.store.duck import DuckDb


@dataclass(frozen=True, slots=True)
class Score:
    """One rule's count of subjects; `judged` is found and clear together, and `why` counts the missing inputs.

    `excluded` counts by reason what a rule itself left out, from other tables; `not_applicable` includes these.
    `asleep` is the database's message if the rule failed and was suspended, or ''.
    """

    rule: str
    judged: int
    found: int
    clear: int
    not_applicable: int
    not_judged: int
    why: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)
    asleep: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the count as plain values."""
        return {
            "judged": self.judged,
            "found": self.found,
            "clear": self.clear,
            "not_applicable": self.not_applicable,
            "not_judged": self.not_judged,
            "why": self.why,
            "excluded": self.excluded,
            "asleep": self.asleep,
        }


def scoreboard(duck: DuckDb, pack: Pack, findings: Findings, rules: list[str] | None = None) -> list[Score]:
    """Return the counts of the named rules, or of all."""
    asleep = {
        (rule, text): message
        for rule, text, message in duck.rows("SELECT rule, fingerprint, message FROM suspended_rule")
    }
    chosen = [pack.rules[name] for name in rules or sorted(pack.rules)]
    return [
        replace(_score(duck, pack, findings, rule), asleep=asleep.get((rule.name, rule.fingerprint), ""))
        for rule in chosen
    ]


def answers_sql(pack: Pack, rule: Rule) -> str:
    """Return SQL for each subject of a rule: `applies`, `complete`, and `why` it cannot be judged.

    A subject with several rows is judged as soon as one of them applies and is complete.
    """
    kind = pack.tables[rule.judges]
    applies = [f"({w})" for w in rule.when]
    when = kind.valid.get("on") or kind.valid.get("at")
    if when:
        applies.append(f'("{when}" IS NULL OR CAST("{when}" AS DATE) >= DATE \'{rule.valid_from}\')')
        if rule.valid_until:
            applies.append(f'("{when}" IS NULL OR CAST("{when}" AS DATE) < DATE \'{rule.valid_until}\')')
    needs = dict(rule.needs)
    needs |= {column: f'"{column}"' for column in rule.docket if f'"{column}"' not in needs.values()}
    missing = " ".join(f"WHEN ({sql}) IS NULL THEN '{name}'" for name, sql in needs.items())
    subject = ", ".join(f'"{c}"' for c in rule.subject)
    row = (
        f"SELECT {subject}, coalesce({' AND '.join(applies) or 'true'}, false) AS applies, "
        f"CASE {missing} END AS lacks FROM {rule.judges}"
    )
    if set(kind.key) <= set(rule.subject) and not kind.parent:
        # A natural key has one current fact, so no grouping is needed: this takes a third of the time.
        return (
            f"SELECT {subject}, applies, applies AND lacks IS NULL AS complete, "
            f"CASE WHEN applies THEN lacks END AS why FROM ({row})"
        )
    return (
        f"SELECT {subject}, bool_or(applies) AS applies, bool_or(applies AND lacks IS NULL) AS complete, "
        f"min(lacks) FILTER (WHERE applies) AS why FROM ({row}) GROUP BY {subject}"
    )


def counts_sql(pack: Pack, rule: Rule) -> str:
    """Return SQL that counts a rule's subjects by what their rows show: applies, complete, the missing input,
    the number.
    """
    return (
        "SELECT applies, complete, CASE WHEN applies AND NOT complete THEN why END AS why, count(*) AS many "
        f"FROM ({answers_sql(pack, rule)}) GROUP BY ALL"
    )


def _score(duck: DuckDb, pack: Pack, findings: Findings, rule: Rule) -> Score:
    standing = [(v.answer, v.missing, v.excluded, 1) for v in findings.standing(rule.name)]
    return tally(rule.name, duck.rows(counts_sql(pack, rule)), standing)


def tally(
    rule: str,
    counted: Iterable[tuple[bool, bool, str | None, int]],
    standing: Iterable[tuple[str, str | None, str | None, int]],
) -> Score:
    """Return the score from the counts of subjects and from the current verdicts.

    Each verdict is its answer, the missing input, the reason for leaving it out, and the number of subjects.

    >>> tally("r", [(True, True, None, 5), (True, False, "day", 2)], [("found", "", "", 1)]).clear
    4
    """
    answers: Counter[str] = Counter()
    why: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    for answer, missing, left_out, many in standing:
        answers[answer] += many
        if answer == "not_judged":
            why[missing or ""] += many
        elif answer == "not_applicable":
            excluded[left_out or ""] += many
    complete = lacking = other = 0
    for applies, is_complete, reason, many in counted:
        if not applies:
            other += many
        elif is_complete:
            complete += many
        else:
            lacking += many
            why[reason or ""] += many
    judged = complete - answers["not_judged"] - answers["not_applicable"]
    return Score(
        rule=rule,
        judged=judged,
        found=answers["found"],
        clear=judged - answers["found"],
        not_applicable=other + answers["not_applicable"],
        not_judged=lacking + answers["not_judged"],
        why=dict(sorted(why.items())),
        excluded=dict(sorted(excluded.items())),
    )
