"""The findings that stand, by rule and docket, and the table of all their versions.

- A finding is raised once, changes when its evidence does, and is cleared when its rule no longer gives it.
- What a version froze is never written again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

from comptroller.model.finding import AS_IT_IS, FindingChange, Verdict, plain
from comptroller.model.policy import Rule
from comptroller.store.duck import DuckDb
from comptroller.watch.due import DueDays

COLUMNS = {
    "finding": "VARCHAR",
    "version": "INTEGER",
    "state": "VARCHAR",
    "rule": "VARCHAR",
    "entity": "VARCHAR",
    "subject": "VARCHAR",
    "since": "DATE",
    "missing": "VARCHAR",
    "excluded": "VARCHAR",
    "evidence": "VARCHAR",
    "entries": "BIGINT[]",
    "docket": "UBIGINT",
    "fingerprint": "VARCHAR",
    "pack": "VARCHAR",
    "today": "DATE",
    "known": "BIGINT",
}
"""The columns of the table `finding`, and their types."""
_LAST = "SELECT * FROM finding QUALIFY row_number() OVER (PARTITION BY finding ORDER BY version DESC) = 1"
"""The latest version of each finding. It is kept as a table: to look for it among all versions took a second at 240,000."""
STANDS = ("raised", "changed", "not_judged", "not_applicable")


class Findings:
    """What stands, in memory and in the table `finding`; the one writer of that table."""

    def __init__(self, duck: DuckDb) -> None:
        """Make the table if it is missing, and take up what stands."""
        self._duck = duck
        columns = ", ".join(f"{name} {form}" for name, form in COLUMNS.items())
        duck.execute(f"CREATE TABLE IF NOT EXISTS finding ({columns})")
        if not duck.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'finding_last'"):
            duck.execute(f"CREATE TABLE finding_last AS {_LAST}")
        duck.execute("CREATE OR REPLACE VIEW finding_now AS SELECT * FROM finding_last")
        self._versions: dict[str, int] = {}
        self._standing: dict[str, dict[int, dict[tuple[Any, ...], Verdict]]] = defaultdict(lambda: defaultdict(dict))
        self._load()

    def _load(self) -> None:
        import json  # noqa: PLC0415 - only when taking up

        sql = "SELECT finding, version, state, rule, entity, subject, since, missing, excluded, evidence, entries, docket FROM finding_now"
        for (
            finding,
            version,
            state,
            rule,
            entity,
            subject,
            since,
            missing,
            excluded,
            evidence,
            entries,
            docket,
        ) in self._duck.rows(sql):
            self._versions[finding] = version
            if state in STANDS:
                key = tuple(json.loads(subject))
                verdict = Verdict(
                    rule, key, docket, entity, since, missing or "", evidence, tuple(entries), excluded or ""
                )
                self._standing[rule][docket][key] = verdict

    def standing(self, rule: str) -> list[Verdict]:
        """Return all that stands for a rule, in the order of subjects."""
        found = [v for held in self._standing.get(rule, {}).values() for v in held.values()]
        return sorted(found, key=lambda v: str(v.subject))

    def found(self) -> list[Verdict]:
        """Return every finding that stands, in the order of rules and subjects."""
        return [one for rule in self.rules() for one in self.standing(rule) if one.answer == "found"]

    def compare(
        self,
        rule: str,
        new: Iterable[Verdict],
        dockets: frozenset[int] | None,
        spans: DueDays | None,
    ) -> list[FindingChange]:
        """Return what turned: `new` against what stands in those dockets (all, where None).

        With `spans`, only verdicts whose `since` lies in a span of their docket are compared.
        """
        held = self._standing[rule]
        fresh: dict[int, dict[tuple[Any, ...], Verdict]] = defaultdict(dict)
        for verdict in new:
            fresh[verdict.docket][verdict.subject] = verdict
        due = set(held) if dockets is None else _both(held, dockets)
        turns: list[FindingChange] = []
        for docket in due | fresh.keys():
            before, after = held.get(docket, {}), fresh.get(docket, {})
            turns += _differ(before, after, spans.of(docket) if spans is not None else None)
        turns.sort(key=lambda t: (t.state, str(t.verdict.subject)))
        self._take(rule, turns)
        return turns

    def drop_rule(self, rule: str) -> list[FindingChange]:
        """Clear all that stands for a rule that is no longer in force."""
        return self.compare(rule, [], None, None)

    def rules(self) -> list[str]:
        """Return the rules of which something stands."""
        return sorted(rule for rule, held in self._standing.items() if any(held.values()))

    def _take(self, rule: str, turns: list[FindingChange]) -> None:
        held = self._standing[rule]
        for turn in turns:
            verdict = turn.verdict
            if turn.state == "cleared":
                held[verdict.docket].pop(verdict.subject)
                if not held[verdict.docket]:
                    del held[verdict.docket]
            else:
                held[verdict.docket][verdict.subject] = verdict

    def write(self, turns: list[tuple[Rule | None, FindingChange]], pack: str, today: date | None, known: int) -> None:
        """Append versions to the table, as known with entry `known`, the clock at `today`."""
        if not turns:
            return
        told = [turn.verdict for _, turn in turns]
        names, versions = [one.finding for one in told], []
        for name in names:
            versions.append(self._versions.get(name, 0) + 1)
            self._versions[name] = versions[-1]
        rows: dict[str, list[Any]] = {
            "finding": names,
            "version": versions,
            "state": [turn.state for _, turn in turns],
            "rule": [one.rule for one in told],
            "entity": [one.entity for one in told],
            "subject": [subject_json(one.subject) for one in told],
            "since": [one.since for one in told],
            "missing": [one.missing or None for one in told],
            "excluded": [one.excluded or None for one in told],
            "evidence": [one.evidence for one in told],
            "entries": [one.entries for one in told],
            "docket": [one.docket for one in told],
            "fingerprint": [rule.fingerprint if rule else "" for rule, _ in turns],
            "pack": [pack] * len(told),
            "today": [today] * len(told),
            "known": [known] * len(told),
        }
        forms = {"entries": pa.list_(pa.int64()), "docket": pa.uint64(), "since": pa.date32(), "today": pa.date32()}
        forms |= {"version": pa.int32(), "known": pa.int64()}
        table = pa.table({name: pa.array(cells, forms.get(name, pa.string())) for name, cells in rows.items()})
        self._duck.register("new_findings", table)
        self._duck.execute(f"INSERT INTO finding SELECT {', '.join(COLUMNS)} FROM new_findings")
        if max(rows["version"]) > 1:
            self._duck.execute(
                "DELETE FROM finding_last WHERE finding IN (SELECT finding FROM new_findings WHERE version > 1)"
            )
        twice = len(set(rows["finding"])) < len(rows["finding"])
        last = "QUALIFY version = max(version) OVER (PARTITION BY finding)" if twice else ""
        self._duck.execute(f"INSERT INTO finding_last SELECT {', '.join(COLUMNS)} FROM new_findings {last}")
        self._duck.unregister("new_findings")


def subject_json(subject: tuple[Any, ...]) -> str:
    """Return a subject as JSON text."""
    return _spaced([plain(one) for one in subject])


_spaced = json.JSONEncoder(ensure_ascii=False).encode


def verdicts_of(
    rule: Rule, names: Sequence[str], rows: Iterable[Sequence[Any]], dockets: Iterable[int]
) -> list[Verdict]:
    """Return the verdicts that the rows of a rule's SELECT say, each of its docket."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=False))
    if not columns:
        return []
    nothing = [""] * len(columns["entity"])
    shown = sorted(name for name in columns if name not in _ASIDE)
    said = zip(*(_plains(columns[name], _SHOWN_AS_IT_IS) for name in shown), strict=True)
    excluded = columns.get("excluded", nothing)
    cells = (
        zip(*(_plains(columns[name], AS_IT_IS) for name in rule.subject), strict=True),
        dockets,
        columns["entity"],
        columns["since"],
        columns.get("missing", nothing),
        [_json.encode(dict(zip(shown, one, strict=True))).decode() for one in said],
        columns["entries"],
        excluded,
    )
    return [
        Verdict(
            rule.name,
            subject,
            docket,
            entity or "",
            since,
            "" if aside else missing or "",
            evidence,
            _facts(entries),
            aside or "",
        )
        for subject, docket, entity, since, missing, evidence, entries, aside in zip(*cells, strict=True)
    ]


def _plains(column: Sequence[Any], as_it_is: frozenset[type]) -> Sequence[Any]:
    """Return the cells of a column as JSON holds them; most columns hold nothing that would look otherwise."""
    return column if as_it_is.issuperset(map(type, column)) else [plain(one) for one in column]


def _facts(entries: Sequence[int | None] | None) -> tuple[int, ...]:
    return tuple(sorted({one for one in entries or () if one is not None}))


_ASIDE = frozenset(("entries", "missing", "excluded"))
_SHOWN_AS_IT_IS: frozenset[type] = AS_IT_IS | {date}
"""Of these the encoder of evidence makes what `plain` would make."""
_json = msgspec.json.Encoder()


def _both(held: Mapping[int, Any], dockets: frozenset[int]) -> set[int]:
    """Return the dockets that are in both; goes through the smaller."""
    return (
        {one for one in held if one in dockets} if len(held) < len(dockets) else {one for one in dockets if one in held}
    )


def _differ(
    before: dict[tuple[Any, ...], Verdict], after: dict[tuple[Any, ...], Verdict], spans: list[tuple[date, date]] | None
) -> list[FindingChange]:
    turns = []
    for subject, verdict in after.items():
        held = before.get(subject)
        if spans is not None and not _within(verdict, spans):
            continue
        if held is None or _shows(held) != _shows(verdict):
            is_new = held is None or held.answer != "found"
            turns.append(
                FindingChange(
                    ("raised" if is_new else "changed") if verdict.answer == "found" else verdict.answer, verdict
                )
            )
    for subject, verdict in before.items():
        if subject not in after and (spans is None or _within(verdict, spans)):
            turns.append(FindingChange("cleared", verdict))
    return turns


def _shows(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.evidence, verdict.entries, verdict.missing, verdict.excluded


def _within(verdict: Verdict, spans: list[tuple[date, date]]) -> bool:
    return verdict.since is None or any(start <= verdict.since <= end for start, end in spans)
