"""JSON and NDJSON as raw tables: a fact, a list of facts or an envelope; one file, or many small reports at once."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from comptroller.intake.columns import OWN
from comptroller.intake.formats.json.columns import columnar, without_empty
from comptroller.intake.formats.json.envelope import Part, line_parts, parts_of, sound
from comptroller.intake.formats.json.facts import (
    Fact,
    decode,
    decoder,
    facts_table,
    is_kind,
    kinds_of,
    may_repeat,
    taken_kind,
)
from comptroller.intake.limits import USUAL, Limits
from comptroller.intake.messages import bounded, reject
from comptroller.intake.raw_table import RawTable
from comptroller.model.refusal import Refusal

REPORT = "report"
"""The column with the number of the report that a row belongs to, from 0, where many small reports are read at once."""
_LONG = 2000
"""Files of so many lines are read column by column where the result is the same."""
_Parts = Sequence[tuple[str | None, list[Any]]]
"""A report's facts, some at a time, each time with their kind; None where each names its own."""
_BATCH = 2000
"""Small reports decoded together; more does not make it faster."""


def read_json(
    payload: bytes, name: str, *, limits: Limits = USUAL, kind: str | None = None
) -> tuple[list[RawTable], list[Refusal]]:
    """Read one JSON text: one fact, a list of facts, or `{"kind": …, "facts": …}`; `line` counts facts from 1.

    Where `kind` or the envelope names the kind, a fact's own `kind` is an ordinary field; else it names the fact's
    kind. With `kind=""` it is a field and no kind is named: for mappings.

    >>> raws, refusals = read_json(b'[{"kind": "payment", "amount": 1.10}]', "a.json")
    >>> raws[0].kind, raws[0].table.to_pylist(), refusals
    ('payment', [{'amount': '1.1', 'line': 1}], [])
    """
    payload, refusals = sound(payload, name, limits)
    if refusals:
        return [], refusals
    parts, refusals = parts_of(payload.strip(b" \t\r\n"), name, limits, kind)
    if refusals:
        return [], refusals
    return _read_parts(parts, name, limits)


def read_ndjson(
    payload: bytes, name: str, *, limits: Limits = USUAL, kind: str | None = None
) -> tuple[list[RawTable], list[Refusal]]:
    """Read one fact a line; blank lines are passed over; `line` is the line in the file; `kind` as in `read_json`."""
    payload, refusals = sound(payload, name, limits)
    if refusals:
        return [], refusals
    if payload.count(b"\n") >= _LONG:
        raws = columnar(payload, name, limits, kind)
        if raws is not None:
            return raws, []
    return _read_parts(line_parts(payload, kind), name, limits)


def _read_parts(parts: Iterable[Part], name: str, limits: Limits) -> tuple[list[RawTable], list[Refusal]]:
    """Return the facts of the parts as one raw table for each kind, or all their refusals."""
    tables: dict[str, list[pa.Table]] = {}
    refusals: list[Refusal] = []
    count = 0
    for kind, lines, texts in parts:
        count += len(texts)
        if count > limits.rows:
            refusals.append(reject("intake.rows.many", (name, None, ""), f"more than {limits.rows}", limit=limits.rows))
            break
        if len(refusals) > limits.refusals:
            break
        refusals += _add(tables, (kind, lines, texts), name, limits)
    if not count:
        refusals.append(reject("intake.file.empty", (name, None, ""), "-"))
    if refusals:
        return [], bounded(refusals, limits, name)
    raws = [RawTable(kind, one_table(pieces), name) for kind, pieces in tables.items()]
    wide = [raw for raw in raws if raw.table.num_columns > limits.columns + 1]
    if wide:
        column_count = wide[0].table.num_columns - 1
        return [], [reject("intake.columns.many", (name, None, ""), column_count, limit=limits.columns)]
    return [RawTable(r.kind, without_empty(r.table), name) for r in raws] if len(raws) > 1 else raws, []


def _add(tables: dict[str, list[pa.Table]], part: Part, name: str, limits: Limits) -> list[Refusal]:
    """Add the facts of a part to the tables of their kinds; return the refusals."""
    kind, lines, texts = part
    facts, refusals = _decoded(texts, lines, name, limits)
    if refusals or not facts:
        return refusals
    groups, wrong = kinds_of(facts, kind)
    refusals = [reject("intake.json.kind", (name, lines[at], "kind"), named) for at, named in wrong]
    for kind_name, positions in groups.items():
        table, more = facts_table([facts[p] for p in positions], [lines[p] for p in positions], name, limits)
        refusals += more
        tables.setdefault(kind_name, []).append(table)
    return refusals


def _decoded(
    texts: Sequence[bytes], lines: Sequence[int], name: str, limits: Limits
) -> tuple[list[Fact], list[Refusal]]:
    """Return decoded facts and refusals: all facts at once where all are valid, else one by one to name each fault."""
    try:
        facts: list[Any] = list(map(decoder(limits.digits), texts))
    except (ValueError, RecursionError):
        pass
    else:
        if set(map(type, facts)) == {dict} and not may_repeat(texts, facts):
            return facts, []
    facts, refusals = [], []
    for line, text in zip(lines, texts, strict=True):
        fact, wrong = decode(text, (name, line, ""), limits)
        if not wrong and type(fact) is not dict:
            wrong = [reject("intake.json.shape", (name, line, ""), text[:80].decode("utf-8", "replace"))]
        refusals += wrong
        facts.append(fact)
    return facts, refusals


def one_table(tables: Sequence[pa.Table]) -> pa.Table:
    """Return tables of one kind as one table; a column that a table lacks is null there; `line` is the last column."""
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")
    own = [n for n in table.column_names if n in OWN]
    return table.select([n for n in table.column_names if n not in OWN] + own)


def read_small(
    reports: Sequence[bytes], *, names: Sequence[str] = (), kinds: Sequence[str | None] = (), limits: Limits = USUAL
) -> tuple[list[RawTable], dict[int, list[Refusal]]]:
    """Read many small JSON reports at once: one raw table a kind with the column `report`, and refusals by report.

    A rejected report has no row in any table. `names` are the reports' file names, for refusals; `kinds` the kinds that
    are named outside of them, as in `read_json`.

    >>> raws, refusals = read_small([b'{"kind": "payment", "amount": 1}', b"{"])
    >>> raws[0].kind, raws[0].table.to_pylist(), [one.code for one in refusals[1]]
    ('payment', [{'amount': '1', 'line': 1, 'report': 0}], ['intake.json.syntax'])
    """
    tables: dict[str, list[pa.Table]] = {}
    refusals: dict[int, list[Refusal]] = {}
    for start in range(0, len(reports), _BATCH):
        batch = reports[start : start + _BATCH]
        outer = kinds[start : start + _BATCH] or [None] * len(batch)
        for number in sorted(_read_batch((batch, outer), start, limits, tables)):
            name, kind = names[number] if names else "", kinds[number] if kinds else None
            raws, wrong = read_json(reports[number], name, limits=limits, kind=kind)
            if wrong:
                refusals[number] = wrong
            for raw in raws:
                numbers = pa.array([number] * len(raw.table), pa.int64())
                tables.setdefault(raw.kind, []).append(raw.table.append_column(REPORT, numbers))
    return [RawTable(kind, one_table(batch), "") for kind, batch in tables.items()], refusals


def _read_batch(
    batch: tuple[Sequence[bytes], Sequence[str | None]], start: int, limits: Limits, tables: dict[str, list[pa.Table]]
) -> set[int]:
    """Add the rows of all reports that are plainly sound; returns the numbers of the others, to be read alone."""
    rows, odd = _unfold(*batch, limits)
    fresh: list[tuple[str, pa.Table]] = []
    named = dict.fromkeys(rows.kinds)
    for kind in named:
        part = rows if len(named) == 1 else rows.at([p for p, name in enumerate(rows.kinds) if name == kind])
        waiting = [part]
        while waiting:  # what is wrong is narrowed down by halves
            part = waiting.pop()
            table, wrong = facts_table(part.facts, part.lines, "", limits)
            if not wrong:
                numbers = pc.add(pa.array(part.reports, pa.int64()), start)
                fresh.append((kind, table.append_column(REPORT, numbers)))
            elif len(part.facts) == 1:
                odd.add(part.reports[0])
            else:
                half = len(part.facts) // 2
                waiting += [part.at(range(half, len(part.facts))), part.at(range(half))]
    numbered = {number + start for number in odd}
    gone = pa.array(sorted(numbered), pa.int64())
    for kind, table in fresh:
        accepted = table.filter(pc.invert(pc.is_in(table[REPORT], gone))) if numbered else table
        if len(accepted):
            tables.setdefault(kind, []).append(accepted)
    return numbered


class _Rows(NamedTuple):
    """Facts, and for each its report, its line and its kind."""

    facts: list[Fact]
    reports: list[int]
    lines: list[int]
    kinds: list[str]

    def at(self, positions: Iterable[int]) -> "_Rows":
        """Return the facts at those positions."""
        chosen = list(positions)
        return _Rows(*([column[p] for p in chosen] for column in self))  # type: ignore[arg-type]


def _unfold(reports: Sequence[bytes], outer: Sequence[str | None], limits: Limits) -> tuple[_Rows, set[int]]:
    """Return the facts of all reports, and the reports that need a closer look."""
    try:
        contents: list[Any] = list(map(decoder(limits.digits), reports))
    except (ValueError, RecursionError):
        contents = [_decoded_or_none(report, limits) for report in reports]
    odd = set()
    if not set(map(type, contents)) <= {dict, list} or may_repeat(reports, contents):
        odd = {
            n
            for n, content in enumerate(contents)
            if type(content) not in {dict, list} or may_repeat([reports[n]], [content])
        }
    if not odd and not any(
        "facts" in content or type(content) is list for content in contents
    ):  # one fact each, the usual report
        kinds = [k if k is not None else taken_kind(content) for content, k in zip(contents, outer, strict=True)]
        rows = _Rows(contents, list(range(len(contents))), [1] * len(contents), kinds)
        if set(map(type, kinds)) <= {str} and all(map(is_kind, set(kinds))):
            return rows, odd
        odd = {number for number, kind in enumerate(kinds) if not is_kind(kind)}
        return rows.at(number for number in range(len(contents)) if number not in odd), odd
    rows = _Rows([], [], [], [])
    for number, content in enumerate(contents):
        parts = _open(content, outer[number]) if number not in odd else None
        if parts is None or not _add_plain(rows, number, parts, limits):
            odd.add(number)
    return rows, odd


def _add_plain(rows: _Rows, number: int, parts: _Parts, limits: Limits) -> bool:
    """Add the facts of a report where all are plain facts of named kinds; return whether they were."""
    facts = [fact for _, listed in parts for fact in listed]
    if set(map(type, facts)) != {dict} or len(facts) > limits.rows:
        return False
    kinds = [kind if kind is not None else taken_kind(fact) for kind, listed in parts for fact in listed]
    if not all(map(is_kind, set(kinds) if set(map(type, kinds)) == {str} else kinds)):
        return False
    rows.facts.extend(facts)
    rows.reports.extend([number] * len(facts))
    rows.lines.extend(range(1, len(facts) + 1))
    rows.kinds.extend(kinds)
    return True


def _decoded_or_none(report: bytes, limits: Limits) -> Any:
    """Return the decoded content of a report, or None where it does not decode."""
    try:
        return decoder(limits.digits)(report)
    except (ValueError, RecursionError):
        return None


def _open(content: Any, outer: str | None) -> _Parts | None:
    """Return the facts of a fact, a list or a plain envelope under their kinds; None for what needs a closer look."""
    if type(content) is list:
        return [(outer, content)]
    if "facts" not in content:
        return [(outer, [content])]
    kind, facts = content.get("kind", ""), content["facts"]
    if not content.keys() <= {"kind", "facts"} or not is_kind(kind):
        return None
    if type(facts) is list:
        return [(kind or outer, facts)]
    if type(facts) is dict and set(map(type, facts.values())) == {list} and all(facts) and all(map(is_kind, facts)):
        return list(facts.items())
    return None
