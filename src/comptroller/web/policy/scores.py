"""A rule's full count within scope: judged, found, clear, not applicable, and not judged with the reason."""

from dataclasses import dataclass

from comptroller.cases.queries import counts_in
from comptroller.evaluation.findings import subject_json
from comptroller.evaluation.scoreboard import Score, counts_sql, tally
from comptroller.model.policy import Rule
from comptroller.web.shell.visit import Visit

_OUTCOMES = "rule_outcome"
_STANDS = "('raised', 'changed', 'not_judged', 'not_applicable')"


def score_of(visit: Visit, rule: Rule) -> Score:
    """Return the score of a rule over what the viewer may see; computed once for each position of the books."""
    score: Score = visit.cached(("score", rule.name), lambda: _score(visit, rule))
    return score


def _score(visit: Visit, rule: Rule) -> Score:
    counted = visit.rows(counts_sql(visit.pack, rule))
    standing = visit.rows(
        "SELECT CASE WHEN state IN ('raised', 'changed') THEN 'found' ELSE state END AS answer, missing, excluded, "
        f"count(*) AS many FROM finding_now WHERE rule = ? AND state IN {_STANDS} GROUP BY ALL",
        [rule.name],
    )
    return tally(
        rule.name,
        [(r["applies"], r["complete"], r["why"], r["many"]) for r in counted],
        [(r["answer"], r["missing"], r["excluded"], r["many"]) for r in standing],
    )


def open_by_rule(visit: Visit) -> dict[str, tuple[int, int]]:
    """Return for each rule how many findings are open, and how many subjects lack data according to the rule itself."""

    def make() -> dict[str, tuple[int, int]]:
        rows = visit.rows(
            "SELECT rule, count(*) FILTER (WHERE state IN ('raised', 'changed')) AS open, "
            "count(*) FILTER (WHERE state = 'not_judged') AS lacking FROM finding_now GROUP BY rule"
        )
        return {row["rule"]: (row["open"], row["lacking"]) for row in rows}

    counts: dict[str, tuple[int, int]] = visit.cached("open_by_rule", make)
    return counts


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The results of a rule's findings in cases; the precision counts the decided ones, and is None without any.

    `proposals` are the findings that propose to demote the rule, each with the rule that proposes it.
    """

    raised: int
    open: int
    confirmed: int
    dismissed: int
    withdrawn: int
    lapsed: int
    contested: int
    proposals: tuple[tuple[str, str], ...] = ()

    @property
    def precision_pct(self) -> float | None:
        """Return the percentage of decided findings that were confirmed."""
        decided = self.confirmed + self.dismissed
        return 100 * self.confirmed / decided if decided else None


def outcome_of(visit: Visit, rule: Rule) -> RuleOutcome | None:
    """Return the outcomes of a rule, which all viewers see; None where no finding of it was in a case."""
    if _OUTCOMES not in visit.pack.tables:
        return None
    rows = visit.rows(f"SELECT {', '.join(counts_in(visit.pack))} FROM {_OUTCOMES} WHERE rule = ?", [rule.name])
    if not rows:
        return None
    over = [name for name, judge in visit.pack.rules.items() if judge.judges == _OUTCOMES]
    marks = ", ".join("?" * len(over)) or "NULL"
    sql = (
        "SELECT finding, rule FROM main.finding_now WHERE state IN ('raised', 'changed') "
        f"AND subject = ? AND rule IN ({marks}) ORDER BY rule"
    )
    return RuleOutcome(**rows[0], proposals=tuple(visit.duck.rows(sql, [subject_json((rule.name,)), *over])))
