"""The raw rows of many reports, gathered by kind: each row knows its report and its number in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from comptroller.intake.files import Limits, read_file
from comptroller.intake.json_rows import read_small
from comptroller.intake.mapping import apply_mapping, parse_mapping
from comptroller.intake.nested import by_kind, unknown_kind
from comptroller.intake.raw import LINE, Raw
from comptroller.model.kind import FACT_LINES, Kind
from comptroller.model.refusal import Refusal, refusal
from comptroller.model.said import Incoming

_SMALL = 65_536


def gather(
    reports: Sequence[Incoming], kinds: Mapping[str, Kind], limits: Limits
) -> tuple[dict[str, pa.Table], dict[int, list[Refusal]]]:
    """Give one raw table a kind, with `report` and `seq`, and the refusals by report."""
    refusals: dict[int, list[Refusal]] = defaultdict(list)
    pieces: dict[str, list[pa.Table]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    small = [i for i, r in enumerate(reports) if r.media == "json" and not r.mapping and len(r.payload) <= _SMALL]
    if len(small) > 1:
        payloads, asked = [reports[i].payload for i in small], [reports[i].kind or None for i in small]
        raws, wrong = read_small(payloads, kinds=asked, limits=limits)
        for at, found in wrong.items():
            refusals[small[at]] += [replace(one, file=reports[small[at]].name) for one in found]
        positions = np.asarray(small, dtype=np.int64)
        for raw in raws:
            _keep_small(raw, positions, reports, kinds, pieces, counts, refusals)
    else:
        small = []
    for at, report in enumerate(reports):
        if at not in set(small):
            named, wrong = by_kind(_read(at, report, limits, refusals), kinds, report.kind)
            refusals[at] += wrong
            for raw in named:
                _keep(at, raw, pieces, counts)
    for at, report in enumerate(reports):
        if not counts[at] and not refusals[at]:
            wanted = ("至少一条事项", "at least one fact")
            mend = ("填写数据行后再报", "Add rows and send it again.")
            refusals[at].append(refusal("intake.empty", (report.name, None, ""), "0", wanted, mend))
        if counts[at] >= FACT_LINES:
            wanted = (f"每份报送不超过 {FACT_LINES - 1} 条事项", f"at most {FACT_LINES - 1} facts a report")
            mend = ("拆成多份报送", "Send it as several reports.")
            refusals[at].append(refusal("intake.too_many", (report.name, None, ""), counts[at], wanted, mend))
    whole = {kind: pa.concat_tables(tables, promote_options="default") for kind, tables in pieces.items()}
    return whole, {at: found for at, found in refusals.items() if found}


def _read(at: int, report: Incoming, limits: Limits, refusals: dict[int, list[Refusal]]) -> list[Raw]:
    kind = "" if report.mapping else report.kind or None
    raws, wrong = read_file(report.payload, report.media, report.name, limits=limits, kind=kind)
    refusals[at] += wrong
    if wrong or not report.mapping:
        return [] if wrong else raws
    statements, wrong = parse_mapping(report.name, report.mapping)
    refusals[at] += wrong
    if wrong:
        return []
    mapped: list[Raw] = []
    for raw in raws:
        found, wrong = apply_mapping(raw, statements)
        refusals[at] += wrong
        mapped += found
    return mapped


def _keep_small(  # noqa: PLR0913 - what one gathering collects
    raw: Raw,
    positions: np.ndarray,
    reports: Sequence[Incoming],
    kinds: Mapping[str, Kind],
    pieces: dict[str, list[pa.Table]],
    counts: dict[int, int],
    refusals: dict[int, list[Refusal]],
) -> None:
    """Keep rows of many small reports at once; rows that name no kind fall to their report's own."""
    within = raw.table.column("report").to_numpy()
    owners = positions[within]
    asked = {reports[i].kind for i in set(owners.tolist())} if not raw.kind else {raw.kind}
    for kind in asked:
        mask = np.ones(len(owners), dtype=bool)
        if not raw.kind:
            mask = np.asarray([reports[i].kind == kind for i in owners.tolist()], dtype=bool)
        chosen = owners[mask]
        if kind not in kinds:
            for i in sorted(set(chosen.tolist())):
                refusals[i].append(unknown_kind(kind, reports[i].name, kinds))
            continue
        order = np.argsort(chosen, kind="stable")
        chosen = chosen[order]
        starts = np.concatenate(([True], chosen[1:] != chosen[:-1])) if len(chosen) else np.zeros(0, dtype=bool)
        first = np.maximum.accumulate(np.where(starts, np.arange(len(chosen)), 0))
        base = np.asarray([counts[i] for i in chosen.tolist()], dtype=np.int64)
        seq = base + np.arange(len(chosen)) - first + 1
        table = raw.table.drop_columns(["report"]).filter(pa.array(mask)).take(pa.array(order))
        table = table.append_column("report", pa.array(chosen)).append_column("seq", pa.array(seq))
        pieces[kind].append(table)
        for i, n in zip(*np.unique(chosen, return_counts=True), strict=True):
            counts[int(i)] += int(n)


def _keep(at: int, raw: Raw, pieces: dict[str, list[pa.Table]], counts: dict[int, int]) -> None:
    rows = raw.table.num_rows
    if not rows:
        return
    lines = raw.table.column(LINE).cast(pa.int64())
    table = raw.table.set_column(raw.table.column_names.index(LINE), LINE, lines)
    seq = pa.array(np.arange(counts[at] + 1, counts[at] + rows + 1, dtype=np.int64))
    table = table.append_column("report", pa.array(np.full(rows, at, dtype=np.int64))).append_column("seq", seq)
    counts[at] += rows
    pieces[raw.kind].append(table)
