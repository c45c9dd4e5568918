"""What the ownership graph shows about entities, as rows: who controls them, who owns how much, and faults of
stakes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from comptroller.books.ownership.bases import BASES
from comptroller.books.ownership.cycles import rounds as rounds_of, shortest_ring
from comptroller.books.ownership.graph import WIDE, OwnershipGraph
from comptroller.books.ownership.stakes import PARTS
from comptroller.graph.chains import Chains
from comptroller.graph.control_candidates import ANY
from comptroller.graph.share import ENDLESS
from comptroller.graph.stakes import BASIS, COMPANY, HOLDER, STAKE
from comptroller.graph.weights import Weights

_MOST = 999_999_999
_SMALLEST = 0.0000005
"""A share of less than half of the last decimal is left out."""
COLUMNS = {
    "controls": ("owner", "entity", "basis", "share_pct", "steps", "path"),
    "ultimate_controller": ("entity", "owner", "basis", "is_ring", "path"),
    "effective_share": ("owner", "entity", "share_pct", "low_pct", "high_pct", "gap_pct", "is_ultimate"),
    "stake_issue": ("entity", "issue", "sum_pct", "detail"),
}
"""The tables with rows about each entity, and their columns."""
_FORMS = {
    "share_pct": pa.decimal128(30, 6),
    "low_pct": pa.decimal128(9, 6),
    "high_pct": pa.decimal128(9, 6),
    "gap_pct": pa.decimal128(9, 6),
    "sum_pct": pa.decimal128(18, 6),
    "steps": pa.int32(),
    "is_ring": pa.bool_(),
    "is_ultimate": pa.bool_(),
}
_SHARES = {"owner": 1, "entity": 0, "share_pct": 2, "low_pct": 3, "high_pct": 4, "gap_pct": 5, "is_ultimate": 6}
"""The place of each column in the rows of shares."""
_ENTITY, _OWNER = _SHARES["entity"], _SHARES["owner"]
PARTS_SQL = "owner, entity, is_ultimate, " + ", ".join(
    f"CAST({column} * {PARTS} AS BIGINT) AS {column}" for column in _SHARES if column.endswith("_pct")
)
"""What to read of rows of shares that the books have, for `parts_of`."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ControlEvidence:
    """The rows about some entities by table and entity; shares in whole parts, a row (entity, owner, …).

    `roots` has the root of each entity that has a controller (`graph.control_candidates`).
    """

    rows: dict[str, dict[int, list[Row]]] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    shares: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 7), np.int64))

    def table(
        self, capital: OwnershipGraph, name: str, only: NDArray[np.int32] | None = None
    ) -> tuple[pa.Table, NDArray[np.int64]]:
        """Return the rows of a table, about those entities only where named, and the entity of each; in
        entities' order.
        """
        if name == "effective_share":
            cells = self.shares if only is None else self.shares[np.isin(self.shares[:, _ENTITY], only)]
            return share_table(capital, cells), cells[:, _ENTITY]
        mine = self.rows.get(name, {})
        entities = sorted(mine) if only is None else [e for e in sorted(only.tolist()) if e in mine]
        about = [(e, row) for e in entities for row in mine[e]]
        return table_of(name, [row for _, row in about]), np.array([e for e, _ in about], np.int64)


def table_of(name: str, rows: list[Row]) -> pa.Table:
    """Return rows of a table as Arrow; sums of parts become percents."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [() for _ in COLUMNS[name]]
    cells = {}
    for column, values in zip(COLUMNS[name], columns, strict=True):
        form = _FORMS.get(column, pa.string())
        is_part = pa.types.is_decimal(form)
        cells[column] = _decimals(np.array(values, np.int64), form) if is_part else pa.array(values, form)
    return pa.table(cells)


def _decimals(parts: NDArray[np.int64], form: pa.DataType) -> pa.Array:
    """Return whole parts as percents with six decimals: the same bits, typed as decimals."""
    most = parts if form == _FORMS["sum_pct"] else np.minimum(parts, _MOST)
    return pa.Array.from_buffers(form, len(parts), [None, pa.py_buffer(np.stack((most, most >> 63), axis=1).tobytes())])


def share_table(capital: OwnershipGraph, cells: NDArray[np.int64]) -> pa.Table:
    """Return rows of shares as Arrow."""
    columns = {}
    for column, at in _SHARES.items():
        values = np.ascontiguousarray(cells[:, at])
        if column in ("owner", "entity"):
            columns[column] = capital.parties.column(values.astype(np.int32))
        elif column == "is_ultimate":
            columns[column] = pa.array(values.astype(bool))
        else:
            columns[column] = _decimals(values, _FORMS[column])
    return pa.table(columns)


def parts_of(capital: OwnershipGraph, rows: pa.Table) -> NDArray[np.int64]:
    """Return rows of shares that the books have as whole parts."""
    cells = np.empty((rows.num_rows, len(_SHARES)), np.int64)
    for column, at in _SHARES.items():
        values = rows.column(column)
        is_name = column in ("owner", "entity")
        cells[:, at] = capital.parties.numbers(values.to_pylist()) if is_name else values.to_numpy(zero_copy_only=False)
    return cells


def in_order(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows of shares in the order of their entities and owners."""
    ranked: NDArray[np.int64] = cells[np.lexsort((cells[:, _OWNER], cells[:, _ENTITY]))]
    return ranked


def rows_of(capital: OwnershipGraph, entities: NDArray[np.int32]) -> dict[str, pa.Table]:
    """Return the rows of every table about those entities, however many are above them."""
    evidence = evidence_of(capital, entities)
    return {name: evidence.table(capital, name)[0] for name in COLUMNS}


def evidence_of(
    capital: OwnershipGraph, entities: NDArray[np.int32], most: NDArray[np.int32] | None = None
) -> ControlEvidence:
    """Return the evidence about those entities; `most` limits shares to entities with no more than so many
    above them.
    """
    share = capital.weights(entities, most)
    rounds = rounds_of(capital, entities, share)
    chains = capital.chains(entities)
    rows = _control(capital, chains)
    rows["stake_issue"] = _issues(capital, entities, rounds)
    tops = chains.is_ultimate == 1
    return ControlEvidence(
        rows,
        roots_of(chains.entity[tops], chains.owner[tops], chains.is_ring[tops]),
        _shares(entities, share, rounds),
    )


def roots_of(entity: NDArray[np.int32], owner: NDArray[np.int32], is_ring: NDArray[np.int32]) -> dict[int, int]:
    """Return the root of each entity that has an ultimate controller: the only one, where it is in no ring;
    else `ANY`.
    """
    named, at, count = np.unique(entity, return_index=True, return_counts=True)
    plain = (count == 1) & (is_ring[at] == 0)
    return dict(zip(named.tolist(), np.where(plain, owner[at], ANY).tolist(), strict=True))


def apart(
    before: ControlEvidence, after: ControlEvidence
) -> dict[str, tuple[list[Row] | NDArray[np.int64], NDArray[np.int32]]]:
    """Return by table the rows that came or went, and the entities with other rows."""
    changed: dict[str, tuple[list[Row] | NDArray[np.int64], NDArray[np.int32]]] = {}
    for name in sorted(before.rows.keys() | after.rows.keys()):
        was, now = before.rows.get(name, {}), after.rows.get(name, {})
        differ = sorted(e for e in was.keys() | now.keys() if was.get(e) != now.get(e))
        turned = [row for e in differ for row in sorted({*was.get(e, ())} ^ {*now.get(e, ())}, key=str)]
        if differ:
            changed[name] = turned, np.array(differ, np.int32)
    turned_shares = np.concatenate((_missing(before.shares, after.shares), _missing(after.shares, before.shares)))
    if len(turned_shares):
        changed["effective_share"] = turned_shares, np.unique(turned_shares[:, _ENTITY]).astype(np.int32)
    return changed


def _missing(cells: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of one that the other does not have as they are; both are in order."""
    mine, theirs = (rows[:, _ENTITY] << 32 | rows[:, _OWNER] for rows in (cells, other))
    at = np.minimum(np.searchsorted(theirs, mine), max(0, len(theirs) - 1))
    if not len(theirs):
        return cells
    missing: NDArray[np.int64] = cells[(other[at] != cells).any(axis=1)]
    return missing


def path_text(capital: OwnershipGraph, rows: list[int]) -> str:
    """Return a chain as text: each party, and between two what the upper has of the lower, or on what basis it
    controls.

    A>51%>B>asserted>C
    """
    link, names = capital.stakes.link, capital.parties.names
    steps = [names[link[rows[0], HOLDER]]]
    for row in rows:
        basis = int(link[row, BASIS])
        word = percent(int(capital.stakes.parts[row])) if basis == STAKE else BASES[basis]
        steps += [word, names[link[row, COMPANY]]]
    return ">".join(steps)


def percent(parts: int) -> str:
    """Return parts as percent, without zeros at the end."""
    return f"{(Decimal(parts) / PARTS).normalize():f}%"


def _control(capital: OwnershipGraph, chains: Chains) -> dict[str, dict[int, list[Row]]]:
    names = capital.parties.names
    controls: dict[int, list[Row]] = {}
    ultimate: dict[int, list[Row]] = {}
    steps = np.diff(chains.start).tolist()
    columns = (chains.owner, chains.entity, chains.basis, chains.tally, chains.is_ultimate, chains.is_ring)
    for at, (owner, entity, basis, tally, is_top, is_ring) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True)
    ):
        path, word = path_text(capital, chains.chain(at)), BASES[basis]
        row = (names[owner], names[entity], word, tally, steps[at], path)
        controls.setdefault(entity, []).append(row)
        if is_top:
            ultimate.setdefault(entity, []).append((names[entity], names[owner], word, bool(is_ring), path))
    return {"controls": controls, "ultimate_controller": ultimate}


def limits(capital: OwnershipGraph, entities: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return how many may be above each of those entities for its shares to be stored: no limit for a
    registered one.
    """
    names, size = capital.parties.names, len(capital.parties)
    return np.array([size if capital.is_registered(names[e]) else WIDE for e in entities.tolist()], np.int32)


def _shares(
    entities: NDArray[np.int32], share: Weights, rounds: dict[int, tuple[list[Any], float, int]]
) -> NDArray[np.int64]:
    owner, entity, is_ultimate = share.holder, entities[share.place], share.is_ultimate
    values, gap = share.share * 100, share.gap[share.place] * 100
    for at, (solved, open_part, _) in rounds.items():
        owner = np.concatenate((owner, np.array([s[0] for s in solved], np.int32)))
        entity = np.concatenate((entity, np.full(len(solved), entities[at], np.int32)))
        is_ultimate = np.concatenate((is_ultimate, np.array([s[1] for s in solved], np.int32)))
        values = np.concatenate((values, np.array([s[2] for s in solved]).reshape(-1, 3) * 100))
        gap = np.concatenate((gap, np.full(len(solved), open_part * 100)))
    keep = (values[:, 2] >= _SMALLEST) & (owner != entity)
    numbers: list[NDArray[Any]] = [
        entity,
        owner,
        *map(_parts, (values[:, 1], values[:, 0], values[:, 2], gap)),
        is_ultimate,
    ]
    cells = np.stack([n[keep].astype(np.int64) for n in numbers], axis=1)
    return in_order(cells)


def _parts(percents: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return percents with six decimals as whole parts; what is larger than a column takes is cut."""
    parts: NDArray[np.int64] = np.minimum(np.floor((percents + 1e-9) * PARTS + 0.5), _MOST).astype(np.int64)
    return parts


def _issues(
    capital: OwnershipGraph, entities: NDArray[np.int32], rounds: dict[int, tuple[list[Any], float, int]]
) -> dict[int, list[Row]]:
    """Return what is wrong with the stakes in each entity: over, nothing, unsized, own, ring, endless."""
    issues: dict[int, list[Row]] = {}
    for at, number in enumerate(entities.tolist()):
        faults = list(capital.faults.get(number, ()))
        if at in rounds:
            total = capital.stake_parts(number)
            if ring := shortest_ring(capital, number):
                faults.append(("ring", total, path_text(capital, ring)))
            if rounds[at][2] & ENDLESS:
                faults.append(("endless", total, ""))
        if faults:
            issues[number] = [(capital.parties.names[number], *fault) for fault in faults]
    return issues
