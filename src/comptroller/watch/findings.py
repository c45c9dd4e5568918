"""The findings that stand, by rule and docket, and the table of all their versions.

- A finding is raised once, changes when its evidence does, and is cleared when its rule no longer gives it.
- What a version froze is never written again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from comptroller.model.finding import Turn, Verdict, plain
from comptroller.model.policy import Rule
from comptroller.store.duck import Duck

_COLUMNS = {
    "finding": "VARCHAR",
    "version": "INTEGER",
    "state": "VARCHAR",
    "rule": "VARCHAR",
    "entity": "VARCHAR",
    "subject": "VARCHAR",
    "since": "DATE",
    "missing": "VARCHAR",
    "evidence": "VARCHAR",
    "entries": "BIGINT[]",
    "docket": "UBIGINT",
    "fingerprint": "VARCHAR",
    "pack": "VARCHAR",
    "today": "DATE",
    "known": "BIGINT",
}
STANDS = ("raised", "changed", "not_judged")


class Findings:
    """What stands, in memory and in the table `finding`; the one writer of that table."""

    def __init__(self, duck: Duck) -> None:
        """Make the table if it is missing, and take up what stands."""
        self._duck = duck
        columns = ", ".join(f"{name} {form}" for name, form in _COLUMNS.items())
        duck.execute(f"CREATE TABLE IF NOT EXISTS finding ({columns})")
        duck.execute(
            "CREATE OR REPLACE VIEW finding_now AS SELECT * FROM finding "
            "QUALIFY row_number() OVER (PARTITION BY finding ORDER BY version DESC) = 1"
        )
        self._versions: dict[str, int] = {}
        self._standing: dict[str, dict[int, dict[tuple[Any, ...], Verdict]]] = defaultdict(lambda: defaultdict(dict))
        self._load()

    def _load(self) -> None:
        import json  # noqa: PLC0415 - only when taking up

        sql = "SELECT finding, version, state, rule, entity, subject, since, missing, evidence, entries, docket FROM finding_now"
        for (
            finding,
            version,
            state,
            rule,
            entity,
            subject,
            since,
            missing,
            evidence,
            entries,
            docket,
        ) in self._duck.rows(sql):
            self._versions[finding] = version
            if state in STANDS:
                key = tuple(json.loads(subject))
                verdict = Verdict(rule, key, docket, entity, since, missing or "", evidence, tuple(entries))
                self._standing[rule][docket][key] = verdict

    def standing(self, rule: str) -> list[Verdict]:
        """Give all that stands for a rule, in the order of subjects."""
        found = [v for held in self._standing.get(rule, {}).values() for v in held.values()]
        return sorted(found, key=lambda v: str(v.subject))

    def compare(
        self,
        rule: str,
        new: Iterable[Verdict],
        dockets: Iterable[int] | None,
        spans: dict[int, list[tuple[date, date]]] | None,
    ) -> list[Turn]:
        """Give what turned: `new` against what stands in those dockets (all, where None).

        With `spans`, only verdicts whose `since` lies in a span of their docket are compared.
        """
        held = self._standing[rule]
        fresh: dict[int, dict[tuple[Any, ...], Verdict]] = defaultdict(dict)
        for verdict in new:
            fresh[verdict.docket][verdict.subject] = verdict
        due = set(held) | set(fresh) if dockets is None else set(dockets)
        turns: list[Turn] = []
        for docket in due:
            before, after = held.get(docket), fresh.get(docket)
            if before is None and after is None:
                continue
            turns += _differ(before or {}, after or {}, spans.get(docket, []) if spans is not None else None)
        turns.sort(key=lambda t: (t.state, str(t.verdict.subject)))
        self._take(rule, turns)
        return turns

    def drop_rule(self, rule: str) -> list[Turn]:
        """Clear all that stands for a rule that is no longer in force."""
        return self.compare(rule, [], None, None)

    def rules(self) -> list[str]:
        """Give the rules of which something stands."""
        return sorted(rule for rule, held in self._standing.items() if any(held.values()))

    def _take(self, rule: str, turns: list[Turn]) -> None:
        held = self._standing[rule]
        for turn in turns:
            verdict = turn.verdict
            if turn.state == "cleared":
                held[verdict.docket].pop(verdict.subject)
                if not held[verdict.docket]:
                    del held[verdict.docket]
            else:
                held[verdict.docket][verdict.subject] = verdict

    def write(self, turns: list[tuple[Rule | None, Turn]], pack: str, today: date | None, known: int) -> None:
        """Append versions to the table, as known with entry `known`, the clock at `today`."""
        if not turns:
            return
        rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
        for rule, turn in turns:
            verdict = turn.verdict
            finding = verdict.finding
            version = self._versions[finding] = self._versions.get(finding, 0) + 1
            cells: tuple[Any, ...] = (
                finding,
                version,
                turn.state,
                verdict.rule,
                verdict.entity,
                subject_json(verdict.subject),
            )
            cells += (verdict.since, verdict.missing or None, verdict.evidence, list(verdict.entries), verdict.docket)
            cells += (rule.fingerprint if rule else "", pack, today, known)
            for name, cell in zip(_COLUMNS, cells, strict=True):
                rows[name].append(cell)
        forms = {"entries": pa.list_(pa.int64()), "docket": pa.uint64(), "since": pa.date32(), "today": pa.date32()}
        forms |= {"version": pa.int32(), "known": pa.int64()}
        table = pa.table({name: pa.array(cells, forms.get(name, pa.string())) for name, cells in rows.items()})
        self._duck.register("new_findings", table)
        self._duck.execute(f"INSERT INTO finding SELECT {', '.join(_COLUMNS)} FROM new_findings")
        self._duck.unregister("new_findings")


def subject_json(subject: tuple[Any, ...]) -> str:
    """Give a subject as JSON text."""
    import json  # noqa: PLC0415 - kept beside its one use

    return json.dumps([plain(one) for one in subject], ensure_ascii=False)


def verdicts_of(rule: Rule, rows: pa.Table) -> list[Verdict]:
    """Give the verdicts that the rows of a rule's SELECT say; values are made text column by column."""
    if not rows.num_rows:
        return []
    shown = {name: _shown(rows.column(name)) for name in rows.column_names if name not in _ASIDE}
    names = sorted(shown)
    missing = rows.column("missing").to_pylist() if "missing" in rows.column_names else [None] * rows.num_rows
    dockets, since = rows.column("docket_hash").to_pylist(), rows.column("since").to_pylist()
    entries, entities = rows.column("entries").to_pylist(), shown["entity"]
    subjects = zip(*(shown[name] for name in rule.subject), strict=True)
    cells = zip(*(shown[name] for name in names), strict=True)
    found = []
    for at, (subject, row) in enumerate(zip(subjects, cells, strict=True)):
        found.append(
            Verdict(
                rule=rule.name,
                subject=subject,
                docket=dockets[at],
                entity=entities[at] or "",
                since=since[at],
                missing=missing[at] or "",
                evidence=_json.encode(dict(zip(names, row, strict=True))).decode(),
                entries=tuple(sorted({e for e in entries[at] or () if e is not None})),
            )
        )
    return found


_ASIDE = frozenset(("entries", "docket_hash", "missing"))
_json = msgspec.json.Encoder()


def _shown(column: pa.ChunkedArray) -> list[Any]:
    """Give a column's values as JSON holds them: decimals as text without trailing zeros, days and instants in ISO form."""
    form = column.type
    if pa.types.is_decimal(form):
        return [plain(value) for value in column.to_pylist()] if len(column) < 8 else _decimals(column)
    if pa.types.is_temporal(form) or pa.types.is_nested(form):
        return [plain(value) for value in column.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _decimals(column: pa.ChunkedArray) -> list[Any]:
    text = pc.cast(column, pa.string())
    return [_short(one) for one in text.to_pylist()]


def _short(text: str | None) -> Any:
    """Give a decimal's text as `plain` gives the decimal; only what is short and without an exponent is cut by hand."""
    if text is None:
        return None
    if "E" in text or len(text) > 15:
        return plain(Decimal(text))
    shown = text.rstrip("0").rstrip(".") if "." in text else text
    return shown if "." in shown else int(shown)


def _differ(
    before: dict[tuple[Any, ...], Verdict], after: dict[tuple[Any, ...], Verdict], spans: list[tuple[date, date]] | None
) -> list[Turn]:
    turns = []
    for subject, verdict in after.items():
        held = before.get(subject)
        if spans is not None and not _within(verdict, spans):
            continue
        if held is None:
            turns.append(Turn("not_judged" if verdict.missing else "raised", verdict))
        elif (held.evidence, held.entries, held.missing) != (verdict.evidence, verdict.entries, verdict.missing):
            turns.append(Turn("not_judged" if verdict.missing else "raised" if held.missing else "changed", verdict))
    for subject, verdict in before.items():
        if subject not in after and (spans is None or _within(verdict, spans)):
            turns.append(Turn("cleared", verdict))
    return turns


def _within(verdict: Verdict, spans: list[tuple[date, date]]) -> bool:
    return verdict.since is None or any(start <= verdict.since <= end for start, end in spans)
