"""The current findings by rule and docket, and the table of all their versions.

- A finding is raised once, changes when its evidence changes, and is cleared when its rule no longer returns it.
- A version is never rewritten.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

from comptroller.evaluation.due import DueDays
from comptroller.model.finding import AS_IT_IS, FindingChange, Verdict, plain
from comptroller.model.policy import Rule
from comptroller.store.duck import DuckDb

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
"""The latest version of each finding. It is stored as a table: selecting it from all versions took a second at
240,000.
"""
STANDS = ("raised", "changed", "not_judged", "not_applicable")


class Findings:
    """The current verdicts, in memory and in the table `finding`. Nothing else writes that table."""

    def __init__(self, duck: DuckDb) -> None:
        """Create the table if it is missing, and load the current verdicts."""
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
        """Return all current verdicts of a rule, in the order of subjects."""
        verdicts = [v for by_subject in self._standing.get(rule, {}).values() for v in by_subject.values()]
        return sorted(verdicts, key=lambda v: str(v.subject))

    def found(self) -> list[Verdict]:
        """Return every current finding, in the order of rules and subjects."""
        return [verdict for rule in self.rules() for verdict in self.standing(rule) if verdict.answer == "found"]

    def compare(
        self,
        rule: str,
        new: Iterable[Verdict],
        dockets: frozenset[int] | None,
        spans: DueDays | None,
    ) -> list[FindingChange]:
        """Return the changes between the `new` verdicts and the current ones of those dockets (all dockets, if None).

        With `spans`, only verdicts with a `since` inside a span of their docket are compared.
        """
        current = self._standing[rule]
        fresh: dict[int, dict[tuple[Any, ...], Verdict]] = defaultdict(dict)
        for verdict in new:
            fresh[verdict.docket][verdict.subject] = verdict
        due = set(current) if dockets is None else _both(current, dockets)
        turns: list[FindingChange] = []
        for docket in due | fresh.keys():
            before, after = current.get(docket, {}), fresh.get(docket, {})
            turns += _differ(before, after, spans.of(docket) if spans is not None else None)
        turns.sort(key=lambda t: (t.state, str(t.verdict.subject)))
        self._take(rule, turns)
        return turns

    def drop_rule(self, rule: str) -> list[FindingChange]:
        """Clear all verdicts of a rule that is no longer in force, and return the changes."""
        return self.compare(rule, [], None, None)

    def rules(self) -> list[str]:
        """Return the names of the rules that have current verdicts."""
        return sorted(rule for rule, dockets in self._standing.items() if any(dockets.values()))

    def _take(self, rule: str, turns: list[FindingChange]) -> None:
        current = self._standing[rule]
        for turn in turns:
            verdict = turn.verdict
            if turn.state == "cleared":
                current[verdict.docket].pop(verdict.subject)
                if not current[verdict.docket]:
                    del current[verdict.docket]
            else:
                current[verdict.docket][verdict.subject] = verdict

    def write(self, turns: list[tuple[Rule | None, FindingChange]], pack: str, today: date | None, known: int) -> None:
        """Append versions to the table, as known with entry `known`, the clock at `today`."""
        if not turns:
            return
        verdicts = [turn.verdict for _, turn in turns]
        names, versions = [verdict.finding for verdict in verdicts], []
        for name in names:
            versions.append(self._versions.get(name, 0) + 1)
            self._versions[name] = versions[-1]
        rows: dict[str, list[Any]] = {
            "finding": names,
            "version": versions,
            "state": [turn.state for _, turn in turns],
            "rule": [verdict.rule for verdict in verdicts],
            "entity": [verdict.entity for verdict in verdicts],
            "subject": [subject_json(verdict.subject) for verdict in verdicts],
            "since": [verdict.since for verdict in verdicts],
            "missing": [verdict.missing or None for verdict in verdicts],
            "excluded": [verdict.excluded or None for verdict in verdicts],
            "evidence": [verdict.evidence for verdict in verdicts],
            "entries": [verdict.entries for verdict in verdicts],
            "docket": [verdict.docket for verdict in verdicts],
            "fingerprint": [rule.fingerprint if rule else "" for rule, _ in turns],
            "pack": [pack] * len(verdicts),
            "today": [today] * len(verdicts),
            "known": [known] * len(verdicts),
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
    return _spaced([plain(value) for value in subject])


_spaced = json.JSONEncoder(ensure_ascii=False).encode


def verdicts_of(
    rule: Rule, names: Sequence[str], rows: Iterable[Sequence[Any]], dockets: Iterable[int]
) -> list[Verdict]:
    """Return the verdicts in the rows of a rule's SELECT, each with its docket."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=False))
    if not columns:
        return []
    nothing = [""] * len(columns["entity"])
    evidence_names = sorted(name for name in columns if name not in _ASIDE)
    evidence_rows = zip(*(_plains(columns[name], _ENCODED_AS_IS) for name in evidence_names), strict=True)
    excluded = columns.get("excluded", nothing)
    cells = (
        zip(*(_plains(columns[name], AS_IT_IS) for name in rule.subject), strict=True),
        dockets,
        columns["entity"],
        columns["since"],
        columns.get("missing", nothing),
        [_json.encode(dict(zip(evidence_names, row, strict=True))).decode() for row in evidence_rows],
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
    """Return the cells of a column as JSON values; most columns need no conversion."""
    return column if as_it_is.issuperset(map(type, column)) else [plain(cell) for cell in column]


def _facts(entries: Sequence[int | None] | None) -> tuple[int, ...]:
    return tuple(sorted({fact for fact in entries or () if fact is not None}))


_ASIDE = frozenset(("entries", "missing", "excluded"))
_ENCODED_AS_IS: frozenset[type] = AS_IT_IS | {date}
"""For these types the JSON encoder returns the same as `plain`."""
_json = msgspec.json.Encoder()


def _both(known: Mapping[int, Any], dockets: frozenset[int]) -> set[int]:
    """Return the dockets in both, by iterating over the smaller."""
    return (
        {docket for docket in known if docket in dockets}
        if len(known) < len(dockets)
        else {docket for docket in dockets if docket in known}
    )


def _differ(
    before: dict[tuple[Any, ...], Verdict], after: dict[tuple[Any, ...], Verdict], spans: list[tuple[date, date]] | None
) -> list[FindingChange]:
    turns = []
    for subject, verdict in after.items():
        previous = before.get(subject)
        if spans is not None and not _within(verdict, spans):
            continue
        if previous is None or _shows(previous) != _shows(verdict):
            is_new = previous is None or previous.answer != "found"
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
