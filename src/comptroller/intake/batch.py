"""The raw rows of many reports, gathered by kind: each row knows its report and its number in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from comptroller.intake.files import USUAL, Limits, read_file
from comptroller.intake.formats.json.rows import read_small
from comptroller.intake.mapping import apply_mapping, parse_mapping
from comptroller.intake.nested import by_kind
from comptroller.intake.raw_table import LINE, Note, RawTable
from comptroller.model.kind import FACT_LINES, Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.report import Report

_SMALL = 65_536


def gather(
    reports: Sequence[Report], kinds: Mapping[str, Kind], limits: Limits
) -> tuple[dict[str, pa.Table], dict[int, list[Refusal]], dict[int, list[Note]]]:
    """Return one raw table a kind, with `report` and `seq`, the refusals, and the notes about files, both by report.

    A fact's `seq` depends on its own report alone: kind by kind in the order of their names. Many small reports are
    read at once; one that names a kind in another way than by its name is read alone.
    """
    refusals: dict[int, list[Refusal]] = defaultdict(list)
    pieces: dict[str, list[pa.Table]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    notes: dict[int, list[Note]] = {}
    small = [i for i, r in enumerate(reports) if r.media == "json" and not r.mapping and len(r.payload) <= _SMALL]
    alone = set(range(len(reports))) - set(small)
    if len(small) > 1:
        payloads, outer = [reports[i].payload for i in small], [reports[i].kind or None for i in small]
        raws, wrong = read_small(payloads, kinds=outer, limits=limits)
        for at, faults in wrong.items():
            refusals[small[at]] += [replace(fault, file=reports[small[at]].name) for fault in faults]
        positions = np.asarray(small, dtype=np.int64)
        alone |= {at for raw in raws if raw.kind not in kinds for at in positions[raw.table.column("report")].tolist()}
        for raw in sorted(raws, key=lambda r: r.kind):
            if raw.kind in kinds:
                _add_small(raw, positions, alone, pieces, counts)
    else:
        alone |= set(small)
    for at in sorted(alone):
        named, strays = by_kind(_read(at, reports[at], limits, refusals), kinds, reports[at].kind)
        refusals[at] += strays
        if about := [note for raw in named for note in raw.notes]:
            notes[at] = about
        for raw in sorted(named, key=lambda r: r.kind):
            _add(at, raw, pieces, counts)
    for at, report in enumerate(reports):
        refusals[at] += _count_refused(report, counts[at], has_faults=bool(refusals[at]))
    tables_by_kind = {kind: pa.concat_tables(tables, promote_options="default") for kind, tables in pieces.items()}
    return tables_by_kind, {at: faults for at, faults in refusals.items() if faults}, notes


def _count_refused(report: Report, count: int, *, has_faults: bool) -> list[Refusal]:
    place = (report.name, None, "")
    if count >= FACT_LINES:
        return [refusal("intake.too_many", place, count, limit=FACT_LINES - 1)]
    return [refusal("intake.empty", place, "0")] if not count and not has_faults else []


def read_ahead(report: Report) -> Report:
    """Return a report with what its payload holds, read in the caller's own thread, so that the engine need not read it.

    Small JSON is left as it is: the engine reads many such reports at once.
    """
    if report.media == "json" and len(report.payload) <= _SMALL:
        return report
    return replace(report, reading=_read_payload(report, USUAL))


def _read_payload(report: Report, limits: Limits) -> tuple[list[RawTable], list[Refusal]]:
    kind = "" if report.mapping else report.kind or None
    return read_file(report.payload, report.media, report.name, limits=limits, kind=kind)


def _read(at: int, report: Report, limits: Limits, refusals: dict[int, list[Refusal]]) -> list[RawTable]:
    raws, wrong = _read_payload(report, limits) if report.reading is None else report.reading
    refusals[at] += wrong
    if wrong or not report.mapping:
        return [] if wrong else raws
    statements, wrong = parse_mapping(report.name, report.mapping)
    refusals[at] += wrong
    if wrong:
        return []
    mapped: list[RawTable] = []
    for raw in raws:
        produced, wrong = apply_mapping(raw, statements)
        refusals[at] += wrong
        mapped += [replace(one, notes=raw.notes if n == 0 else ()) for n, one in enumerate(produced)]
    return mapped


def _add_small(
    raw: RawTable, positions: np.ndarray, alone: set[int], pieces: dict[str, list[pa.Table]], counts: dict[int, int]
) -> None:
    """Add the rows of many small reports at once, without the reports that are read alone."""
    chosen = positions[raw.table.column("report").to_numpy()]
    order = np.argsort(chosen, kind="stable")
    order = order[~np.isin(chosen[order], list(alone))] if alone else order
    chosen = chosen[order]
    if not len(chosen):
        return
    starts = np.concatenate(([True], chosen[1:] != chosen[:-1]))
    first = np.maximum.accumulate(np.where(starts, np.arange(len(chosen)), 0))
    base = np.asarray([counts[i] for i in chosen.tolist()], dtype=np.int64)
    seq = base + np.arange(len(chosen)) - first + 1
    table = raw.table.drop_columns(["report"]).take(pa.array(order))
    pieces[raw.kind].append(table.append_column("report", pa.array(chosen)).append_column("seq", pa.array(seq)))
    for i, n in zip(*np.unique(chosen, return_counts=True), strict=True):
        counts[int(i)] += int(n)


def _add(at: int, raw: RawTable, pieces: dict[str, list[pa.Table]], counts: dict[int, int]) -> None:
    rows = raw.table.num_rows
    if not rows:
        return
    lines = raw.table.column(LINE).cast(pa.int64())
    table = raw.table.set_column(raw.table.column_names.index(LINE), LINE, lines)
    seq = pa.array(np.arange(counts[at] + 1, counts[at] + rows + 1, dtype=np.int64))
    table = table.append_column("report", pa.array(np.full(rows, at, dtype=np.int64))).append_column("seq", seq)
    counts[at] += rows
    pieces[raw.kind].append(table)
