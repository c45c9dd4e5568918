"""A rule's honest count within reach: judged, found, clear, not applicable, and not judged with the reason."""

from comptroller.desk.visit import Visit
from comptroller.model.policy import Rule
from comptroller.watch.scoreboard import Score, counts_sql, tally

_STANDS = "('raised', 'changed', 'not_judged', 'not_applicable')"


def score_of(visit: Visit, rule: Rule) -> Score:
    """Give the score of a rule over what the viewer may see; made once for each position of the books."""
    found: Score = visit.cached(("score", rule.name), lambda: _score(visit, rule))
    return found


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
    """Give for each rule how many findings are open, and how many subjects lack data, as far as the rule itself says so."""

    def make() -> dict[str, tuple[int, int]]:
        rows = visit.rows(
            "SELECT rule, count(*) FILTER (WHERE state IN ('raised', 'changed')) AS open, "
            "count(*) FILTER (WHERE state = 'not_judged') AS lacking FROM finding_now GROUP BY rule"
        )
        return {row["rule"]: (row["open"], row["lacking"]) for row in rows}

    found: dict[str, tuple[int, int]] = visit.cached("open_by_rule", make)
    return found
